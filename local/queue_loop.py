"""From the queue to the function, as Lambda's event source mapping does it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3

from local.functions import FunctionFailed, LocalFunction

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

__all__ = ["Delivery", "QueueLoop"]

BATCH_SIZE = 10
POLL_SECONDS = 1

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivery:
    """How one batch went: messages taken from the queue, and those that the function gave back."""

    taken: int
    failed: int


class QueueLoop:
    """Hands messages to the function; deletes those it took, leaves those it names as failed."""

    def __init__(self, queue_url: str, function: LocalFunction) -> None:
        self.queue_url = queue_url
        self.function = function
        self._client: SQSClient = boto3.client("sqs")

    def deliver(self, wait_seconds: int = POLL_SECONDS) -> Delivery:
        """Take one batch of up to ten messages through the function."""
        messages = self._client.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=BATCH_SIZE,
            WaitTimeSeconds=wait_seconds,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not messages:
            return Delivery(taken=0, failed=0)
        failed = self._invoke(messages)
        for message in messages:
            if message["MessageId"] not in failed:
                self._client.delete_message(
                    QueueUrl=self.queue_url, ReceiptHandle=message["ReceiptHandle"]
                )
        return Delivery(taken=len(messages), failed=len(failed))

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Deliver in the background, until the block is left."""
        stopped = threading.Event()

        def serve() -> None:
            while not stopped.is_set():
                self.deliver()

        worker = threading.Thread(target=serve, name="queue-loop")
        worker.start()
        try:
            yield
        finally:
            stopped.set()
            worker.join()

    def _invoke(self, messages: list[MessageTypeDef]) -> set[str]:
        """The ids of the messages that stay in the queue."""
        everything = {message["MessageId"] for message in messages}
        try:
            answer = self.function.invoke({"Records": [_record(m) for m in messages]})
        except FunctionFailed:
            log.exception("the whole batch goes back to the queue")
            return everything
        named = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        # Lambda takes an answer that names an unknown message as a failure of the whole batch.
        return named if named <= everything else everything


def _record(message: MessageTypeDef) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:photos",
        "awsRegion": "eu-central-1",
    }
