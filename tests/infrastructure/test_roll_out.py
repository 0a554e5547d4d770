"""How a new version takes over, after the SAM transform: all calls go to the alias, a change of
anything makes a version, and what it does wrong takes the calls back."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.test_transform import transformation
from tests.templates import REGION

FUNCTIONS = ("PhotoReaderFunction", "ApiFunction")
ALARMS = {"PhotoReaderFunction": "PhotoReaderRollOutAlarm", "ApiFunction": "ApiRollOutAlarm"}


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture
def made() -> dict[str, Any]:
    """The resources as CloudFormation gets them."""
    return transformation()


def of_type(made: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in made.items() if one["Type"] == kind}


def versions(made: dict[str, Any]) -> dict[str, str]:
    """The logical id of each function's version."""
    published = of_type(made, "AWS::Lambda::Version")
    return {one["FunctionName"]["Ref"]: name for name, one in published.items()}


def references(value: Any) -> Iterator[str]:
    """Every logical id or parameter that a part of a template refers to."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "Ref":
                yield part
            elif key == "Fn::GetAtt":
                yield part[0]
            elif key == "Fn::Sub":
                text = part if isinstance(part, str) else part[0]
                yield from re.findall(r"\$\{([A-Za-z0-9]+)", text)
                yield from references(part)
            else:
                yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def test_the_alias_stands_for_the_version_and_the_version_for_a_snapshot(
    made: dict[str, Any], template: dict[str, Any]
) -> None:
    aliases = of_type(made, "AWS::Lambda::Alias")
    assert set(aliases) == {f"{name}Aliaslive" for name in FUNCTIONS}
    for name in FUNCTIONS:
        alias = aliases[f"{name}Aliaslive"]
        assert alias["Name"] == "live"
        assert alias["FunctionName"] == {"Ref": name}
        assert alias["FunctionVersion"] == {"Fn::GetAtt": [versions(made)[name], "Version"]}
        function = made[name]["Properties"]
        assert function["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
        # None of these goes together with snapshots.
        assert {"EphemeralStorage", "FileSystemConfigs", "ImageConfig"}.isdisjoint(function)
    assert all("ProvisionedConcurrencyConfig" not in alias for alias in aliases.values())
    assert template["Parameters"]["SnapStart"]["Default"] == "PublishedVersions"


def test_every_caller_calls_the_alias(made: dict[str, Any]) -> None:
    reader, api = {"Ref": "PhotoReaderFunctionAliaslive"}, {"Ref": "ApiFunctionAliaslive"}
    (queue,) = of_type(made, "AWS::Lambda::EventSourceMapping").values()
    assert queue["FunctionName"] == reader
    permissions = of_type(made, "AWS::Lambda::Permission").values()
    assert permissions
    assert all(one["FunctionName"] == api for one in permissions)
    for path in made["HttpApi"]["Properties"]["Body"]["paths"].values():
        for operation in path.values():
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            assert "${ApiFunctionAliaslive}" in uri
    assert reader in made["Archive"]["Properties"]["DefinitionSubstitutions"].values()
    statements = made["ArchiveRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    invoking = [s for s in statements if s["Action"] == "lambda:InvokeFunction"]
    assert [statement["Resource"] for statement in invoking] == [reader]


def test_new_code_and_new_layers_make_new_versions() -> None:
    before = versions(transformation())
    assert versions(transformation()) == before
    new_reader = versions(transformation(PhotoReaderFunction="new"))
    assert new_reader["PhotoReaderFunction"] != before["PhotoReaderFunction"]
    assert new_reader["ApiFunction"] == before["ApiFunction"]
    for layer in ("VinReaderLayer", "DependenciesLayer"):
        after = versions(transformation(**{layer: "new"}))
        assert all(after[name] != before[name] for name in FUNCTIONS), layer


def test_a_new_setting_makes_a_new_version(template: dict[str, Any], made: dict[str, Any]) -> None:
    # CloudFormation replaces a version whose description changes; SAM compares no parameters.
    parameters = set(template["Parameters"])
    for name in FUNCTIONS:
        told = set(references(made[versions(made)[name]]["Properties"]["Description"]))
        function = copy.deepcopy(made[name]["Properties"])
        used = parameters & set(references(function))
        assert {"MemorySize", "LogLevel", "RetentionDays"} <= used
        # Conditions stand for parameters, too.
        if "HasEndpoint" in json.dumps(function):
            used.add("EndpointUrl")
        assert used <= told
        # One that no alias points to would keep a snapshot that costs.
        assert made[versions(made)[name]]["DeletionPolicy"] == "Delete"


def test_calls_go_over_bit_by_bit_and_back_on_the_alarm(
    made: dict[str, Any], template: dict[str, Any]
) -> None:
    parameter = template["Parameters"]["RollOut"]
    assert parameter["Default"].startswith("Canary10Percent")
    assert "AllAtOnce" in parameter["AllowedValues"]
    for name in FUNCTIONS:
        group = made[f"{name}DeploymentGroup"]["Properties"]
        assert group["AlarmConfiguration"] == {
            "Enabled": True,
            "Alarms": [{"Name": {"Ref": ALARMS[name]}}],
        }
        rollback = group["AutoRollbackConfiguration"]
        assert rollback["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in rollback["Events"]
        assert group["ServiceRoleArn"] == {"Fn::GetAtt": ["RollOutRole", "Arn"]}
        update = made[f"{name}Aliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        assert update["DeploymentGroupName"] == {"Ref": f"{name}DeploymentGroup"}
        assert template["Resources"][name]["Properties"]["DeploymentPreference"]["Type"] == {
            "Ref": "RollOut"
        }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_alarm_of_a_roll_out_watches_the_new_version(made: dict[str, Any], name: str) -> None:
    metrics = made[ALARMS[name]]["Properties"]["Metrics"]
    by_version = [
        one["MetricStat"]["Metric"]
        for one in metrics
        if one.get("MetricStat", {}).get("Metric", {}).get("Namespace") == "AWS/Lambda"
    ]
    assert {metric["MetricName"] for metric in by_version} == {"Errors", "Duration"}
    for metric in by_version:
        assert metric["Dimensions"] == [
            {"Name": "FunctionName", "Value": {"Ref": name}},
            {"Name": "Resource", "Value": {"Fn::Sub": f"${{{name}}}:live"}},
            {
                "Name": "ExecutedVersion",
                "Value": {"Fn::GetAtt": [versions(made)[name], "Version"]},
            },
        ]


@pytest.mark.parametrize(
    ("errors", "unforeseen", "p95", "wrong"),
    [(0, 0, 900, False), (1, 0, 900, True), (0, 1, 0, True), (0, 0, 60_000, True)],
)
def test_one_failure_is_enough(
    made: dict[str, Any], errors: int, unforeseen: int, p95: int, wrong: bool
) -> None:
    values = {"errors": errors, "unforeseen": unforeseen, "p95": p95}
    words = {
        "FILL": lambda value, _filling: value,
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
    }
    alarm = made["PhotoReaderRollOutAlarm"]["Properties"]
    (expression,) = [one["Expression"] for one in alarm["Metrics"] if "Expression" in one]
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert (eval(expression, {**words, **values}) > alarm["Threshold"]) is wrong


def test_nothing_waits_for_itself(made: dict[str, Any]) -> None:
    # An alarm over HttpApi in a deployment group would: HttpApi calls the alias, which waits for
    # the group.
    graph = {}
    for name, resource in made.items():
        depends = resource.get("DependsOn", [])
        named = {*references(resource), *([depends] if isinstance(depends, str) else depends)}
        graph[name] = named & set(made)
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) == set(made)
    for name in FUNCTIONS:
        assert order.index(ALARMS[name]) < order.index(f"{name}Aliaslive")


@pytest.fixture(scope="module")
def environments(root: Path) -> dict[str, dict[str, Any]]:
    """What `sam deploy --config-env` says for each environment."""
    config = tomllib.loads((root / "samconfig.toml").read_text())
    return {name: config[name]["deploy"]["parameters"] for name in ("dev", "prod")}


def test_each_environment_is_a_stack_of_its_own_with_parameters_that_are_there(
    environments: dict[str, dict[str, Any]], template: dict[str, Any]
) -> None:
    assert len({one["stack_name"] for one in environments.values()}) == len(environments)
    for settings in environments.values():
        given = dict(one.split("=", 1) for one in settings["parameter_overrides"])
        assert len(given) == len(settings["parameter_overrides"])
        for name, value in given.items():
            parameter = template["Parameters"][name]
            allowed = [str(one) for one in parameter.get("AllowedValues", [value])]
            assert value in allowed, name
            if parameter["Type"] == "Number":
                low, high = parameter.get("MinValue", 1), parameter.get("MaxValue", 10**9)
                assert low <= int(value) <= high, name


def test_production_is_careful_and_development_quick(
    environments: dict[str, dict[str, Any]],
) -> None:
    dev, prod = (set(environments[name]["parameter_overrides"]) for name in ("dev", "prod"))
    assert "RollOut=AllAtOnce" in dev
    assert "SnapStart=None" in dev
    assert any(one.startswith("RollOut=Canary") for one in prod)
    assert "SnapStart=PublishedVersions" in prod
    assert environments["prod"]["confirm_changeset"] is True
    assert environments["dev"]["confirm_changeset"] is False
