"""Readings in DynamoDB: each stored once, the newest stands, and a person's word above all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from vinreader import cursor
from vinreader.bucket import StoredPhoto
from vinreader.items import (
    KeptReading,
    Standing,
    attributes_of,
    corrected,
    photo_attribute,
    standing,
    stored_photo,
    stored_reading,
)
from vinreader.results import Reading, Status
from vinreader.stored import Correction, Original, StoredReading
from vinreader.table import (
    ReadingDeleted,
    ReadingNotFound,
    ReadingTable,
    StoreUnavailable,
    Write,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = [
    "KeptReading",
    "Listing",
    "Page",
    "ReadingDeleted",
    "ReadingNotFound",
    "ReadingPending",
    "ReadingStore",
    "Standing",
    "StoreUnavailable",
    "VersionConflict",
]

UNCLAIMED = "attribute_not_exists(reading_id)"
NEWER = (
    "attribute_not_exists(corrected_at) AND attribute_not_exists(deleted_at) AND "
    "(attribute_not_exists(arrival_order) OR arrival_order < :arrival_order)"
)
UNCHANGED = "version = :seen AND attribute_not_exists(deleted_at)"
"""What must hold of the item for a write to happen."""

QUERIES_A_PAGE = 10
"""Items whose time is over are left out after they were counted: so often a page is filled up."""


class Listing(StrEnum):
    """What readings are listed by: each value is an attribute, and `by_…` its index."""

    VIN = "vin"
    STATUS = "status"


@dataclass(frozen=True)
class Page:
    """Readings, newest first, and the cursor of the next page where there may be one."""

    readings: tuple[StoredReading, ...]
    cursor: str | None


class ReadingPending(ValueError):
    """There is nothing to correct yet."""


class VersionConflict(ValueError):
    """The reading has changed since whoever wants to change it has seen it."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ReadingStore:
    """The store of readings. Every method may raise `StoreUnavailable`.

    Args:
        table_name: a table as template.yaml describes it.
        retention_days: after that, DynamoDB deletes the item.
        clock: the present, as an aware `datetime`.
    """

    def __init__(
        self, table_name: str, retention_days: int, clock: Callable[[], datetime] = _utc_now
    ) -> None:
        self.clock = clock
        self.table = ReadingTable(table_name, timedelta(days=retention_days))

    @property
    def client(self) -> DynamoDBClient:
        """What it asks DynamoDB with."""
        return self.table.client

    def expect(self, reading_id: str) -> Reading:
        """Note that a place to upload was given: a pending reading, until its photo comes."""
        reading = Reading(status=Status.PENDING, reading_id=reading_id)
        self._write(reading, condition=UNCLAIMED)
        return reading

    def save(
        self,
        reading: Reading,
        order: str,
        photo: StoredPhoto | None = None,
        copy: str | None = None,
    ) -> Standing:
        """Store a reading that has an id, unless a newer one or a person's word stands.

        Args:
            order: when its photo arrived, as `arrivals` gives it; later ones compare greater.
            photo: the object that was read, where it lies in the bucket.
            copy: the key of the copy of the photo that is kept.

        Raises:
            ReadingDeleted: whoever deleted the reading wants its photo gone, too.
        """
        attributes: dict[str, Any] = {"arrival_order": order, "kept": copy}
        if photo is not None:
            attributes["photo"] = photo_attribute(photo)
        write = self._write(reading, condition=NEWER, **attributes)
        return standing(write.item, write.happened)

    def create(self, reading: Reading, order: str, copy: str | None) -> StoredReading:
        """Store a reading that has an id and no photo under `uploads/`; what then stands.

        Raises:
            ReadingDeleted: a reading of this id was deleted before.
        """
        attributes = {"arrival_order": order, **({"kept": copy} if copy else {})}
        write = self._write(reading, condition=NEWER, **attributes)
        return stored_reading(write.item) if write.happened else self.load(str(reading.reading_id))

    def has_read(self, reading_id: str, order: str, photo: StoredPhoto) -> bool:
        """Whether a photo that arrived at `order` and is gone leaves nothing to read: it was read,
        or a newer one was, or a person corrected or deleted the reading.

        Args:
            photo: its version or ETag, as far as they are known.
        """
        item = self.table.item(reading_id) or {}
        if "corrected_at" in item or "deleted_at" in item:
            return True
        read = stored_photo(item)
        same = read and (read.version or read.etag) == (photo.version or photo.etag)
        return bool(same) or item.get("arrival_order", "") >= order

    def load(self, reading_id: str) -> StoredReading:
        """The reading as it stands now.

        Raises:
            ReadingNotFound: also for one whose time is over but that DynamoDB has not yet removed.
        """
        return stored_reading(self._item(reading_id))

    def load_kept(self, reading_id: str) -> KeptReading:
        """The reading as `load` gives it, and where the copy of its photo lies."""
        item = self._item(reading_id)
        return KeptReading(stored_reading(item), item.get("kept"))

    def photo_of(self, reading_id: str) -> StoredPhoto | None:
        """The object that was read; None where none has come, or none was put into the bucket.

        Raises:
            ReadingNotFound: as `load`.
        """
        return stored_photo(self._item(reading_id))

    def page(self, listing: Listing, value: str, limit: int, place: str | None = None) -> Page:
        """At most `limit` readings of one VIN or status, newest first. A page may hold fewer and
        still have a next one.

        Raises:
            InvalidCursor: `place` is not the cursor of a page of this listing.
        """
        name = f"{listing}={value}"
        last: Mapping[str, Any] | None = None
        if place is not None:
            last = {listing.value: value, **asdict(cursor.decode(place, name))}
        found: list[StoredReading] = []
        for _ in range(QUERIES_A_PAGE):
            part = self.table.newest(listing.value, value, limit - len(found), self.clock(), last)
            found += [stored_reading(item) for item in part.items]
            last = part.last
            if last is None or len(found) == limit:
                break
        if last is None:
            return Page(tuple(found), None)
        position = cursor.Position(last["created_at"], last["reading_id"])
        return Page(tuple(found), cursor.encode(position, name))

    def correct(self, reading_id: str, vin: str | None, seen: int, by: str) -> StoredReading:
        """Set a person's VIN (well-formed) in place of what was read, or that there is none to be
        read; what then stands.

        Args:
            seen: the version that the person looked at.
            by: who it was.

        Raises:
            ReadingNotFound: as `load`.
            ReadingPending: nothing was read yet.
            VersionConflict: it is not at the version `seen`, or was changed meanwhile.
        """
        before = self.load(reading_id)
        if before.status is Status.PENDING:
            raise ReadingPending("No photo has been read yet: there is nothing to correct.")
        if before.version != seen:
            raise VersionConflict(f"The reading is at version {before.version}, not {seen}.")
        now = self.clock()
        corrected_at = now.isoformat(timespec="microseconds")
        original = Original(before.status, before.vin, before.confidence)
        if before.correction:
            original = before.correction.original
        correction = Correction(by, corrected_at, original)
        attributes = {
            **attributes_of(corrected(before, vin, correction)),
            "corrected_at": corrected_at,
            "correction": asdict(correction),
        }
        write = self.table.update(reading_id, attributes, UNCHANGED, now, seen=seen)
        if write.happened:
            return stored_reading(write.item)
        # Where the answer to a write is lost, botocore writes again, and finds the first one there.
        after = self.load(reading_id)
        if (after.correction, after.vin) == (correction, vin):
            return after
        raise VersionConflict(f"The reading is at version {after.version}, not {seen}.")

    def delete(self, reading_id: str) -> None:
        """Forget all that was read. The id alone is kept for a while, so that a late event of its
        photo does not bring the reading back."""
        self.table.bury(reading_id, self.clock())

    def _item(self, reading_id: str) -> Mapping[str, Any]:
        # What cannot be an id is asked for too: by whoever guesses, or mistypes.
        item = self.table.item(reading_id) if cursor.READING_ID.fullmatch(reading_id) else None
        if item is None or item["expires_at"] <= self.clock().timestamp():
            raise ReadingNotFound(f"No reading has the id {reading_id}.")
        if "deleted_at" in item:
            raise ReadingDeleted(f"No reading has the id {reading_id}.")
        return item

    def _write(self, reading: Reading, condition: str, **attributes: Any) -> Write:
        """Set all that a reading holds, on a condition. A tombstone raises `ReadingDeleted`."""
        if not reading.reading_id:
            raise ValueError("A reading needs an id to be stored.")
        attributes |= attributes_of(reading)
        remembered = {"replaced": "kept"}
        return self.table.update(
            reading.reading_id, attributes, condition, self.clock(), remembered
        )
