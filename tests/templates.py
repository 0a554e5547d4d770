"""template.yaml as plain data, and values for what CloudFormation computes at deployment."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.lambda_platform import ROOT

REGION, ACCOUNT = "eu-central-1", "123456789012"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "vin-reader",
    "AWS::NoValue": "AWS::NoValue",
}


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


def load_template() -> dict[str, Any]:
    """template.yaml with CloudFormation's short forms written out."""
    document: dict[str, Any] = yaml.load(
        (ROOT / "template.yaml").read_text(), Loader=_CloudFormationLoader
    )
    return document


def resolved(value: Any, names: Mapping[str, str]) -> Any:
    """The same with `Ref`, `GetAtt` and `Sub` replaced by what `names` says (`Queue.Arn`, `Table`).

    Raises:
        KeyError: for a name that is not given.
    """
    known = {**PSEUDO, **names}
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return known[value["Ref"]]
        if set(value) == {"Fn::GetAtt"}:
            return known[value["Fn::GetAtt"]]
        if set(value) == {"Fn::Sub"}:
            return re.sub(r"\$\{([^}]+)\}", lambda found: known[found[1]], value["Fn::Sub"])
        return {name: resolved(part, names) for name, part in value.items()}
    if isinstance(value, list):
        return [resolved(part, names) for part in value]
    return value
