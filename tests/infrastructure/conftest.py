"""The template as plain data, and the stack as `sam build` makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lambda_platform import ROOT, build_stack, find_python313
from tests.templates import load_template


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml with CloudFormation's short forms written out."""
    return load_template()


@pytest.fixture(scope="session")
def resources(template: dict[str, Any]) -> dict[str, Any]:
    return template["Resources"]


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder that `sam build` filled: one folder for each layer and function."""
    return build_stack()


@pytest.fixture(scope="session")
def python313() -> Path:
    """The interpreter of Lambda's runtime; skips where there is none."""
    python = find_python313()
    if python is None:
        pytest.skip("no Python 3.13 on this machine, which Lambda runs")
    return python
