"""What lies in the queues of the local stack, and how fast it comes back."""

import os
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
import botocore.endpoint

from local.stack import Stack

AT_ANY_TIME = {"MOTO_SQS_ENFORCE_STRICT_QUEUE_PURGE_BEHAVIOUR": "false"}
"""For moto in this process: SQS, and so moto, would have a queue purged once in 60 seconds."""


@contextmanager
def no_waits() -> Iterator[None]:
    """A failed attempt of a client is repeated at once."""
    unhurried = types.SimpleNamespace(sleep=lambda _seconds: None, time=time.time)
    with patch.object(botocore.endpoint, "time", unhurried):
        yield


@contextmanager
def retried_at_once(stack: Stack) -> Iterator[None]:
    """A message given back can be taken again at once; nor do clients wait."""
    client = boto3.client("sqs")
    usual = client.get_queue_attributes(
        QueueUrl=stack.queue_url, AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    client.set_queue_attributes(QueueUrl=stack.queue_url, Attributes={"VisibilityTimeout": "0"})
    try:
        with no_waits():
            yield
    finally:
        client.set_queue_attributes(QueueUrl=stack.queue_url, Attributes=usual)


def purge(stack: Stack) -> None:
    """Both queues are empty afterwards, of what was in flight too.

    Tests that put photos into the bucket and take nothing from the queue leave their events there.
    """
    client = boto3.client("sqs")
    with patch.dict(os.environ, AT_ANY_TIME):
        for url in (stack.queue_url, stack.dead_letter_url):
            client.purge_queue(QueueUrl=url)
            assert messages_left(url) == 0


def messages_left(queue_url: str) -> int:
    """Waiting and in flight."""
    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=queue_url,
        AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
    )["Attributes"]
    return sum(int(number) for number in attributes.values())


def take_dead_letters(stack: Stack) -> list[dict[str, Any]]:
    """All messages of the dead-letter queue, which is empty afterwards."""
    client = boto3.client("sqs")
    letters: list[dict[str, Any]] = []
    while messages := client.receive_message(
        QueueUrl=stack.dead_letter_url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        for message in messages:
            client.delete_message(
                QueueUrl=stack.dead_letter_url, ReceiptHandle=message["ReceiptHandle"]
            )
            letters.append(dict(message))
    return letters


def reason_of(letter: dict[str, Any]) -> str | None:
    """What the function wrote to the message when it set it aside; None where SQS moved it."""
    attributes = letter.get("MessageAttributes", {})
    reason: str | None = attributes.get("reason", {}).get("StringValue")
    return reason


def items_of(stack: Stack, place: str) -> list[dict[str, Any]]:
    """What the table holds of photos whose keys begin with `place`: only that, as moto takes its
    time for each item that it tells."""
    pages = boto3.resource("dynamodb").Table(stack.table).meta.client.get_paginator("scan")
    found = pages.paginate(
        TableName=stack.table,
        FilterExpression="begins_with(photo.#key, :place)",
        ExpressionAttributeNames={"#key": "key"},
        ExpressionAttributeValues={":place": place},
    )
    return [dict(item) for page in found for item in page["Items"]]
