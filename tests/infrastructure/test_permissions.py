"""Each function may do what its code calls, on the resources it was made for, and no more."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

PACKAGE = Path("layers/vinreader/python/vinreader")

UPLOADS, COPIES, PICTURES = (
    {"Fn::Sub": f"${{PhotosBucket.Arn}}/{prefix}/*"} for prefix in ("uploads", "photos", "pictures")
)
BUCKET = {"Fn::GetAtt": "PhotosBucket.Arn"}
TABLE = {"Fn::GetAtt": "ReadingsTable.Arn"}
QUEUE = {"Fn::GetAtt": "PhotosQueue.Arn"}
ARCHIVE = "arn:${AWS::Partition}:s3:::${ArchiveBucket}"
OF_READINGS = {"StringLike": {"s3:prefix": ["uploads/*", "photos/*", "pictures/*"]}}
TRACE = ({"xray:PutTraceSegments", "xray:PutTelemetryRecords"}, "*")
"""X-Ray has no resources that these could be limited to."""

SPEAKS_TO_AWS = re.compile(
    r"^import boto3|\b(?:create|make)_client\(|DynamoDBPersistenceLayer\(", re.M
)


def grants(resources: dict[str, Any], role: str, policy: int = 0) -> list[tuple[Any, ...]]:
    """Every statement of a role's policy as (actions, resource), or (actions, resource, condition)
    where it has one; none denies."""
    properties = resources[role]["Properties"]
    assert set(properties) == {"AssumeRolePolicyDocument", "Policies"}, "no managed policies"
    document = properties["Policies"][policy]
    if "Fn::If" in document:
        condition, document, otherwise = document["Fn::If"]
        assert (condition, otherwise) == ("HasArchive", {"Ref": "AWS::NoValue"})
    found = []
    for statement in document["PolicyDocument"]["Statement"]:
        assert set(statement) - {"Condition"} == {"Sid", "Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        granted = set([actions] if isinstance(actions, str) else actions), statement["Resource"]
        found.append((*granted, statement["Condition"]) if "Condition" in statement else granted)
    return found


def policies(resources: dict[str, Any], role: str) -> int:
    return len(resources[role]["Properties"]["Policies"])


def test_photo_reader_may_take_photos_and_store_readings(resources: dict[str, Any]) -> None:
    function = resources["PhotoReaderFunction"]["Properties"]
    assert function["Role"] == {"Fn::GetAtt": "PhotoReaderRole.Arn"}
    assert "Policies" not in function
    assert grants(resources, "PhotoReaderRole") == [
        ({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, QUEUE),
        ({"sqs:SendMessage"}, {"Fn::GetAtt": "PhotosDeadLetterQueue.Arn"}),
        ({"s3:GetObject"}, UPLOADS),
        ({"s3:ListBucket"}, BUCKET),
        ({"s3:PutObject"}, COPIES),
        ({"s3:PutObjectTagging", "s3:PutObjectVersionTagging"}, UPLOADS),
        ({"s3:ListBucketVersions"}, BUCKET, OF_READINGS),
        ({"s3:DeleteObject", "s3:DeleteObjectVersion"}, [UPLOADS, COPIES, PICTURES]),
        ({"dynamodb:GetItem", "dynamodb:UpdateItem"}, TABLE),
        ({"logs:CreateLogStream", "logs:PutLogEvents"}, {"Fn::GetAtt": "PhotoReaderLogs.Arn"}),
        TRACE,
    ]
    assert grants(resources, "PhotoReaderRole", policy=1) == [
        ({"s3:GetObject"}, {"Fn::Sub": f"{ARCHIVE}/*"}),
        ({"s3:ListBucket"}, {"Fn::Sub": ARCHIVE}),
    ]
    assert policies(resources, "PhotoReaderRole") == 2


def test_the_pipe_may_follow_the_table_and_tell_the_bus(resources: dict[str, Any]) -> None:
    role = {"Fn::GetAtt": "ReadingsPipeRole.Arn"}
    assert resources["ReadingsPipe"]["Properties"]["RoleArn"] == role
    stream = {"Fn::GetAtt": "ReadingsTable.StreamArn"}
    assert grants(resources, "ReadingsPipeRole") == [
        ({"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"}, stream),
        ({"dynamodb:ListStreams"}, {"Fn::Sub": "${ReadingsTable.Arn}/stream/*"}),
        ({"events:PutEvents"}, {"Fn::GetAtt": "ReadingsBus.Arn"}),
        ({"sqs:SendMessage"}, {"Fn::GetAtt": "ReadingsDeadLetterQueue.Arn"}),
    ]
    assert policies(resources, "ReadingsPipeRole") == 1


def test_the_archive_may_list_photos_and_have_them_read(resources: dict[str, Any]) -> None:
    states = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}"
    own = "${AWS::StackName}-archive"
    written = {"Fn::Sub": "${PhotosBucket.Arn}/archive/*"}
    assert resources["Archive"]["Properties"]["Role"] == {"Fn::GetAtt": "ArchiveRole.Arn"}
    assert grants(resources, "ArchiveRole") == [
        ({"s3:ListBucket"}, {"Fn::Sub": ARCHIVE}),
        ({"s3:GetObject"}, {"Fn::Sub": f"{ARCHIVE}/*"}),
        ({"lambda:InvokeFunction"}, {"Ref": "PhotoReaderFunction.Alias"}),
        (
            {
                "s3:PutObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:AbortMultipartUpload",
            },
            written,
        ),
        ({"states:StartExecution"}, {"Fn::Sub": f"{states}:stateMachine:{own}"}),
        (
            {"states:DescribeExecution", "states:StopExecution", "states:RedriveExecution"},
            {"Fn::Sub": f"{states}:execution:{own}/*"},
        ),
        TRACE,
    ]
    assert policies(resources, "ArchiveRole") == 1


def test_a_roll_out_may_shift_calls_of_the_two_functions_alone(resources: dict[str, Any]) -> None:
    functions: list[Any] = []
    for name in ("PhotoReaderFunction", "ApiFunction"):
        functions += [{"Fn::GetAtt": f"{name}.Arn"}, {"Fn::Sub": f"${{{name}.Arn}}:*"}]
        preference = resources[name]["Properties"]["DeploymentPreference"]
        assert preference["Role"] == {"Fn::GetAtt": "RollOutRole.Arn"}
    alarms = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:*"
    shift = {"lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"}
    assert grants(resources, "RollOutRole") == [
        (shift, functions),
        ({"cloudwatch:DescribeAlarms"}, {"Fn::Sub": alarms}),
    ]
    assert policies(resources, "RollOutRole") == 1


def test_only_the_service_it_was_made_for_takes_a_role(resources: dict[str, Any]) -> None:
    services = {"ReadingsPipeRole": "pipes", "ArchiveRole": "states", "RollOutRole": "codedeploy"}
    for role, service in services.items():
        (statement,) = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": f"{service}.amazonaws.com"}
        assert statement["Condition"] == {
            "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        }


def test_only_lambda_takes_the_roles(resources: dict[str, Any]) -> None:
    for role in ("PhotoReaderRole", "ApiRole"):
        (statement,) = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def calls_on(source: str, attribute: str) -> set[str]:
    """Methods called on `self.<attribute>`, or on an argument of that name, in the source."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) in (attribute, f"self.{attribute}")
    }


