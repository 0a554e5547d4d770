import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
import numpy as np
import pytest
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

from local.stack import Stack
from vinreader.arrivals import order_of_time
from vinreader.bucket import StoredPhoto
from vinreader.items import Standing
from vinreader.results import (
    Alternative,
    Barcode,
    Character,
    CheckDigit,
    Defect,
    Question,
    Reading,
    Source,
    Status,
    Symbology,
    Vehicle,
    VinCandidate,
)
from vinreader.store import ReadingNotFound, ReadingStore, StoreUnavailable

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRST = order_of_time(NOON)
SECOND = order_of_time(NOON + timedelta(seconds=1))
THIRD = order_of_time(NOON + timedelta(seconds=2))
BOX = ((0.5, 1.25), (10.0, 1.0), (10.0, 20.0), (0.1, 20.0))
PHOTO = StoredPhoto(bucket="photos", key="uploads/a.jpg", etag="e", version=None, size=7)


class Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(stack: Stack, clock: Clock) -> ReadingStore:
    return ReadingStore(stack.table, retention_days=30, clock=clock)


@pytest.fixture
def reading() -> Reading:
    """One with every field set, under an id of its own."""
    characters = tuple(
        Character(symbol, 0.875, BOX, (Alternative("B", 0.0625),)) for symbol in "1M8GDM9AXKP042788"
    )
    return Reading(
        reading_id=str(uuid.uuid4()),
        status=Status.READ,
        vin="1M8GDM9AXKP042788",
        confidence=0.1 + 0.2,
        check_digit=CheckDigit.VALID,
        source=Source.TEXT,
        characters=characters,
        corrected_positions=(3,),
        candidates=(
            VinCandidate("1M8GDM9AXKP042788", 0.1 + 0.2, CheckDigit.VALID),
            VinCandidate("1M8GDM9AXKP042738", 0.0625, CheckDigit.INVALID, (16,)),
        ),
        question=Question(16, ("8", "3"), "Is the 16th character an 8 or a 3?"),
        quad=BOX,
        inside_region=False,
        defects=(Defect("glare", 0.8),),
        advice=("Hold the phone still.",),
        vehicle=Vehicle("1M8", "Motor Coach Industries", "United States", (1989, 2019)),
        models={"craft": "sha256:aa", "yolo": "sha256:bb"},
        timings_ms={"total": 412.5},
    )


def table_of(store: ReadingStore) -> Any:
    return boto3.resource("dynamodb").Table(store.table.name)


def item(store: ReadingStore, reading: Reading) -> dict[str, Any]:
    return table_of(store).get_item(Key={"reading_id": str(reading.reading_id)})["Item"]


def loaded(store: ReadingStore, reading: Reading) -> Reading:
    """What the store says of a reading, without what only the store knows."""
    return Reading.from_dict(store.load(str(reading.reading_id)).to_dict())


def test_what_was_saved_is_loaded(store: ReadingStore, reading: Reading) -> None:
    assert store.save(reading, FIRST, PHOTO).changed
    assert loaded(store, reading) == reading


def test_an_item_from_before_a_field_was_there_is_loaded(
    store: ReadingStore, reading: Reading
) -> None:
    store.save(reading, FIRST)
    names = {"#reading": "reading"}
    names |= {f"#{name}": name for name in ("candidates", "question", "inside_region")}
    table_of(store).update_item(
        Key={"reading_id": str(reading.reading_id)},
        UpdateExpression="REMOVE #reading.#candidates, #reading.#question, #reading.#inside_region",
        ExpressionAttributeNames=names,
    )
    plain = replace(reading, candidates=(), question=None, inside_region=None)
    assert loaded(store, reading) == plain


def test_numbers_of_numpy_are_stored_as_numbers(store: ReadingStore, reading: Reading) -> None:
    box = tuple((np.float32(x), np.int64(y)) for x, y in BOX)
    odd = replace(reading, confidence=np.float64(0.25), quad=box, corrected_positions=(np.int8(3),))  # type: ignore[arg-type]
    store.save(odd, FIRST)
    stored = store.load(str(reading.reading_id))
    assert stored.confidence == 0.25
    assert stored.corrected_positions == (3,)
    assert stored.quad == ((0.5, 1.0), (10.0, 1.0), (10.0, 20.0), (pytest.approx(0.1), 20.0))


@pytest.mark.parametrize("number", [float("nan"), float("inf"), np.float32("nan")])
def test_a_number_that_is_not_finite_is_refused(
    store: ReadingStore, reading: Reading, number: float
) -> None:
    with pytest.raises(ValueError, match="cannot be stored"):
        store.save(replace(reading, confidence=number), FIRST)
    with pytest.raises(ReadingNotFound):
        store.load(str(reading.reading_id))


