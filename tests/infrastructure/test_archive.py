"""The state machine that reads an archive, as CloudFormation would hand it to Step Functions."""

from __future__ import annotations

import copy
import json
from typing import Any

import cfnlint.api
import pytest

from tests.templates import PSEUDO, resolved

ARN = "arn:aws:{}:eu-central-1:123456789012:{}"
NAMES = {
    "ArchiveBucket": "old-photos",
    "PhotosBucket": "new-photos",
    "PhotosBucket.Arn": "arn:aws:s3:::new-photos",
    "PhotoReaderFunction.Alias": ARN.format("lambda", "function:photo-reader:live"),
    "ArchiveConcurrency": "20",
}


@pytest.fixture
def definition(resources: dict[str, Any]) -> dict[str, Any]:
    return resolved(resources["Archive"]["Properties"]["Definition"], NAMES)


def complaints(definition: dict[str, Any]) -> list[str]:
    """What cfn-lint has against a state machine's definition."""
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::123456789012:role/archive",
            "Definition": definition,
        },
    }
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Archive": machine}}
    found = cfnlint.api.lint(json.dumps(template), regions=[PSEUDO["AWS::Region"]])
    return [f"{match.rule.id} {match.message}" for match in found]


def test_definition_is_one_of_the_states_language(definition: dict[str, Any]) -> None:
    assert complaints(definition) == []


@pytest.mark.parametrize("wrong", ["Type", "Resource"])
def test_a_wrong_definition_would_be_noticed(definition: dict[str, Any], wrong: str) -> None:
    broken = copy.deepcopy(definition)
    if wrong == "Resource":
        del broken["States"]["ReadPrefix"]["ItemProcessor"]["States"]["ReadBatch"]["Resource"]
    else:
        broken["States"]["Defaults"]["Type"] = "Nothing"
    assert complaints(broken) != []


def test_every_state_is_reached_and_leads_on_or_ends(definition: dict[str, Any]) -> None:
    reached: set[str] = set()
    ahead = [definition["StartAt"]]
    while ahead:
        state = definition["States"][ahead.pop()]
        following = [choice["Next"] for choice in state.get("Choices", ())]
        following += [state[name] for name in ("Next", "Default") if name in state]
        assert bool(following) != bool(state.get("End"))
        ahead += [name for name in following if name not in reached]
        reached.update(following)
    assert reached | {definition["StartAt"]} == set(definition["States"])


@pytest.mark.parametrize("state", ["ReadPrefix", "ReadInventory"])
def test_photos_are_read_in_bounds_and_the_outcome_is_kept(
    definition: dict[str, Any], state: str
) -> None:
    read = definition["States"][state]
    assert read["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert read["MaxConcurrencyPath"] == "$.concurrency"
    assert definition["States"]["Settings"]["Parameters"]["concurrency.$"] == (
        "States.StringToJson('20')"
    )
    assert read["ResultWriter"]["Parameters"] == {"Bucket": "new-photos", "Prefix": "archive"}
    task = read["ItemProcessor"]["States"]["ReadBatch"]
    assert task["Parameters"]["FunctionName"] == NAMES["PhotoReaderFunction.Alias"]
    (retry,) = task["Retry"]
    assert retry["ErrorEquals"] == ["States.ALL"]


def test_what_is_written_of_a_run_wakes_no_reader(resources: dict[str, Any]) -> None:
    # The manifest lies in the bucket whose uploads/ is listened to.
    (source,) = resources["PhotosBucket"]["Properties"]["NotificationConfiguration"][
        "QueueConfigurations"
    ]
    (rule,) = source["Filter"]["S3Key"]["Rules"]
    assert not "archive/".startswith(rule["Value"])


def test_without_an_archive_there_is_none(resources: dict[str, Any]) -> None:
    assert resources["Archive"]["Condition"] == "HasArchive"
    assert resources["ArchiveRole"]["Condition"] == "HasArchive"


def test_the_role_may_start_the_batches_of_this_state_machine_alone(
    resources: dict[str, Any],
) -> None:
    name = resolved(resources["Archive"]["Properties"]["Name"], NAMES)
    policy = resolved(resources["ArchiveRole"]["Properties"]["Policies"], NAMES)
    (statements,) = (part["PolicyDocument"]["Statement"] for part in policy)
    granted = {statement["Sid"]: statement for statement in statements}
    assert granted["StartBatches"]["Resource"] == ARN.format("states", f"stateMachine:{name}")
    assert granted["FollowBatches"]["Resource"] == ARN.format("states", f"execution:{name}/*")
