"""Messages that will not be read, set aside together with the reason.

SQS by itself would move them as they are, and nobody could tell from the message what happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from vinreader.clients import make_client
from vinreader.observability import mask_vins

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

__all__ = ["DeadLetters", "NotSetAside"]

REASON_LENGTH = 1000
"""Characters kept of a reason: body and attributes share the 256 KiB of a message."""


class NotSetAside(Exception):
    """The message is not among the dead letters; whoever holds it still has to."""


class DeadLetters:
    """The dead-letter queue at `url`; with None, everything is `NotSetAside`."""

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.client: SQSClient = make_client(
            "sqs",
            connect_timeout=1,
            read_timeout=3,
            retries={"mode": "standard", "total_max_attempts": 2},
        )

    def set_aside(self, body: str, error: BaseException, message_id: str, tries: int) -> None:
        """Put a message among the dead letters, its attributes telling what happened.

        Args:
            body: the message as it was received: a redrive takes the same way again.
            error: why it is not read. A VIN in its text is masked.
            message_id: of the message received, as the logs have it.
            tries: how often it was received.

        Raises:
            NotSetAside: where SQS does not take it.
        """
        if not self.url:
            raise NotSetAside("No dead-letter queue was named.")
        reason = mask_vins(f"{type(error).__name__}: {error}")[:REASON_LENGTH]
        attributes = {
            # SQS refuses most control characters; a key may hold any.
            "reason": reason.encode("unicode_escape").decode("ascii"),
            "message_id": message_id,
            "tries": str(tries),
        }
        try:
            self.client.send_message(
                QueueUrl=self.url,
                MessageBody=body,
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in attributes.items()
                },
            )
        except (BotoCoreError, ClientError) as fault:
            raise NotSetAside(f"SQS did not take the message: {fault}") from fault
