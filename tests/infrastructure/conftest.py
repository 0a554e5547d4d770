"""The template as plain data, and the stack as `sam build` makes it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
ARCHITECTURE = "x86_64"


class _CloudFormationLoader(yaml.SafeLoader):
    """YAML where `!Ref x` becomes `{"Ref": x}` and `!Sub x` becomes `{"Fn::Sub": x}`."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_CloudFormationLoader.add_multi_constructor("!", _long_form)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml with CloudFormation's short forms written out."""
    return yaml.load((ROOT / "template.yaml").read_text(), Loader=_CloudFormationLoader)


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return template["Resources"]


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder that `sam build` fills: one folder for each layer and function.

    The layers are cached by their contents, so only the first build after a change takes long.
    """
    folder = ROOT / ".aws-sam" / "test"
    sam = Path(sys.executable).with_name("sam")
    command = [str(sam), "build", "--cached", "--cache-dir", f".aws-sam/cache-{ARCHITECTURE}"]
    command += ["--build-dir", str(folder), "--region", "us-east-1"]
    command += ["--parameter-overrides", f"Architecture={ARCHITECTURE}"]
    environment = os.environ | {
        "ARCHITECTURE": ARCHITECTURE,
        "PYTHON": sys.executable,
        "SAM_CLI_TELEMETRY": "0",
    }
    build = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert build.returncode == 0, build.stderr
    return folder


def _pythons_313() -> Iterator[str]:
    """Where a Python 3.13 may be: this one, in the PATH, or kept by pyenv or uv."""
    yield sys.executable
    yield from filter(None, [shutil.which("python3.13")])
    for command in (["pyenv", "prefix", "3.13"], ["uv", "python", "find", "3.13"]):
        if shutil.which(command[0]):
            answer = subprocess.run(command, capture_output=True, text=True, check=False)
            place = answer.stdout.strip()
            if answer.returncode == 0 and place:
                yield str(Path(place) / "bin" / "python") if Path(place).is_dir() else place


@pytest.fixture(scope="session")
def python313() -> Path:
    """The interpreter of Lambda's runtime; skips where there is none."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    for python in _pythons_313():
        # A version manager's shim may stand there for a Python that is not installed.
        answer = subprocess.run(
            [python, "-c", question], capture_output=True, text=True, check=False
        )
        if answer.stdout.strip() == "3.13":
            return Path(python)
    pytest.skip("no Python 3.13 on this machine, which Lambda runs")
