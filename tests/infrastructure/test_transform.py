"""What SAM makes of the template: no role beside those written out, nothing left open."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from samtranslator.translator.transform import transform

from tests.templates import REGION


class NoManagedPolicies:
    """The template names none, so that SAM need not look any up."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture
def transformed(template: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The resources as CloudFormation gets them."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    source = copy.deepcopy(template)
    for resource in source["Resources"].values():
        for code in {"CodeUri", "ContentUri"} & set(resource["Properties"]):
            resource["Properties"][code] = "s3://artifacts/code"  # as after an upload
    return transform(source, {}, NoManagedPolicies())["Resources"]


def test_sam_adds_no_role_and_no_permission_to_those_written_out(
    transformed: dict[str, Any], resources: dict[str, Any]
) -> None:
    kinds = ("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")
    made = {name: one for name, one in transformed.items() if one["Type"] in kinds}
    written = {name: one for name, one in resources.items() if one["Type"] in kinds}
    assert set(made) == set(written)
    for name, role in made.items():
        assert role["Properties"]["Policies"] == written[name]["Properties"]["Policies"], name


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
