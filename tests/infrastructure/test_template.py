"""What template.yaml promises: one shared layer, safe queues, closed doors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vinreader.bucket import REJECTED_TAGS
from vinreader.shelf import PHOTOS, PICTURES

FUNCTIONS = ("PhotoReaderFunction", "ApiFunction")


def test_is_valid_and_lints_clean(root: Path) -> None:
    sam = Path(sys.executable).with_name("sam")
    validation = subprocess.run(
        [str(sam), "validate", "--lint", "--region", "us-east-1"],
        cwd=root,
        env=os.environ | {"SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert validation.returncode == 0, validation.stdout + validation.stderr
    assert "is a valid SAM Template" in validation.stdout


def test_every_exception_of_checkov_is_explained_beside_the_resource(root: Path) -> None:
    template = (root / "template.yaml").read_text()
    lines = [line for line in template.splitlines() if "checkov:" in line]
    assert lines
    for line in lines:
        skipped = re.fullmatch(r"    # checkov:skip=CKV2?_AWS_\d+:(.+)", line)
        assert skipped, line
        assert len(skipped[1].split()) >= 6, line


def test_both_functions_share_both_layers(template: dict[str, Any]) -> None:
    assert template["Globals"]["Function"]["Layers"] == [
        {"Ref": "DependenciesLayer"},
        {"Ref": "VinReaderLayer"},
    ]
    for name in FUNCTIONS:
        assert "Layers" not in template["Resources"][name]["Properties"], name


def test_functions_run_on_the_python_that_the_layers_are_built_for(
    template: dict[str, Any],
) -> None:
    shared = template["Globals"]["Function"]
    assert shared["Runtime"] == "python3.13"
    assert shared["Architectures"] == [{"Ref": "Architecture"}]
    for layer in ("DependenciesLayer", "VinReaderLayer"):
        resource = template["Resources"][layer]
        assert resource["Metadata"] == {"BuildMethod": "makefile"}
        assert resource["Properties"]["CompatibleRuntimes"] == ["python3.13"]
        assert resource["Properties"]["CompatibleArchitectures"] == [{"Ref": "Architecture"}]


def test_functions_learn_where_everything_is(template: dict[str, Any]) -> None:
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["READINGS_TABLE"] == {"Ref": "ReadingsTable"}
    assert variables["PHOTOS_BUCKET"] == {"Ref": "PhotosBucket"}
    assert variables["MODELS_DIR"] == "/opt/models"


def test_a_photo_under_uploads_goes_to_the_queue(resources: dict[str, Any]) -> None:
    bucket = resources["PhotosBucket"]
    assert bucket["Properties"]["NotificationConfiguration"] == {
        "QueueConfigurations": [
            {
                "Event": "s3:ObjectCreated:*",
                "Queue": {"Fn::GetAtt": "PhotosQueue.Arn"},
                "Filter": {"S3Key": {"Rules": [{"Name": "prefix", "Value": "uploads/"}]}},
            }
        ]
    }
    # What is kept lies elsewhere, and does not come in again.
    assert (PHOTOS, PICTURES) == ("photos/", "pictures/")
    # S3 tries the queue when the notification is set up: it must be allowed to by then.
    assert bucket["DependsOn"] == "PhotosQueuePolicy"


def test_only_s3_of_this_account_sends_to_the_queue(resources: dict[str, Any]) -> None:
    statements = resources["PhotosQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    assert allowed == [
        {
            "Sid": "NotificationsOfThisAccount",
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": {"Fn::GetAtt": "PhotosQueue.Arn"},
            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        }
    ]


def test_the_policy_can_exist_before_the_bucket(resources: dict[str, Any]) -> None:
    assert "PhotosBucket" not in str(resources["PhotosQueuePolicy"])
    assert "PhotosBucket" not in str(resources["PhotosQueue"])


def test_a_message_stays_hidden_while_the_function_may_still_work_on_it(
    resources: dict[str, Any],
) -> None:
    timeout = resources["PhotoReaderFunction"]["Properties"]["Timeout"]
    assert resources["PhotosQueue"]["Properties"]["VisibilityTimeout"] >= 6 * timeout


def test_the_function_sets_aside_before_the_queue_would(resources: dict[str, Any]) -> None:
    variables = resources["PhotoReaderFunction"]["Properties"]["Environment"]["Variables"]
    assert variables["DEAD_LETTER_QUEUE_URL"] == {"Ref": "PhotosDeadLetterQueue"}
    redrive = resources["PhotosQueue"]["Properties"]["RedrivePolicy"]
    assert variables["TRIES"] == redrive["maxReceiveCount"]


def test_what_fails_again_and_again_is_set_aside(resources: dict[str, Any]) -> None:
    queue = resources["PhotosQueue"]["Properties"]
    dead_letters = resources["PhotosDeadLetterQueue"]["Properties"]
    assert queue["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": "PhotosDeadLetterQueue.Arn"},
        "maxReceiveCount": 5,
    }
    # A message keeps its age when it moves: the second queue must hold it longer than the first.
    assert dead_letters["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_the_queue_feeds_the_function_in_bounds(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    events = resources["PhotoReaderFunction"]["Properties"]["Events"]
    assert list(events) == ["Photos"]
    source = events["Photos"]["Properties"]
    assert source["Queue"] == {"Fn::GetAtt": "PhotosQueue.Arn"}
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "PhotoReaderConcurrency"}}
    assert template["Parameters"]["PhotoReaderConcurrency"]["Default"] == 10
    # A message left for another time is the first of its next batch: were there more in a batch
    # than tries, one could run out of tries without ever having been tried.
    assert source["BatchSize"] == {"Ref": "PhotosPerInvocation"}
    tries = resources["PhotosQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    assert template["Parameters"]["PhotosPerInvocation"]["MaxValue"] <= tries


def test_photos_are_encrypted_private_and_temporary(resources: dict[str, Any]) -> None:
    bucket = resources["PhotosBucket"]["Properties"]
    (encryption,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert bucket["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }


def test_everything_in_the_bucket_has_its_time(
    template: dict[str, Any], resources: dict[str, Any]
) -> None:
    rules = resources["PhotosBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {rule["Status"] for rule in rules} == {"Enabled"}
    lives = {rule.pop("Id"): rule for rule in map(dict, rules)}
    # Without a prefix: copies, uploads that were not read yet, manifests of an archive.
    assert lives["photos-expire"] == {
        "Status": "Enabled",
        "ExpirationInDays": {"Ref": "PhotoRetentionDays"},
    }
    (tag,) = REJECTED_TAGS["TagSet"]
    assert lives["rejected-files-expire"] == {
        "Status": "Enabled",
        "Prefix": "uploads/",
        "TagFilters": [tag],
        "ExpirationInDays": {"Ref": "RejectedRetentionDays"},
    }
    assert lives["pictures-expire"] == {
        "Status": "Enabled",
        "Prefix": PICTURES,
        "ExpirationInDays": 1,
    }
    days = {name: one.get("Default") for name, one in template["Parameters"].items()}
    assert (days["PhotoRetentionDays"], days["RejectedRetentionDays"]) == (30, 7)
    assert "VersioningConfiguration" not in resources["PhotosBucket"]["Properties"]


@pytest.mark.parametrize(
    ("policy", "action"),
    [
        ("PhotosBucketPolicy", "s3:*"),
        ("PhotosQueuePolicy", "sqs:*"),
        ("DeadLetterQueuesPolicy", "sqs:*"),
    ],
)
def test_nothing_travels_in_the_clear(resources: dict[str, Any], policy: str, action: str) -> None:
    statements = resources[policy]["Properties"]["PolicyDocument"]["Statement"]
    (denied,) = (statement for statement in statements if statement["Effect"] == "Deny")
    assert denied["Action"] == action
    assert denied["Principal"] == "*"
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_the_table_is_the_one_of_the_contract(resources: dict[str, Any]) -> None:
    table = resources["ReadingsTable"]["Properties"]
    assert table["KeySchema"] == [{"AttributeName": "reading_id", "KeyType": "HASH"}]
    keys = {
        index["IndexName"]: [(key["AttributeName"], key["KeyType"]) for key in index["KeySchema"]]
        for index in table["GlobalSecondaryIndexes"]
    }
    assert keys == {
        "by_vin": [("vin", "HASH"), ("created_at", "RANGE")],
        "by_status": [("status", "HASH"), ("created_at", "RANGE")],
    }
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["SSESpecification"] == {"SSEEnabled": True}


@pytest.mark.parametrize("name", ["ReadingsTable", "PhotosBucket"])
def test_what_users_gave_outlives_the_stack(resources: dict[str, Any], name: str) -> None:
    assert resources[name]["DeletionPolicy"] == "Retain"
    assert resources[name]["UpdateReplacePolicy"] == "Retain"


def test_the_api_answers_before_the_gateway_gives_up(resources: dict[str, Any]) -> None:
    assert resources["ApiFunction"]["Properties"]["Timeout"] < 30


def test_every_log_expires(resources: dict[str, Any]) -> None:
    logs = [r for r in resources.values() if r["Type"] == "AWS::Logs::LogGroup"]
    assert len(logs) == 3
    for log in logs:
        assert log["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert resources["PhotoReaderFunction"]["Properties"]["LoggingConfig"] == {
        "LogGroup": {"Ref": "PhotoReaderLogs"}
    }
    assert resources["ApiFunction"]["Properties"]["LoggingConfig"] == {
        "LogGroup": {"Ref": "ApiLogs"}
    }
