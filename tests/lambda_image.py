"""Lambda's image for Python 3.13, made of Debian's packages where AWS's own cannot be pulled.

`python -m tests.lambda_image` (`make lambda-image`) makes it and gives it to Docker or podman under
the name that `sam local` looks for. It holds what functions see of Lambda (Python 3.13, the runtime
interface client and boto3 in /var/runtime, layers in /opt, code in /var/task), on another Linux.

debootstrap needs root: sudo calls it where you are not. Nothing is installed on the machine.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.containers import IMAGE, Engine, NoContainers, running_engine
from tests.lambda_platform import install_runtime

SUITE = "trixie"
"""Debian 13: the release whose Python is 3.13."""

MIRROR = "http://deb.debian.org/debian"
"""Plain HTTP is how Debian serves it; debootstrap checks its signature."""

PACKAGES = "python3,ca-certificates"

# As Lambda starts a Python function: the code first, then the layers, then the runtime's own.
BOOTSTRAP = """#!/bin/sh
export PYTHONPATH=/opt/python/lib/python3.13/site-packages:/opt/python:/var/runtime
exec python3.13 -m awslambdaric "$_HANDLER"
"""

SETTINGS = [
    "ENV LANG=C.UTF-8",
    "ENV LAMBDA_TASK_ROOT=/var/task",
    "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
    "WORKDIR /var/task",
]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.lambda_image", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--mirror", default=MIRROR, help="of Debian (default: %(default)s)")
    parser.add_argument("--again", action="store_true", help="replace the image that is there")
    options = parser.parse_args(arguments)
    if not shutil.which("debootstrap"):
        print(
            "Install debootstrap (on Debian and Ubuntu: apt-get install --no-install-recommends"
            " debootstrap debian-archive-keyring).",
            file=sys.stderr,
        )
        return 1
    try:
        with running_engine() as engine:
            if engine.has_image() and not options.again:
                print(f"{engine.name} has {IMAGE}; --again makes it anew.")
                return 0
            make_image(engine, options.mirror)
    except (NoContainers, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{engine.name} has {IMAGE}.")
    return 0


def make_image(engine: Engine, mirror: str) -> None:
    """Make the image and hand it to the engine."""
    print(f"Making {IMAGE} for {engine.name} from {mirror}; root is asked for what follows a $.")
    with _folder() as folder:
        system = folder / "system"
        _as_root("debootstrap", "--force-check-gpg", "--variant=minbase", f"--include={PACKAGES}",
                 SUITE, str(system), mirror)  # fmt: skip
        runtime = folder / "runtime"
        shutil.copytree(install_runtime(), runtime / "var" / "runtime")
        (runtime / "var" / "task").mkdir()
        bootstrap = runtime / "var" / "runtime" / "bootstrap"
        bootstrap.write_text(BOOTSTRAP)
        bootstrap.chmod(0o755)
        _as_root("cp", "--recursive", f"{runtime}/.", str(system))
        _import(engine, system)


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that goes with everything that root put into it."""
    # Not in /tmp, which is often mounted so that no system can be installed there.
    folder = Path(tempfile.mkdtemp(prefix="vinreader-image-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        # Were something of the machine still mounted in it, that would stay.
        _as_root("rm", "--recursive", "--force", "--one-file-system", str(folder))


def _import(engine: Engine, system: Path) -> None:
    """Pack the files as root, whom alone some belong to, and unpack them as an image."""
    command = _root(["tar", "--create", "--numeric-owner", "--directory", str(system)])
    command += ["--exclude=./var/cache/apt/*", "--exclude=./var/lib/apt/lists/*", "."]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as pack:
        # The tag as part of the name: podman does not hear it otherwise.
        engine.client().api.import_image_from_stream(
            pack.stdout, repository=IMAGE, changes=SETTINGS
        )
    if pack.returncode:
        raise subprocess.CalledProcessError(pack.returncode, command)


def _as_root(*command: str) -> None:
    print("$", shlex.join(_root(list(command))), flush=True)
    subprocess.run(_root(list(command)), check=True)


def _root(command: list[str]) -> list[str]:
    return command if os.geteuid() == 0 else ["sudo", *command]


if __name__ == "__main__":
    sys.exit(main())