def test_item_tells_when_it_came_from_where_and_when_it_goes(
    store: ReadingStore, reading: Reading, clock: Clock
) -> None:
    clock.now = datetime(2030, 1, 2, 3, 4, 5, 678_901, tzinfo=UTC)
    store.save(reading, FIRST, PHOTO)
    stored = item(store, reading)
    assert stored["created_at"] == "2030-01-02T03:04:05.678+00:00"
    assert stored["expires_at"] == Decimal(
        int(datetime(2030, 2, 1, 3, 4, 5, tzinfo=UTC).timestamp())
    )
    assert stored["photo"] == {
        "bucket": "photos",
        "key": "uploads/a.jpg",
        "etag": "e",
        "size": Decimal(7),
    }


def test_indexes_find_by_vin_and_by_status(store: ReadingStore, reading: Reading) -> None:
    rare = replace(reading, vin="WVWZZZ1JZ3W386752", status=Status.RETAKE)
    store.save(rare, FIRST)
    for index, condition in (
        ("by_vin", Key("vin").eq("WVWZZZ1JZ3W386752")),
        ("by_status", Key("status").eq("retake")),
    ):
        found = table_of(store).query(IndexName=index, KeyConditionExpression=condition)["Items"]
        assert reading.reading_id in [one["reading_id"] for one in found]


def test_reading_without_a_vin_is_in_no_vin_index(store: ReadingStore, reading: Reading) -> None:
    empty = Reading(status=Status.NOT_FOUND, reading_id=reading.reading_id)
    assert store.save(empty, FIRST).changed
    assert "vin" not in item(store, reading)
    assert loaded(store, reading) == empty


def test_photo_of_a_given_place_takes_the_place_of_the_pending_reading(
    store: ReadingStore, reading: Reading, clock: Clock
) -> None:
    pending = store.expect(str(reading.reading_id))
    assert pending == Reading(status=Status.PENDING, reading_id=reading.reading_id)
    assert loaded(store, reading) == pending
    asked_at = item(store, reading)["created_at"]
    clock.now += timedelta(minutes=5)
    assert store.save(reading, FIRST, PHOTO).changed
    assert loaded(store, reading) == reading
    assert item(store, reading)["created_at"] == asked_at
    assert item(store, reading)["updated_at"] > asked_at


def test_a_place_given_again_does_not_forget_the_reading(
    store: ReadingStore, reading: Reading
) -> None:
    store.save(reading, FIRST)
    store.expect(str(reading.reading_id))
    assert loaded(store, reading) == reading


def test_same_event_twice_is_one_reading(store: ReadingStore, reading: Reading) -> None:
    assert store.save(reading, FIRST).changed
    before = item(store, reading)
    assert not store.save(reading, FIRST).changed
    assert item(store, reading) == before


def test_late_event_does_not_overwrite_a_newer_reading(
    store: ReadingStore, reading: Reading
) -> None:
    older = replace(reading, vin="WVWZZZ1JZ3W386752", error="older")
    assert store.save(reading, SECOND).changed
    assert not store.save(older, FIRST).changed
    assert loaded(store, reading) == reading


def test_newer_photo_in_the_same_place_is_taken(store: ReadingStore, reading: Reading) -> None:
    assert store.save(reading, FIRST).changed
    blank = Reading(status=Status.NOT_FOUND, reading_id=reading.reading_id)
    assert store.save(blank, SECOND).changed
    assert loaded(store, reading) == blank
    assert "vin" not in item(store, reading)


def test_nothing_overwrites_a_correction(store: ReadingStore, reading: Reading) -> None:
    store.save(reading, FIRST)
    table_of(store).update_item(
        Key={"reading_id": str(reading.reading_id)},
        UpdateExpression="SET vin = :vin, corrected_at = :now",
        ExpressionAttributeValues={":vin": "1M8GDM9AXKP042789", ":now": NOON.isoformat()},
    )
    assert not store.save(reading, SECOND).changed
    assert store.load(str(reading.reading_id)).vin == "1M8GDM9AXKP042789"


def test_what_stands_tells_its_copy_and_the_one_before(
    store: ReadingStore, reading: Reading
) -> None:
    assert store.save(reading, FIRST, PHOTO, "a") == Standing(True, FIRST, "a", None)
    assert store.save(reading, FIRST, PHOTO, "a") == Standing(False, FIRST, "a", None)
    assert store.save(reading, THIRD, PHOTO, "c") == Standing(True, THIRD, "c", "a")
    # As told to whoever was cut off after he had stored it, and to whoever comes late.
    assert store.save(reading, THIRD, PHOTO, "c") == Standing(False, THIRD, "c", "a")
    assert store.save(reading, SECOND, PHOTO, "b") == Standing(False, THIRD, "c", "a")


def test_a_reading_without_a_copy_takes_the_place_of_one_that_has_it(
    store: ReadingStore, reading: Reading
) -> None:
    store.save(reading, FIRST, PHOTO, "a")
    assert store.load_kept(str(reading.reading_id)).copy == "a"
    assert store.save(reading, SECOND, PHOTO) == Standing(True, SECOND, None, "a")
    assert store.load_kept(str(reading.reading_id)).copy is None