def test_the_code_calls_no_more_than_is_granted(root: Path) -> None:
    # A new call needs a new permission: whoever adds one finds this test, before AWS refuses it.
    table = (root / PACKAGE / "table.py").read_text()
    bucket = (root / PACKAGE / "bucket.py").read_text()
    shelf = (root / PACKAGE / "shelf.py").read_text()
    deletion = (root / PACKAGE / "deletion.py").read_text()
    dead_letters = (root / PACKAGE / "dead_letters.py").read_text()
    assert calls_on(dead_letters, "client") == {"send_message"}
    assert calls_on(table, "client") == {"get_item", "put_item", "query", "update_item"}
    assert calls_on(bucket, "client") == {
        "head_object",  # s3:GetObject, and s3:ListBucket to be told 404
        "get_object",
        "generate_presigned_post",  # s3:PutObject, when the form is used
        "delete_object",  # s3:DeleteObject, s3:DeleteObjectVersion
        "put_object_tagging",  # s3:PutObjectTagging, s3:PutObjectVersionTagging
    }
    assert calls_on(shelf, "client") == {
        "put_object",
        "head_object",
        "get_object",
        "generate_presigned_url",  # s3:GetObject, when the address is used
    }
    assert calls_on(deletion, "client") == {
        "get_paginator",  # of list_object_versions: s3:ListBucketVersions
        "delete_objects",
    }


def test_aws_is_spoken_to_in_few_modules(root: Path) -> None:
    sources = [*(root / PACKAGE).rglob("*.py"), *(root / "functions").rglob("*.py")]
    importers = {path.name for path in sources if SPEAKS_TO_AWS.search(path.read_text())}
    assert importers == {
        "clients.py",  # which makes the clients of the others
        "table.py",
        "bucket.py",
        "idempotency.py",
        "dead_letters.py",
    }
