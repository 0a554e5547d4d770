"""The handler that takes photos from the bucket, with the real reader, events built here."""

import hashlib
import io
import json
import logging
import random
import uuid
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import boto3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from local.faults import FAULTS, Fault, before_sending, failing
from local.functions import FunctionFailed, LocalFunction
from local.http_api import HttpApi
from local.stack import Stack
from local.template import resource
from tests.photos import BROKEN, SAMPLE, blank_jpeg, sample_vin
from tests.queues import items_of, no_waits, reason_of, take_dead_letters
from vinreader.arrivals import arrivals
from vinreader.bucket import PhotoGone
from vinreader.observability import make_metrics
from vinreader.photo import open_photo
from vinreader.store import ReadingStore


class Bucket:
    """Puts objects where nothing tells the queue of it, and makes the events that S3 would send."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client = boto3.client("s3")

    def put(self, data: bytes, key: str = "") -> str:
        key = key or f"kept/{uuid.uuid4()}"
        self.client.put_object(Bucket=self.name, Key=key, Body=data)
        return key

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def tags(self, key: str) -> dict[str, str]:
        told = self.client.get_object_tagging(Bucket=self.name, Key=key)["TagSet"]
        return {tag["Key"]: tag["Value"] for tag in told}

    def keys(self, prefix: str) -> list[str]:
        listed = self.client.list_objects_v2(Bucket=self.name, Prefix=prefix)
        return [one["Key"] for one in listed.get("Contents", ())]

    def record(self, key: str, sequencer: str = "01", etag: str | None = None) -> dict[str, Any]:
        return {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "eventTime": "2026-11-20T12:00:00.000Z",
            "s3": {
                "bucket": {"name": self.name},
                "object": {"key": key, "sequencer": sequencer, "eTag": etag},
            },
        }

    def event(self, *keys: str) -> dict[str, Any]:
        return {"Records": [self.record(key) for key in keys]}


@pytest.fixture(scope="module")
def bucket(stack: Stack) -> Bucket:
    return Bucket(stack.bucket)


@pytest.fixture
def printed_metrics(photo_reader: LocalFunction, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function prints its metrics, as in Lambda."""
    from functions.photo_reader import app

    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "VinReader/test")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    monkeypatch.setattr(app, "metrics", make_metrics("photo_reader"))


def messages(*bodies: Any, tries: Sequence[int] = ()) -> dict[str, Any]:
    """SQS's event; the messages are called m0, m1, … and were taken `tries` times (else once)."""
    records = [
        {
            "messageId": f"m{number}",
            "eventSource": "aws:sqs",
            "body": body if isinstance(body, str) else json.dumps(body),
            "attributes": {"ApproximateReceiveCount": str(count)},
        }
        for number, (body, count) in enumerate(zip_longest(bodies, tries, fillvalue=1))
    ]
    return {"Records": records}


def md5(data: bytes) -> str:
    """The ETag of an object that was put in one piece."""
    return hashlib.md5(data).hexdigest()


