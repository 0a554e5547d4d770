"""The commands, parameters and alarms that docs/operations.md names are there."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import xform_name

CLIENTS = {"s3api": "s3", "deploy": "codedeploy"}
"""Services that the command line calls otherwise than boto3 does."""


@pytest.fixture
def text(root: Path) -> str:
    return (root / "docs" / "operations.md").read_text()


def commands(text: str) -> list[list[str]]:
    """Every `aws …` command, as words."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S) + re.findall(r"`(aws [^`]+)`", text)
    lines = map(str.strip, "\n".join(blocks).replace("\\\n", " ").splitlines())
    words = (line.removesuffix("|") for line in lines if line.startswith("aws "))
    return [shlex.split(line, comments=True) for line in words]


def test_commands_are_ones_of_aws(text: str) -> None:
    found = commands(text)
    assert len(found) >= 6
    for _, service, operation, *options in found:
        name = CLIENTS.get(service, service)
        client = boto3.client(name, region_name="us-east-1")  # type: ignore[call-overload]
        model = client.meta.service_model
        names = {xform_name(name, "-"): name for name in model.operation_names}
        shape = model.operation_model(names[operation]).input_shape
        known = {f"--{xform_name(name, '-')}" for name in shape.members} | {"--query", "--output"}
        assert {option for option in options if option.startswith("--")} <= known, operation


def test_variables_of_the_commands_are_outputs_of_the_stack(
    text: str, template: dict[str, Any]
) -> None:
    words = [word for command in commands(text) for word in command]
    named = {name for word in words for name in re.findall(r"\$(\w+)", word)}
    chosen = {"EXECUTION", "DEPLOYMENT", "ID", "KEY", "NAME"}
    assert named - chosen <= set(template["Outputs"])
    assert "PhotosDeadLetterQueueArn" in named


def test_inputs_of_the_archive_are_json(text: str) -> None:
    inputs = [c[c.index("--input") + 1] for c in commands(text) if "--input" in c]
    assert [set(json.loads(one)) for one in inputs] == [{"prefix"}, {"inventory"}]


def test_every_parameter_is_explained(text: str, template: dict[str, Any]) -> None:
    table = text[text.index("## Configure") : text.index("## Watch")]
    told = set(re.findall(r"`([A-Z]\w+)`", table))
    assert set(template["Parameters"]) - {"EndpointUrl"} <= told
    for name in ("PhotoReaderConcurrency", "OldestMessageSeconds", "RetakePercent"):
        default = template["Parameters"][name]["Default"]
        assert re.search(rf"\| `{name}` \| {default} \|", table)


def test_every_alarm_is_explained(text: str, resources: dict[str, Any]) -> None:
    alarms = {n for n, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}
    assert alarms == set(re.findall(r"`(\w+Alarm)`", text))
