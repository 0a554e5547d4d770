"""The template as plain data, and the stack as `sam build` makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lambda_platform import ROOT, build_stack, find_python313


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
    """The folder that `sam build` filled: one folder for each layer and function."""
    return build_stack()


@pytest.fixture(scope="session")
def python313() -> Path:
    """The interpreter of Lambda's runtime; skips where there is none."""
    python = find_python313()
    if python is None:
        pytest.skip("no Python 3.13 on this machine, which Lambda runs")
    return python
