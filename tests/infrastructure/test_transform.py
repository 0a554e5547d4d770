"""What SAM makes of the template: no role beside those written out, nothing left open."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform

from local.template import TEMPLATE
from tests.templates import REGION


class NoManagedPolicies:
    """The template names none, so that SAM need not look any up."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture
def transformed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The resources as CloudFormation gets them."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    return transformation()


def transformation(**uploaded: str) -> dict[str, Any]:
    """The same, with the code of some resources `uploaded` under other names."""
    source = as_sam_reads_it()
    for name, resource in source["Resources"].items():
        for code in {"CodeUri", "ContentUri"} & set(resource["Properties"]):
            resource["Properties"][code] = f"s3://artifacts/{uploaded.get(name, 'code')}"
    made: dict[str, Any] = transform(source, {}, NoManagedPolicies())["Resources"]
    return made


def as_sam_reads_it() -> dict[str, Any]:
    """The template with nothing in it twice: SAM changes in place what an anchor repeats."""
    plain: dict[str, Any] = json.loads(json.dumps(yaml_parse(TEMPLATE.read_text())))
    return plain


def test_sam_adds_no_role_and_no_permission_to_those_written_out(
    transformed: dict[str, Any],
) -> None:
    resources = as_sam_reads_it()["Resources"]
    kinds = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
    made = {name: one for name, one in transformed.items() if one["Type"] in kinds}
    written = {name: one for name, one in resources.items() if one["Type"] in kinds}
    assert set(made) == set(written)
    for name, role in made.items():
        policies = json.dumps(written[name]["Properties"]["Policies"])
        policies = policies.replace("Function.Alias", "FunctionAliaslive")
        assert role["Properties"]["Policies"] == json.loads(policies), name


def test_each_function_and_machine_has_a_role_of_its_own(transformed: dict[str, Any]) -> None:
    roles = [
        json.dumps(one["Properties"].get("Role") or one["Properties"].get("RoleArn"))
        for one in transformed.values()
        if one["Type"]
        in ("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine", "AWS::Pipes::Pipe")
    ]
    assert len(roles) >= 4
    assert len(set(roles)) == len(roles)


def test_every_substitution_of_the_archive_is_given(transformed: dict[str, Any]) -> None:
    machine = transformed["Archive"]["Properties"]
    separator, lines = machine["DefinitionString"]["Fn::Join"]
    definition = separator.join(lines)
    named = set(re.findall(r"\$\{(\w+)\}", definition))
    assert named
    assert named <= set(machine["DefinitionSubstitutions"])
    assert json.loads(definition)["StartAt"] == "Defaults"
