"""The same request sent twice is answered once: records of requests with an `Idempotency-Key`.

Powertools keeps them in a table of their own: hashes, and the id of the reading that came of the
request. Nothing of what was read is in there, so that a deleted reading leaves nothing behind. What
Powertools needs for it is loaded with the first such request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from vinreader.clients import make_client
from vinreader.faults import ServiceUnavailable, is_passing
from vinreader.table import CLIENT_OPTIONS

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer
    from aws_lambda_powertools.utilities.typing import LambdaContext

__all__ = [
    "IdempotencyKeyReused",
    "KeyedRequest",
    "RequestInProgress",
    "RequestRecords",
    "RequestRecordsUnavailable",
]

SECONDS_KEPT = 24 * 3600
"""A client that retries does so within a day."""


class IdempotencyKeyReused(ValueError):
    """The key came with another request before."""


class RequestInProgress(ValueError):
    """The same request is being answered at this moment, or its answer was cut off just now."""


class RequestRecordsUnavailable(ServiceUnavailable):
    """The table of records throttles or does not answer: the same call may succeed later."""


@dataclass(frozen=True)
class KeyedRequest:
    """What makes two requests the same."""

    caller: str
    """Keys of two callers never meet."""
    key: str
    content: str
    """A digest of everything that the answer depends on."""


class RequestRecords:
    """The table of records, as template.yaml describes it."""

    def __init__(self, table_name: str) -> None:
        self.table_name = table_name

    @cached_property
    def layer(self) -> DynamoDBPersistenceLayer:
        """What Powertools asks the table with."""
        from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer

        return DynamoDBPersistenceLayer(
            self.table_name,
            expiry_attr="expires_at",
            # Powertools would make a session of its own, and load again what ours has loaded.
            boto3_client=make_client("dynamodb", **CLIENT_OPTIONS),
        )

    def once(self, request: KeyedRequest, answer: Callable[[], str], context: LambdaContext) -> str:
        """What `answer` returned for this request, be it now or before.

        What it raises comes through and is not kept: the request may be tried again. Where the
        invocation is cut off, the request may be tried again once the time of `context` is over.

        Raises:
            IdempotencyKeyReused: the key came with other content before.
            RequestInProgress: `answer` is at work for the same request elsewhere.
            RequestRecordsUnavailable: when it is worth trying again.
        """
        from aws_lambda_powertools.utilities.idempotency import (
            IdempotencyConfig,
            idempotent_function,
        )
        from aws_lambda_powertools.utilities.idempotency.exceptions import (
            IdempotencyAlreadyInProgressError,
            IdempotencyInconsistentStateError,
            IdempotencyPersistenceLayerError,
            IdempotencyValidationError,
        )

        config = IdempotencyConfig(
            event_key_jmespath="[caller, key]",
            payload_validation_jmespath="content",
            expires_after_seconds=SECONDS_KEPT,
            hash_function="sha256",
            lambda_context=context,
        )
        answer_once = idempotent_function(
            lambda request: answer(),
            data_keyword_argument="request",
            persistence_store=self.layer,
            config=config,
            key_prefix="readings",  # not the function's name, which a deployment may change
        )
        try:
            return str(answer_once(request=asdict(request)))
        except IdempotencyValidationError as error:
            raise IdempotencyKeyReused(
                "This Idempotency-Key came with another request before."
            ) from error
        except (IdempotencyAlreadyInProgressError, IdempotencyInconsistentStateError) as error:
            raise RequestInProgress(
                "A request with this Idempotency-Key is being answered."
            ) from error
        except IdempotencyPersistenceLayerError as error:
            if error.__cause__ is not None and not is_passing(error.__cause__):
                raise error.__cause__ from error
            raise RequestRecordsUnavailable(f"DynamoDB asks to try again: {error}") from error
