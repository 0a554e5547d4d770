"""What Lambda is made of, as far as one machine has it: built stack, Python 3.13, runtime."""

from __future__ import annotations

import fcntl
import functools
import os
import platform
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import samcli

ROOT = Path(__file__).parents[1]
ARCHITECTURE = "x86_64"
LAYERS = ("DependenciesLayer", "VinReaderLayer")
FUNCTIONS = ("PhotoReaderFunction", "ApiFunction")

RUNTIME = ("awslambdaric==4.2.2", "boto3==1.43.108")
"""What Lambda's Python 3.13 has besides itself and our layers need."""

RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
"""The same in all processes that share the tests of one run."""


@functools.cache
def build_stack() -> Path:
    """The folder that `sam build` fills: one folder for each layer and function.

    The layers are cached by their contents, so only the first build after a change takes long. Once
    in a run of the tests, whoever comes first.
    """
    folder = ROOT / ".aws-sam" / "test"
    built_for = folder.with_suffix(".run")
    with _alone_with(folder):
        if not built_for.exists() or built_for.read_text() != RUN:
            _build_into(folder)
            built_for.write_text(RUN)
    return folder


def _build_into(folder: Path) -> None:
    sam = Path(sys.executable).with_name("sam")
    command = [str(sam), "build", "--cached", "--cache-dir", f".aws-sam/cache-{ARCHITECTURE}"]
    command += ["--build-dir", str(folder), "--region", "us-east-1"]
    command += ["--parameter-overrides", f"Architecture={ARCHITECTURE}"]
    environment = os.environ | {
        "ARCHITECTURE": ARCHITECTURE,
        "PYTHON": sys.executable,
        "SAM_CLI_TELEMETRY": "0",
    }
    if python := find_python313():
        environment["COMPILER"] = str(python)
    build = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert build.returncode == 0, build.stderr


@contextmanager
def _alone_with(folder: Path) -> Iterator[None]:
    """Other processes that want the folder wait until this one has made it."""
    folder.parent.mkdir(exist_ok=True)
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def find_python313() -> Path | None:
    """The interpreter of Lambda's runtime, where this machine has one."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    for python in _candidates():
        # A version manager's shim may stand there for a Python that is not installed.
        answer = subprocess.run(
            [python, "-c", question], capture_output=True, text=True, check=False
        )
        if answer.stdout.strip() == "3.13":
            return Path(python)
    return None


def _candidates() -> Iterator[str]:
    """This interpreter, one in the PATH, one kept by pyenv or uv."""
    yield sys.executable
    yield from filter(None, [shutil.which("python3.13")])
    for command in (["pyenv", "prefix", "3.13"], ["uv", "python", "find", "3.13"]):
        if shutil.which(command[0]):
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            place = Path(answer.stdout.strip() or "nowhere")
            if answer.returncode == 0 and place.exists():
                yield str(place / "bin" / "python" if place.is_dir() else place)


def find_emulator() -> Path | None:
    """AWS's Runtime Interface Emulator, which sam brings along for Linux."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return None
    return Path(samcli.__file__).parent / "local" / "rapid" / "aws-lambda-rie-x86_64"


@functools.cache
def install_runtime() -> Path:
    """A folder with what the Lambda runtime adds to Python; kept from run to run."""
    folder = ROOT / ".aws-sam" / "-".join(["runtime", ARCHITECTURE, *RUNTIME]).replace("==", "-")
    with _alone_with(folder):
        if not folder.exists():
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"]
            command += ["--platform", "manylinux2014_x86_64", "--only-binary=:all:"]
            command += ["--implementation", "cp", "--python-version", "3.13"]
            unfinished = folder.with_suffix(".unfinished")
            command += ["--upgrade", "--target", str(unfinished), *RUNTIME]
            subprocess.run(command, check=True)
            unfinished.rename(folder)
    return folder
