"""S3 event → arrivals: which photos came into the bucket, and in which order.

The structure is that of the S3 user guide, "Event message structure"; for an archive, that of the
Step Functions guide, "ItemBatcher". Pure: no call leaves here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote_plus

__all__ = ["Arrival", "NotAnArchiveBatch", "NotAnS3Event", "archived", "arrivals", "order_of_time"]

SEQUENCER_WIDTH = 64
"""S3 sequencers are hexadecimal, of 16 to 18 digits today; padded, they compare as strings."""


class NotAnS3Event(ValueError):
    """The message is not an event of S3; the text says what it lacks."""


class NotAnArchiveBatch(ValueError):
    """The event is no batch of photos of an archive; the text says what it lacks."""


@dataclass(frozen=True)
class Arrival:
    """One object that was created, as its event tells it."""

    bucket: str
    key: str
    """As the object is called: the event's URL encoding is undone."""
    version: str | None
    """None where the bucket keeps no versions."""
    order: str
    """Compares, as a string, with that of any other arrival under the same key."""
    etag: str | None = None
    """Of what arrived, without quotation marks; None where it is not told."""


def arrivals(event: Any) -> tuple[Arrival, ...]:
    """The photos that an S3 event tells of; none for a test event or a removal.

    Raises:
        NotAnS3Event: where `event` was not sent by S3.
    """
    if not isinstance(event, dict):
        raise NotAnS3Event(f"an S3 event is a JSON object, this is {type(event).__name__}")
    if event.get("Event") == "s3:TestEvent":  # sent once, when the notification is set up
        return ()
    records = event.get("Records")
    if not isinstance(records, list):
        raise NotAnS3Event("an S3 event has a list of Records, this message has none")
    created = (record for record in records if _event_name(record).startswith("ObjectCreated:"))
    return tuple(_arrival(record) for record in created)


def archived(event: dict[str, Any]) -> tuple[Arrival, ...]:
    """The photos of one batch of an archive, as a distributed map hands them out.

    All have the order of the time at which the run began: a later run over the same photos may
    replace what an earlier one read, and what came through the queue stays.

    Raises:
        NotAnArchiveBatch: where a part is missing or makes no sense.
    """
    try:
        shared = event["BatchInput"]
        order = order_of_time(datetime.fromisoformat(shared["started_at"]))
        # An inventory lists keys URL-encoded; the listing of a prefix gives them as they are.
        decode = unquote_plus if shared.get("keys_encoded") else str
        found = tuple(
            Arrival(shared["bucket"], decode(item["Key"]), item.get("VersionId") or None, order)
            for item in event["Items"]
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise NotAnArchiveBatch(f"a batch of an archive lacks a part: {error!r}") from error
    # What consoles make for an empty folder is no photo.
    return tuple(arrival for arrival in found if not arrival.key.endswith("/"))


def order_of_time(moment: datetime) -> str:
    """An order from an aware `datetime`; stands behind every order that S3 gave itself."""
    return f"0:{moment.astimezone(UTC).isoformat(timespec='microseconds')}"


def _event_name(record: Any) -> str:
    if not isinstance(record, dict) or record.get("eventSource") != "aws:s3":
        raise NotAnS3Event("a record of an S3 event has the eventSource aws:s3, this one has not")
    return str(record.get("eventName"))


def _arrival(record: dict[str, Any]) -> Arrival:
    try:
        stored = record["s3"]["object"]
        arrival = Arrival(
            bucket=record["s3"]["bucket"]["name"],
            key=unquote_plus(stored["key"]),
            version=stored.get("versionId"),
            order=_order(stored.get("sequencer"), record["eventTime"]),
            etag=(stored.get("eTag") or "").strip('"') or None,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise NotAnS3Event(f"a record of an S3 event lacks a part: {error}") from error
    _require_names(arrival)
    return arrival


def _require_names(arrival: Arrival) -> None:
    """Raise `NotAnS3Event` where bucket, key or version is none that an object can have."""
    names = [arrival.bucket, arrival.key]
    if arrival.version is not None:
        names.append(arrival.version)
    if not all(isinstance(name, str) and name for name in names):
        raise NotAnS3Event(f"bucket, key and version of an object are text, not {names}")


def _order(sequencer: str | None, event_time: str) -> str:
    """S3's own order where it gives one, else the time at which it took the object in."""
    if sequencer:
        return f"1:{sequencer.upper().ljust(SEQUENCER_WIDTH, '0')}"
    try:
        return order_of_time(datetime.fromisoformat(event_time))
    except (ValueError, OverflowError) as error:  # the latter for the edges of the calendar
        raise NotAnS3Event(f"eventTime is no time: {event_time!r}") from error
