"""Each function may do what its code calls, on the resources it was made for, and no more."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

PACKAGE = Path("layers/vinreader/python/vinreader")

PHOTOS = {"Fn::Sub": "${PhotosBucket.Arn}/uploads/*"}
BUCKET = {"Fn::GetAtt": "PhotosBucket.Arn"}
TABLE = {"Fn::GetAtt": "ReadingsTable.Arn"}
QUEUE = {"Fn::GetAtt": "PhotosQueue.Arn"}


def grants(resources: dict[str, Any], role: str) -> list[tuple[set[str], Any]]:
    """Every statement of a role as (actions, resource); there are no conditions or denials."""
    properties = resources[role]["Properties"]
    assert set(properties) == {"AssumeRolePolicyDocument", "Policies"}, "no managed policies"
    found = []
    for policy in properties["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            assert set(statement) == {"Sid", "Effect", "Action", "Resource"}
            assert statement["Effect"] == "Allow"
            actions = statement["Action"]
            found.append(
                (set([actions] if isinstance(actions, str) else actions), statement["Resource"])
            )
    return found


def test_photo_reader_may_take_photos_and_store_readings(resources: dict[str, Any]) -> None:
    function = resources["PhotoReaderFunction"]["Properties"]
    assert function["Role"] == {"Fn::GetAtt": "PhotoReaderRole.Arn"}
    assert "Policies" not in function
    assert grants(resources, "PhotoReaderRole") == [
        ({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, QUEUE),
        ({"sqs:SendMessage"}, {"Fn::GetAtt": "PhotosDeadLetterQueue.Arn"}),
        ({"s3:GetObject"}, PHOTOS),
        ({"s3:ListBucket"}, BUCKET),
        ({"dynamodb:UpdateItem"}, TABLE),
        ({"logs:CreateLogStream", "logs:PutLogEvents"}, {"Fn::GetAtt": "PhotoReaderLogs.Arn"}),
    ]


def test_api_may_let_upload_and_store_and_fetch_readings(resources: dict[str, Any]) -> None:
    function = resources["ApiFunction"]["Properties"]
    assert function["Role"] == {"Fn::GetAtt": "ApiRole.Arn"}
    assert "Policies" not in function
    assert grants(resources, "ApiRole") == [
        ({"s3:PutObject"}, PHOTOS),
        ({"dynamodb:GetItem", "dynamodb:UpdateItem"}, TABLE),
        ({"logs:CreateLogStream", "logs:PutLogEvents"}, {"Fn::GetAtt": "ApiLogs.Arn"}),
    ]


def test_only_lambda_takes_the_roles(resources: dict[str, Any]) -> None:
    for role in ("PhotoReaderRole", "ApiRole"):
        (statement,) = resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}


def calls_on(source: str, attribute: str) -> set[str]:
    """Methods called on `self.<attribute>` anywhere in the source."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr == attribute
    }


def test_the_code_calls_no_more_than_is_granted(root: Path) -> None:
    # A new call needs a new permission: whoever adds one finds this test, before AWS refuses it.
    store = (root / PACKAGE / "store.py").read_text()
    bucket = (root / PACKAGE / "bucket.py").read_text()
    dead_letters = (root / PACKAGE / "dead_letters.py").read_text()
    assert calls_on(dead_letters, "client") == {"send_message"}
    assert calls_on(store, "table") == {"get_item", "update_item"}
    assert calls_on(bucket, "client") == {
        "head_object",  # s3:GetObject, and s3:ListBucket to be told 404
        "get_object",
        "generate_presigned_post",  # s3:PutObject, when the form is used
    }


def test_aws_is_spoken_to_in_three_modules_only(root: Path) -> None:
    sources = [*(root / PACKAGE).rglob("*.py"), *(root / "functions").rglob("*.py")]
    importers = {path.name for path in sources if "import boto3" in path.read_text()}
    assert importers == {"store.py", "bucket.py", "dead_letters.py"}
