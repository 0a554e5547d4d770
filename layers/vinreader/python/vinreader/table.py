"""The calls of DynamoDB that `store` makes: one conditional call a write, so that DynamoDB decides
and a race does not. Besides `bucket`, `shelf`, `idempotency` and `dead_letters`, the only module
that speaks to AWS.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vinreader.attribute_values import decoded_item, encoded, encoded_item
from vinreader.clients import make_client
from vinreader.faults import ServiceUnavailable, passing_faults_named
from vinreader.items import storable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = [
    "CLIENT_OPTIONS",
    "Items",
    "ReadingDeleted",
    "ReadingNotFound",
    "ReadingTable",
    "StoreUnavailable",
    "Write",
]

CLIENT_OPTIONS: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 5,
    "retries": {"mode": "standard", "total_max_attempts": 3},
}
"""Three tries end well before the gateway gives up, at 30 seconds."""

TOMBSTONE_DAYS = 30
"""How long a deleted reading is remembered, by its id alone: longer than an event of its photo can
wait in the queue (4 days), among the dead letters (14) and, sent back from there, in the queue
again."""

THERE = "attribute_exists(reading_id) AND attribute_not_exists(deleted_at)"


class StoreUnavailable(ServiceUnavailable):
    """DynamoDB throttles or does not answer: the same call may succeed later."""


class ReadingNotFound(LookupError):
    """No reading has this id, its time is over, or it was deleted."""


class ReadingDeleted(ReadingNotFound):
    """A tombstone stands in its place."""


@dataclass(frozen=True)
class Items:
    """Items of an index, and the key of the last one looked at where there are more behind it."""

    items: tuple[Mapping[str, Any], ...]
    last: Mapping[str, Any] | None


@dataclass(frozen=True)
class Write:
    """What came of a conditional write: whether it happened, and the item as it then is."""

    happened: bool
    item: Mapping[str, Any]


class ReadingTable:
    """Items as `vinreader.items` describes them. Every method may raise `StoreUnavailable`."""

    def __init__(self, name: str, retention: timedelta) -> None:
        self.name = name
        self.retention = retention

    @cached_property
    def client(self) -> DynamoDBClient:
        """Made by its first use."""
        client: DynamoDBClient = make_client("dynamodb", **CLIENT_OPTIONS)
        return client

    def item(self, reading_id: str) -> Mapping[str, Any] | None:
        """The item as it is now."""
        with _faults_named():
            answer = self.client.get_item(
                TableName=self.name, Key=_key(reading_id), ConsistentRead=True
            )
        return decoded_item(answer["Item"]) if "Item" in answer else None

    def newest(
        self, attribute: str, value: str, limit: int, now: datetime, after: Mapping[str, Any] | None
    ) -> Items:
        """Up to `limit` items of the index `by_<attribute>`, newest first, without those whose time
        is over; an index shows a change a moment later."""
        start: Any = {"ExclusiveStartKey": encoded_item(after)} if after else {}
        with _faults_named():
            answer = self.client.query(
                TableName=self.name,
                IndexName=f"by_{attribute}",
                KeyConditionExpression="#listed = :listed",
                FilterExpression="expires_at > :now",
                ExpressionAttributeNames={"#listed": attribute},
                ExpressionAttributeValues={
                    ":listed": encoded(value),
                    ":now": encoded(int(now.timestamp())),
                },
                ScanIndexForward=False,
                Limit=limit,
                **start,
            )
        last = answer.get("LastEvaluatedKey")
        items = tuple(decoded_item(item) for item in answer["Items"])
        return Items(items, decoded_item(last) if last else None)

    def update(
        self,
        reading_id: str,
        attributes: Mapping[str, Any],
        condition: str,
        now: datetime,
        remembered: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Write:
        """Set attributes and count the version up, on a condition, which may name `values`.

        An attribute that is None goes: the key of an index may not hold null.

        Args:
            remembered: attributes that get the value that another one has so far, or "" where it
                has none.

        Raises:
            ReadingDeleted: it did not hold, and what stands there is a tombstone.
        """
        attributes = {
            **attributes,
            "updated_at": now.isoformat(timespec="milliseconds"),
            "expires_at": int((now + self.retention).timestamp()),
        }
        gone = [name for name, value in attributes.items() if value is None]
        set_to = {name: storable(value) for name, value in attributes.items() if value is not None}
        changes = [f"#{name} = :{name}" for name in set_to]
        changes += ["created_at = if_not_exists(created_at, :updated_at)"]
        changes += ["version = if_not_exists(version, :none) + :one"]
        for name, source in (remembered or {}).items():
            changes.append(f"{name} = if_not_exists({source}, :nothing)")
            values["nothing"] = ""
        expression = f"SET {', '.join(changes)}"
        if gone:
            expression += f" REMOVE {', '.join(f'#{name}' for name in gone)}"
        values = {**set_to, **values, "none": 0, "one": 1}
        try:
            with _faults_named():
                answer = self.client.update_item(
                    TableName=self.name,
                    Key=_key(reading_id),
                    UpdateExpression=expression,
                    ConditionExpression=condition,
                    ExpressionAttributeNames={f"#{name}": name for name in attributes},
                    ExpressionAttributeValues={
                        f":{name}": encoded(value) for name, value in values.items()
                    },
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except self.client.exceptions.ConditionalCheckFailedException as error:
            told: Any = error.response.get("Item", {})
            stands = decoded_item(told)
            if "deleted_at" in stands:
                raise ReadingDeleted(f"The reading {reading_id} was deleted.") from error
            return Write(False, stands)
        return Write(True, decoded_item(answer["Attributes"]))

    def bury(self, reading_id: str, now: datetime) -> None:
        """Put a tombstone in the place of an item, if there is one."""
        tombstone: dict[str, Any] = {
            "reading_id": reading_id,
            "deleted_at": now.isoformat(timespec="milliseconds"),
            "expires_at": int((now + timedelta(days=TOMBSTONE_DAYS)).timestamp()),
        }
        try:
            with _faults_named():
                self.client.put_item(
                    TableName=self.name, Item=encoded_item(tombstone), ConditionExpression=THERE
                )
        except self.client.exceptions.ConditionalCheckFailedException:
            return  # it was deleted meanwhile, or by the first try of this very call


def _key(reading_id: str) -> dict[str, Any]:
    return encoded_item({"reading_id": reading_id})


def _faults_named() -> AbstractContextManager[None]:
    return passing_faults_named("DynamoDB", StoreUnavailable)