def test_a_correction_leaves_the_copy_as_it_is(store: ReadingStore, reading: Reading) -> None:
    store.save(reading, FIRST, PHOTO, "a")
    store.save(reading, SECOND, PHOTO, "b")
    store.correct(str(reading.reading_id), "1M8GDM9AXKP042788", 2, "someone")
    kept = store.load_kept(str(reading.reading_id))
    assert (kept.copy, kept.reading.version) == ("b", 3)
    assert store.save(reading, THIRD, PHOTO, "c") == Standing(False, SECOND, "b", "a")


def test_a_second_try_without_a_copy_does_not_forget_the_first_one_s(
    store: ReadingStore, reading: Reading
) -> None:
    store.create(reading, FIRST, "a")
    store.create(reading, SECOND, None)
    assert store.load_kept(str(reading.reading_id)).copy == "a"


def test_knows_whether_a_photo_that_is_gone_was_read(store: ReadingStore, reading: Reading) -> None:
    reading_id = str(reading.reading_id)
    other = replace(PHOTO, etag="other")
    assert not store.has_read(reading_id, FIRST, PHOTO)
    store.expect(reading_id)
    assert not store.has_read(reading_id, FIRST, PHOTO)
    store.save(reading, SECOND, PHOTO)
    assert store.has_read(reading_id, SECOND, other)  # the same event again
    assert store.has_read(reading_id, FIRST, other)  # a newer one was read
    assert store.has_read(reading_id, THIRD, PHOTO)  # the same bytes uploaded again
    assert not store.has_read(reading_id, THIRD, other)
    assert not store.has_read(reading_id, THIRD, replace(PHOTO, version="2"))
    store.correct(reading_id, "1M8GDM9AXKP042788", 2, "someone")
    assert store.has_read(reading_id, THIRD, other)


def test_nothing_is_left_to_read_of_a_deleted_reading(
    store: ReadingStore, reading: Reading
) -> None:
    store.save(reading, FIRST, PHOTO)
    store.delete(str(reading.reading_id))
    assert store.has_read(str(reading.reading_id), SECOND, replace(PHOTO, etag="other"))


def test_unknown_id_is_named(store: ReadingStore) -> None:
    with pytest.raises(ReadingNotFound, match="No reading has the id nobody"):
        store.load("nobody")


def test_reading_is_gone_when_its_time_is_over(
    store: ReadingStore, reading: Reading, clock: Clock
) -> None:
    store.save(reading, FIRST)
    clock.now += timedelta(days=29)
    assert loaded(store, reading) == reading
    clock.now += timedelta(days=1)
    with pytest.raises(ReadingNotFound):
        store.load(str(reading.reading_id))


def test_reading_without_an_id_is_refused(store: ReadingStore, reading: Reading) -> None:
    with pytest.raises(ValueError, match="needs an id"):
        store.save(replace(reading, reading_id=None), FIRST)


def test_what_could_grow_is_bounded(store: ReadingStore, reading: Reading) -> None:
    alternatives = tuple(Alternative(symbol, 0.01) for symbol in "ABCDEFGH")
    characters = tuple(replace(c, alternatives=alternatives) for c in reading.characters)
    quad = reading.characters[0].box
    codes = tuple(Barcode(f"WVWZZZ1KZ8W{n:06}", Symbology.QR_CODE, quad) for n in range(50))
    long = replace(reading, characters=characters, error="x" * 10_000, barcodes=codes)
    store.save(long, FIRST)
    stored = store.load(str(reading.reading_id))
    assert stored.barcodes == codes[:8]
    assert stored.error == "x" * 500
    assert [a.symbol for a in stored.characters[16].alternatives] == ["A", "B", "C", "D", "E"]


def test_table_that_does_not_exist_is_no_passing_fault(stack: Stack, reading: Reading) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        ReadingStore("nowhere", retention_days=1).save(reading, FIRST)


@pytest.fixture
def throttling(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """DynamoDB's address answers every call as a table does that is over its capacity."""
    calls: list[str] = []

    class Throttle(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            calls.append(self.headers["X-Amz-Target"].partition(".")[2])
            body = b'{"__type": "x#ProvisionedThroughputExceededException", "message": "slow down"}'
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Throttle)
    thread = Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    yield calls
    server.shutdown()
    thread.join()
    server.server_close()


def test_throttling_is_tried_again_and_then_named(
    stack: Stack, throttling: list[str], reading: Reading
) -> None:
    store = ReadingStore(stack.table, retention_days=1)
    with pytest.raises(StoreUnavailable, match=r"try again.*slow down"):
        store.save(reading, FIRST)
    assert throttling == ["UpdateItem"] * 3
    with pytest.raises(StoreUnavailable):
        store.load(str(reading.reading_id))
    assert throttling[3:] == ["GetItem"] * 3


def test_silence_is_named(unreachable_store: ReadingStore, reading: Reading) -> None:
    with pytest.raises(StoreUnavailable, match="does not answer"):
        unreachable_store.save(reading, FIRST)
