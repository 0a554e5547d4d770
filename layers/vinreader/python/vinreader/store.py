"""Readings in DynamoDB: each stored once, the newest stands, and a person's word stands above all.

Attributes of an item: `reading_id` (key), `status`, `vin` (only where there is one: it keys the
index `by_vin`), `created_at`, `updated_at` (ISO 8601, UTC), `expires_at` (epoch seconds, TTL),
`arrival_order`, `photo` (where it came from), `reading` (the rest of `Reading.to_dict`), and, on
readings that a person corrected, `corrected_at`.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError

from vinreader.bucket import StoredPhoto
from vinreader.results import Reading, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

__all__ = ["ReadingNotFound", "ReadingStore", "StoreUnavailable"]

TRANSIENT_CODES = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
    }
)

ERROR_LENGTH = 500
"""Characters kept of `error`: an item is billed by the kilobyte, and may not exceed 400 of them."""

ALTERNATIVES_KEPT = 5
"""For each character. The recogniser's own list is bounded by the alphabet, 17 times 32."""

UNCLAIMED = "attribute_not_exists(reading_id)"
NEWER = (
    "attribute_not_exists(corrected_at) AND "
    "(attribute_not_exists(arrival_order) OR arrival_order < :arrival_order)"
)
"""What must hold of the item for a write to happen. DynamoDB decides, so a race does not."""


class ReadingNotFound(LookupError):
    """No reading has this id, or its time is over."""


class StoreUnavailable(Exception):
    """DynamoDB throttles or does not answer: the same call may succeed later."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ReadingStore:
    """The table of readings.

    Args:
        table_name: a table as template.yaml describes it.
        retention_days: after that, DynamoDB deletes the item.
        clock: the present, as an aware `datetime`.
    """

    def __init__(
        self, table_name: str, retention_days: int, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self.retention = timedelta(days=retention_days)
        self.clock = clock
        self.table: Table = boto3.resource(
            "dynamodb",
            config=Config(
                connect_timeout=2,
                read_timeout=5,
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
        ).Table(table_name)

    def expect(self, reading_id: str) -> Reading:
        """Note that a place to upload was given: a pending reading, until its photo comes."""
        reading = Reading(status=Status.PENDING, reading_id=reading_id)
        self._write(reading, condition=UNCLAIMED)
        return reading

    def save(self, reading: Reading, order: str, photo: StoredPhoto | None = None) -> bool:
        """Store a reading that has an id, unless a newer one or a person's correction stands.

        Args:
            order: when its photo arrived, as `arrivals` gives it; later ones compare greater.
            photo: the object that was read, where it lies in the bucket.

        Returns:
            False where what the table holds is newer, the same, or corrected, and was left alone.

        Raises:
            StoreUnavailable: when it is worth trying again.
        """
        attributes: dict[str, Any] = {"arrival_order": order}
        if photo is not None:
            attributes["photo"] = {k: v for k, v in asdict(photo).items() if v is not None}
        return self._write(reading, condition=NEWER, **attributes)

    def load(self, reading_id: str) -> Reading:
        """The reading as it stands now.

        Raises:
            ReadingNotFound: also for one whose time is over but that DynamoDB has not yet removed.
            StoreUnavailable: when it is worth trying again.
        """
        with _faults_named():
            answer = self.table.get_item(Key={"reading_id": reading_id}, ConsistentRead=True)
        item: dict[str, Any] = dict(answer.get("Item", {}))
        if not item or item["expires_at"] <= self.clock().timestamp():
            raise ReadingNotFound(f"No reading has the id {reading_id}.")
        stands = {name: item.get(name) for name in ("reading_id", "status", "vin")}
        return Reading.from_dict({**item["reading"], **stands})

    def _write(self, reading: Reading, condition: str, **attributes: Any) -> bool:
        """Set every attribute of the item, on `condition`; whether it held."""
        if not reading.reading_id:
            raise ValueError("A reading needs an id to be stored.")
        document = _compact(reading).to_dict()
        key = {"reading_id": document.pop("reading_id")}
        now = self.clock()
        attributes |= {
            "status": document.pop("status"),
            "vin": document.pop("vin") or None,
            "updated_at": now.isoformat(timespec="milliseconds"),
            "expires_at": int((now + self.retention).timestamp()),
            "reading": document,
        }
        # An index key may not hold null: where the reading has no VIN, the attribute goes.
        gone = [name for name, value in attributes.items() if value is None]
        values = {name: _storable(value) for name, value in attributes.items() if value is not None}
        changes = ["created_at = if_not_exists(created_at, :updated_at)"]
        changes += [f"#{name} = :{name}" for name in values]
        expression = f"SET {', '.join(changes)}"
        if gone:
            expression += f" REMOVE {', '.join(f'#{name}' for name in gone)}"
        try:
            with _faults_named():
                self.table.update_item(
                    Key=key,
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={f"#{name}": name for name in attributes},
                    ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
                )
        except self.table.meta.client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _compact(reading: Reading) -> Reading:
    """The reading with its free-growing parts bounded."""
    return replace(
        reading,
        error=reading.error[:ERROR_LENGTH] if reading.error else reading.error,
        characters=tuple(
            replace(character, alternatives=character.alternatives[:ALTERNATIVES_KEPT])
            for character in reading.characters
        ),
    )


def _storable(value: Any) -> Any:
    """The same value in types that DynamoDB takes: numbers of any kind become int or Decimal.

    Raises:
        ValueError: for a number that is not finite.
    """
    if isinstance(value, Mapping):
        return {name: _storable(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(part) for part in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if not math.isfinite(value):
        raise ValueError(f"A reading holds a number that cannot be stored: {value}")
    return Decimal(repr(float(value)))


@contextmanager
def _faults_named() -> Iterator[None]:
    """Turn what may pass into `StoreUnavailable`; mistakes of ours stay what they are."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in TRANSIENT_CODES:
            raise StoreUnavailable(f"DynamoDB asks to try again: {error}") from error
        raise
    except (ConnectionError, HTTPClientError) as error:
        raise StoreUnavailable(f"DynamoDB does not answer: {error}") from error