def failed(answer: dict[str, Any]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_plain_event_of_s3_is_answered_with_the_readings(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    keys = bucket.put(SAMPLE.read_bytes()), bucket.put(blank_jpeg())
    answer = photo_reader.invoke(bucket.event(*keys))
    assert [reading["vin"] for reading in answer["readings"]] == [sample_vin(), None]
    assert [reading["status"] for reading in answer["readings"]] == ["read", "not_found"]
    for reading in answer["readings"]:
        stored = api.request("GET", f"/readings/{reading['reading_id']}").json()
        assert {name: stored[name] for name in reading} == reading


def test_same_event_twice_is_one_reading(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    event = bucket.event(bucket.put(blank_jpeg()))
    first, second = (photo_reader.invoke(event)["readings"][0] for _ in range(2))
    assert first["reading_id"] == second["reading_id"]
    stored = api.request("GET", f"/readings/{first['reading_id']}").json()
    assert stored["timings_ms"] == first["timings_ms"]  # the second attempt changed nothing


def test_late_event_does_not_bring_an_older_photo_back(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    reading_id = str(uuid.uuid4())
    key = bucket.put(SAMPLE.read_bytes(), f"uploads/{reading_id}")
    photo_reader.invoke({"Records": [bucket.record(key, sequencer="0A1")]})
    bucket.put(blank_jpeg(), key)
    # It tells no ETag, or that of the same bytes: what lies there is left to its own event.
    photo_reader.invoke({"Records": [bucket.record(key, sequencer="0A")]})
    photo_reader.invoke({"Records": [bucket.record(key, "0A", md5(blank_jpeg()))]})
    assert api.request("GET", f"/readings/{reading_id}").json()["vin"] == sample_vin()
    photo_reader.invoke({"Records": [bucket.record(key, sequencer="0B")]})
    assert api.request("GET", f"/readings/{reading_id}").json()["status"] == "not_found"


def test_poison_is_rejected_leaves_the_queue_and_holds_nothing_up(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    files = [*BROKEN.values(), SAMPLE.read_bytes()]
    ids = [str(uuid.uuid4()) for _ in files]
    keys = [bucket.put(file, f"uploads/{one}") for one, file in zip(ids, files, strict=True)]
    assert failed(photo_reader.invoke(messages(*(bucket.event(key) for key in keys)))) == []
    *rejected, read = (api.request("GET", f"/readings/{one}").json() for one in ids)
    assert [reading["status"] for reading in rejected] == ["rejected"] * len(BROKEN)
    assert [reading["error"][-1] for reading in rejected] == ["."] * len(BROKEN)
    assert (read["status"], read["vin"]) == ("read", sample_vin())


def test_what_the_upload_form_would_have_refused_is_rejected_here_too(
    photo_reader: LocalFunction, bucket: Bucket
) -> None:
    key = bucket.put(b"\0" * (25 * 2**20 + 1))
    reading = photo_reader.invoke(bucket.event(key))["readings"][0]
    assert reading["status"] == "rejected"
    assert reading["error"] == "The file has 25.0 MB; photos of up to 25 MB are read."


def test_photo_that_is_gone_leaves_the_queue_after_a_second_look(
    photo_reader: LocalFunction, bucket: Bucket
) -> None:
    gone = bucket.event("uploads/never-there")
    assert failed(photo_reader.invoke(messages(gone))) == ["m0"]
    assert failed(photo_reader.invoke(messages(gone, tries=[2]))) == []
    assert photo_reader.invoke(gone) == {"readings": []}


def test_photo_that_comes_after_its_reading_was_deleted_goes_too(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    reading_id = api.request("POST", "/uploads").json()["reading_id"]
    assert api.request("DELETE", f"/readings/{reading_id}").status == 204
    key = bucket.put(SAMPLE.read_bytes(), f"uploads/{reading_id}")
    neighbour = bucket.put(blank_jpeg(), f"uploads/{reading_id}0")
    assert failed(photo_reader.invoke(messages(bucket.event(key)))) == []
    assert api.request("GET", f"/readings/{reading_id}").status == 404
    assert bucket.keys(key) == [neighbour]
    assert bucket.keys(f"photos/{reading_id}/") == []


def test_photo_of_an_archive_stays_though_its_reading_was_deleted(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    other = Bucket(f"archive-{uuid.uuid4()}")
    region = {"LocationConstraint": "eu-central-1"}
    other.client.create_bucket(Bucket=other.name, CreateBucketConfiguration=region)  # type: ignore[arg-type]
    # Though it lies under the same prefix as ours.
    batch = archive_batch(other, other.put(located(), "uploads/a.jpg"))
    (told,) = photo_reader.invoke(batch)["photos"]
    assert (told["status"], other.get("uploads/a.jpg")) == ("read", located())
    assert bucket.keys(f"photos/{told['reading_id']}/") == []
    at = f"/readings/{told['reading_id']}"
    assert api.request("DELETE", at).status == 204
    photo_reader.invoke(batch)
    assert api.request("GET", at).status == 404
    assert other.client.list_objects_v2(Bucket=other.name)["KeyCount"] == 1


def test_photo_that_cannot_be_deleted_yet_is_tried_again(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    from functions.photo_reader import app

    reading_id = api.request("POST", "/uploads").json()["reading_id"]
    api.request("DELETE", f"/readings/{reading_id}")
    event = bucket.event(bucket.put(SAMPLE.read_bytes(), f"uploads/{reading_id}"))
    with failing(app.bucket.client, "DeleteObjects", Fault.THROTTLED), no_waits():
        assert failed(photo_reader.invoke(messages(event))) == ["m0"]
    assert failed(photo_reader.invoke(messages(event))) == []
    with pytest.raises(PhotoGone):
        app.bucket.find(bucket.name, f"uploads/{reading_id}")


def located(orientation: int = 6) -> bytes:
    """The sample photo as a phone writes it: turned, and telling where it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 30.0)}
    file = io.BytesIO()
    with Image.open(SAMPLE) as sample:
        sample.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def test_photo_is_kept_without_its_place_and_its_upload_goes(
    photo_reader: LocalFunction, bucket: Bucket, stack: Stack
) -> None:
    reading_id, photo = str(uuid.uuid4()), located()
    key = bucket.put(photo, f"uploads/{reading_id}")
    (reading,) = photo_reader.invoke(bucket.event(key))["readings"]
    assert (reading["reading_id"], reading["vin"]) == (reading_id, sample_vin())
    (copy,) = bucket.keys(f"photos/{reading_id}/")
    kept = bucket.get(copy)
    assert np.array_equal(open_photo(kept), open_photo(photo))
    with Image.open(io.BytesIO(kept)) as image:
        assert dict(image.getexif()) == {ExifTags.Base.Orientation: 6}
    assert bucket.keys(key) == []
    (item,) = items_of(stack, key)
    assert (item["reading_id"], item["kept"]) == (reading_id, copy)


def test_event_that_comes_again_when_all_is_done_is_done(
    photo_reader: LocalFunction, bucket: Bucket, printed_metrics: None, capsys: Any
) -> None:
    """The first delivery's answer got lost. There is nothing to warn of."""
    for key in (f"uploads/{uuid.uuid4()}", f"uploads/{uuid.uuid4()}.jpg"):
        bucket.put(blank_jpeg(320, 16), key)
        event = {"Records": [bucket.record(key, etag=md5(blank_jpeg(320, 16)))]}
        assert failed(photo_reader.invoke(messages(event))) == []
        assert failed(photo_reader.invoke(messages(event))) == []
        assert photo_reader.invoke(event) == {"readings": []}
    printed = capsys.readouterr().out
    assert printed.count('"ReadingsNotFound":[1.0]') == 2
    assert "PhotosGone" not in printed


def test_rejected_file_stays_for_a_while_and_nothing_is_kept_of_it(
    photo_reader: LocalFunction, bucket: Bucket
) -> None:
    reading_id = str(uuid.uuid4())
    key = bucket.put(BROKEN["truncated JPEG"], f"uploads/{reading_id}")
    assert failed(photo_reader.invoke(messages(bucket.event(key)))) == []
    assert bucket.get(key) == BROKEN["truncated JPEG"]
    assert bucket.tags(key) == {"vinreader": "rejected"}
    assert bucket.keys(f"photos/{reading_id}/") == []


def test_file_that_is_rejected_takes_the_copy_of_the_photo_before_along(
    photo_reader: LocalFunction, bucket: Bucket
) -> None:
    reading_id = str(uuid.uuid4())
    key = bucket.put(blank_jpeg(320, 16), f"uploads/{reading_id}")
    photo_reader.invoke({"Records": [bucket.record(key, "01")]})
    assert len(bucket.keys(f"photos/{reading_id}/")) == 1
    bucket.put(BROKEN["text file"], key)
    photo_reader.invoke({"Records": [bucket.record(key, "02")]})
    assert bucket.keys(f"photos/{reading_id}/") == []


@pytest.mark.parametrize("fault", [Fault.THROTTLED, Fault.DENIED])
def test_copy_that_was_replaced_goes_though_it_takes_two_tries(
    photo_reader: LocalFunction, bucket: Bucket, stack: Stack, fault: Fault
) -> None:
    from functions.photo_reader import app

    reading_id = str(uuid.uuid4())
    key = bucket.put(blank_jpeg(320, 16, shade=1), f"uploads/{reading_id}")
    photo_reader.invoke({"Records": [bucket.record(key, "01")]})
    bucket.put(blank_jpeg(320, 16, shade=2), key)
    event = messages({"Records": [bucket.record(key, "02")]})
    with failing(app.bucket.client, "DeleteObjects", fault), no_waits():
        assert failed(photo_reader.invoke(event)) == ["m0"]
    assert bucket.keys(key) == [key]  # last of all: what is left to do hangs on it
    assert len(bucket.keys(f"photos/{reading_id}/")) == 2
    assert failed(photo_reader.invoke(event)) == []
    (copy,) = bucket.keys(f"photos/{reading_id}/")
    assert bucket.get(copy) == blank_jpeg(320, 16, shade=2)
    assert bucket.keys(key) == []


def test_photo_that_comes_after_a_correction_is_not_kept(
    photo_reader: LocalFunction, bucket: Bucket
) -> None:
    from functions.photo_reader import app

    reading_id = str(uuid.uuid4())
    key = bucket.put(blank_jpeg(320, 16, shade=1), f"uploads/{reading_id}")
    photo_reader.invoke({"Records": [bucket.record(key, "01")]})
    app.store.correct(reading_id, "1M8GDM9AXKP042788", 1, "someone")
    bucket.put(blank_jpeg(320, 16, shade=2), key)
    photo_reader.invoke({"Records": [bucket.record(key, "02")]})
    (copy,) = bucket.keys(f"photos/{reading_id}/")
    assert bucket.get(copy) == blank_jpeg(320, 16, shade=1)
    assert bucket.keys(key) == []


def test_photo_that_is_uploaded_while_the_one_before_is_read_is_not_lost(
    photo_reader: LocalFunction, api: HttpApi, bucket: Bucket
) -> None:
    from functions.photo_reader import app

    reading_id = str(uuid.uuid4())
    key = bucket.put(blank_jpeg(320, 16), f"uploads/{reading_id}")
    first = {"Records": [bucket.record(key, "01", md5(blank_jpeg(320, 16)))]}
    second = {"Records": [bucket.record(key, "02", md5(SAMPLE.read_bytes()))]}

    def upload(**_: Any) -> None:
        bucket.put(SAMPLE.read_bytes(), key)

    with before_sending(app.store.client, "UpdateItem", upload):
        assert failed(photo_reader.invoke(messages(first))) == []
    assert bucket.get(key) == SAMPLE.read_bytes()
    assert failed(photo_reader.invoke(messages(second))) == []
    assert api.request("GET", f"/readings/{reading_id}").json()["vin"] == sample_vin()
    assert bucket.keys(key) == []


def test_photo_that_another_delivery_took_in_meanwhile_is_done(
    photo_reader: LocalFunction, bucket: Bucket
) -> None:
    from functions.photo_reader import app

    key = bucket.put(blank_jpeg(320, 16), f"uploads/{uuid.uuid4()}")
    event = messages(bucket.event(key))
    left = [1]

    def take_in(**_: Any) -> None:
        if left:
            left.clear()
            arrival = arrivals(bucket.event(key))[0]
            app.intake.settle(app.intake.take(app.bucket.find(bucket.name, key), arrival.order))

    with before_sending(app.bucket.client, "GetObject", take_in):
        assert failed(photo_reader.invoke(event)) == []
    assert left == []


def test_test_event_of_a_new_notification_leaves_the_queue(photo_reader: LocalFunction) -> None:
    assert failed(photo_reader.invoke(messages({"Event": "s3:TestEvent"}))) == []


@pytest.mark.parametrize(
    "body", ["no JSON", "[" * 100_000, '"a string"', "{}", "[]", '{"Records": [{}]}']
)
def test_message_that_s3_did_not_send_is_set_aside_alone(
    stack: Stack, photo_reader: LocalFunction, bucket: Bucket, body: str
) -> None:
    take_dead_letters(stack)
    good = bucket.event(bucket.put(blank_jpeg(320, 16)))
    assert failed(photo_reader.invoke(messages(good, body, good))) == []
    (letter,) = take_dead_letters(stack)
    assert letter["Body"] == body
    assert str(reason_of(letter)).startswith("NotAnS3Event: ")


@pytest.mark.parametrize("tries", [1, 4])
def test_message_that_cannot_be_set_aside_goes_back(
    photo_reader: LocalFunction, tries: int
) -> None:
    from functions.photo_reader import app

    with failing(app.dead_letters.client, "SendMessage", Fault.DENIED):
        assert failed(photo_reader.invoke(messages("no JSON", tries=[tries]))) == ["m0"]


def test_event_that_s3_did_not_send_is_named(photo_reader: LocalFunction) -> None:
    with pytest.raises(FunctionFailed, match=r"NotAnS3Event.*has a list of Records"):
        photo_reader.invoke({"hello": "world"})


def test_passing_fault_sends_the_message_back(
    photo_reader: LocalFunction,
    bucket: Bucket,
    unreachable_store: ReadingStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from functions.photo_reader import app

    monkeypatch.setattr(app.intake, "store", unreachable_store)
    event = bucket.event(bucket.put(blank_jpeg()))
    assert failed(photo_reader.invoke(messages(event))) == ["m0"]


def test_photo_is_set_aside_after_its_last_try(
    stack: Stack,
    photo_reader: LocalFunction,
    bucket: Bucket,
    unreachable_store: ReadingStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from functions.photo_reader import app

    take_dead_letters(stack)
    monkeypatch.setattr(app.intake, "store", unreachable_store)
    event = bucket.event(bucket.put(blank_jpeg(320, 16)))
    allowed = resource("PhotosQueue")["RedrivePolicy"]["maxReceiveCount"]
    assert app.settings.tries == allowed
    assert failed(photo_reader.invoke(messages(event, tries=[allowed - 1]))) == ["m0"]
    assert take_dead_letters(stack) == []
    assert failed(photo_reader.invoke(messages(event, tries=[allowed]))) == []
    (letter,) = take_dead_letters(stack)
    assert json.loads(letter["Body"]) == event
    assert str(reason_of(letter)).startswith("StoreUnavailable: DynamoDB does not answer")
    told = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert (told["message_id"], told["tries"]) == ("m0", str(allowed))

    monkeypatch.undo()
    assert failed(photo_reader.invoke(messages(letter["Body"]))) == []  # sent back, it is read
    (key,) = (record["s3"]["object"]["key"] for record in event["Records"])
    assert [item["photo"]["key"] for item in items_of(stack, key)] == [key]


def test_reason_of_a_dead_letter_shows_no_vin_and_no_control_character(
    stack: Stack, photo_reader: LocalFunction
) -> None:
    take_dead_letters(stack)
    body = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "eventTime": f"{sample_vin()} \u0007", "s3": {"bucket": {"name": "b"},
            "object": {"key": "k"}}}]}  # fmt: skip
    assert failed(photo_reader.invoke(messages(body))) == []
    (letter,) = take_dead_letters(stack)
    masked = sample_vin()[:3] + "*" * 14
    assert reason_of(letter) == f"NotAnS3Event: eventTime is no time: '{masked} \\\\x07'"


def test_takes_no_photo_that_it_may_not_finish(
    photo_reader: LocalFunction, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.photo_reader import app

    left = iter([app.PHOTO_MS + 20_000, app.PHOTO_MS, app.PHOTO_MS - 1, app.PHOTO_MS - 2])
    monkeypatch.setattr(photo_reader, "remaining_ms", lambda: next(left))
    events = [bucket.event(bucket.put(blank_jpeg(320, 16))) for _ in range(4)]
    assert failed(photo_reader.invoke(messages(*events))) == ["m2", "m3"]


def test_what_was_left_for_another_time_comes_first_then(
    photo_reader: LocalFunction, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.photo_reader import app

    left = iter([app.PHOTO_MS] * 2 + [0] * 2)
    monkeypatch.setattr(photo_reader, "remaining_ms", lambda: next(left))
    events = [bucket.event(bucket.put(blank_jpeg(320, 16))) for _ in range(4)]
    answer = photo_reader.invoke(messages(*events, tries=[1, 3, 2, 4]))
    assert set(failed(answer)) == {"m0", "m2"}


def test_time_for_a_photo_covers_every_call_that_answers_late() -> None:
    from functions.photo_reader import app

    def worst(client: Any) -> float:
        """Seconds of one call: all attempts, and the waits between them (2, 4, … at most)."""
        config = client.meta.config
        attempts = config.retries["total_max_attempts"]
        waits = sum(2.0**number for number in range(attempts - 1))
        return attempts * (config.connect_timeout + config.read_timeout) + waits

    s3, table, sqs = app.bucket.client, app.store.client, app.dead_letters.client
    body: float = app.bucket.client.meta.config.read_timeout  # type: ignore[attr-defined]
    # HeadObject, GetObject, PutObject and DeleteObject; UpdateItem; SendMessage. A file that is
    # rejected, and a photo that is gone, need fewer.
    calls = 4 * worst(s3) + body + worst(table) + worst(sqs)
    reading = app.PHOTO_MS / 1000 - calls
    assert reading >= 12
    assert resource("PhotoReaderFunction")["Timeout"] >= app.PHOTO_MS / 1000 + 30


@pytest.mark.parametrize(("fault", "unforeseen"), [(Fault.DENIED, 1), (Fault.THROTTLED, 0)])
def test_what_the_code_did_not_foresee_is_counted_apart(
    photo_reader: LocalFunction,
    bucket: Bucket,
    printed_metrics: None,
    capsys: pytest.CaptureFixture[str],
    fault: Fault,
    unforeseen: int,
) -> None:
    from functions.photo_reader import app

    event = bucket.event(bucket.put(blank_jpeg(320, 16)))
    with failing(app.store.client, "UpdateItem", fault), no_waits():
        assert failed(photo_reader.invoke(messages(event))) == ["m0"]
    printed = capsys.readouterr().out
    assert printed.count('"MessagesRetried":[1.0]') == 1
    assert printed.count('"UnforeseenErrors":[1.0]') == unforeseen


def test_log_lines_of_a_message_carry_its_id_and_no_vin(
    photo_reader: LocalFunction, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.photo_reader import app

    stream = io.StringIO()
    (handler,) = app.logger.handlers
    monkeypatch.setattr(handler, "stream", stream)
    usual = app.logger.log_level
    app.logger.setLevel(logging.INFO)
    key = bucket.put(SAMPLE.read_bytes(), f"kept/{uuid.uuid4()}/{sample_vin()}.jpg")
    photo_reader.invoke(messages(bucket.event(key), bucket.event(f"kept/{sample_vin()}")))
    app.logger.setLevel(usual)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [(line["message"], line["correlation_id"]) for line in lines] == [
        ("photo read", "m0"),
        ("message goes back to the queue", "m1"),
    ]
    assert lines[0]["reading"]["vin"] == sample_vin()[:3] + "*" * 14
    assert sample_vin() not in stream.getvalue()


def archive_batch(bucket: Bucket, *keys: str, **shared: Any) -> dict[str, Any]:
    """As a distributed map of Step Functions hands it out."""
    common = {"bucket": bucket.name, "started_at": "2026-11-20T12:00:00Z"} | shared
    return {"Items": [{"Key": key} for key in keys], "BatchInput": common}


def test_batch_of_an_archive_is_read_and_what_stands_is_not_read_again(
    photo_reader: LocalFunction, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.photo_reader import app

    keys = bucket.put(SAMPLE.read_bytes()), bucket.put(BROKEN["text file"]), "kept/never-there"
    event = archive_batch(bucket, *keys)
    first = photo_reader.invoke(event)["photos"]
    assert [(one["key"], one["status"]) for one in first] == [
        (keys[0], "read"),
        (keys[1], "rejected"),
        (keys[2], "gone"),
    ]
    with failing(app.bucket.client, "GetObject", Fault.DENIED):  # it is not even fetched
        assert photo_reader.invoke(event)["photos"] == first


def test_rest_of_a_batch_is_read_though_one_photo_fails(
    stack: Stack, photo_reader: LocalFunction, bucket: Bucket
) -> None:
    from functions.photo_reader import app

    keys = [bucket.put(blank_jpeg(320, 16)) for _ in range(3)]
    with (
        failing(app.bucket.client, "GetObject", Fault.DENIED, address=keys[0]),
        pytest.raises(FunctionFailed, match=r"BatchIncomplete\('1 of 3 photos: s3://photos/kept/"),
    ):
        photo_reader.invoke(archive_batch(bucket, *keys))
    read = {item["photo"]["key"] for item in items_of(stack, "kept/")}
    assert read & set(keys) == set(keys[1:])


@pytest.mark.parametrize("fault", FAULTS)
def test_batch_is_read_when_the_table_answers_again(
    photo_reader: LocalFunction, bucket: Bucket, fault: Fault
) -> None:
    from functions.photo_reader import app

    event = archive_batch(bucket, bucket.put(blank_jpeg(320, 16)))
    with (
        failing(app.store.client, "GetItem", fault),
        no_waits(),
        pytest.raises(FunctionFailed),
    ):
        photo_reader.invoke(event)
    (photo,) = photo_reader.invoke(event)["photos"]
    assert photo["status"] == "not_found"


def test_batch_stops_before_the_function_is_stopped(
    photo_reader: LocalFunction, bucket: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.photo_reader import app

    left = iter([app.PHOTO_MS, app.PHOTO_MS - 1])
    monkeypatch.setattr(photo_reader, "remaining_ms", lambda: next(left))
    keys = [bucket.put(blank_jpeg(320, 16)) for _ in range(2)]
    with pytest.raises(FunctionFailed, match=r"BatchIncomplete.*too little time left"):
        photo_reader.invoke(archive_batch(bucket, *keys))


class TestEvents:
    """Whatever comes, in whatever order."""

    @given(
        body=st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda part: (
                st.lists(part, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["Records", "Event", "s3", "eventSource", "eventName"]),
                    part | st.sampled_from(["aws:s3", "s3:TestEvent", "ObjectCreated:Put"]),
                )
            ),
        )
    )
    @settings(max_examples=50)
    def test_a_message_of_any_kind_leaves_the_queue_or_goes_back(
        self, photo_reader: LocalFunction, body: Any
    ) -> None:
        assert failed(photo_reader.invoke(messages(json.dumps(body)))) in ([], ["m0"])

    @given(
        seed=st.integers(0, 2**32),
        shades=st.lists(st.integers(0, 2), min_size=1, max_size=4),
        copies=st.integers(1, 3),
    )
    @settings(max_examples=10)
    def test_the_newest_photo_stands_whatever_the_order_of_events(
        self,
        stack: Stack,
        photo_reader: LocalFunction,
        bucket: Bucket,
        seed: int,
        shades: list[int],
        copies: int,
    ) -> None:
        """Also where the same bytes come again. An event comes when its photo, or a later one, lies
        in the bucket, and one that finds another photo comes twice."""
        chance = random.Random(seed)
        reading_id = str(uuid.uuid4())
        key = f"uploads/{reading_id}"
        photos = [blank_jpeg(320, 16, shade=shade * 40) for shade in shades]
        order = [number for number in range(len(photos)) for _ in range(copies)]
        chance.shuffle(order)
        uploaded = -1
        for number in order:
            ahead = chance.randrange(len(photos))
            while uploaded < max(number, ahead):
                uploaded += 1
                bucket.put(photos[uploaded], key)
            record = bucket.record(key, f"{number:016X}", md5(photos[number]))
            if failed(photo_reader.invoke(messages({"Records": [record]}))):
                assert failed(photo_reader.invoke(messages({"Records": [record]}, tries=[2]))) == []
        (item,) = items_of(stack, key)
        assert item["reading_id"] == reading_id
        assert item["photo"]["etag"] == md5(photos[-1])
        assert bucket.keys(f"photos/{reading_id}/") == [item["kept"]]
        assert bucket.get(item["kept"]) == photos[-1]  # which has no metadata
        assert bucket.keys(key) == []
