"""What template.yaml says of the resources, so that the local stack has the same ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

__all__ = ["TEMPLATE", "resource"]

TEMPLATE = Path(__file__).parents[1] / "template.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!Sub`, …), each kept as its plain value."""


def _plain(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    raise yaml.YAMLError(f"unknown node {node}")


_Loader.add_multi_constructor("!", _plain)


def resource(logical_id: str) -> dict[str, Any]:
    """The properties of one resource; values computed at deployment are left as their text."""
    document = yaml.load(TEMPLATE.read_text(), Loader=_Loader)
    properties: dict[str, Any] = document["Resources"][logical_id]["Properties"]
    return properties
