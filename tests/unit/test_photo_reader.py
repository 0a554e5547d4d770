"""The handler that takes photos from the bucket, with the real reader, events built here."""

import json
import uuid
from typing import Any

import boto3
import pytest

from local.functions import FunctionFailed, LocalFunction
from local.http_api import HttpApi
from local.stack import Stack
from tests.photos import BROKEN, SAMPLE, blank_jpeg, sample_vin
from vinreader.store import ReadingStore


@pytest.fixture
def bucket(stack: Stack) -> "Bucket":
    return Bucket(stack.bucket)


class Bucket:
    """Puts objects where nothing tells the queue of it, and makes the events that S3 would send."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client = boto3.client("s3")

    def put(self, data: bytes, key: str = "") -> str:
        key = key or f"kept/{uuid.uuid4()}"
        self.client.put_object(Bucket=self.name, Key=key, Body=data)
        return key

    def record(self, key: str, sequencer: str = "01") -> dict[str, Any]:
        return {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "eventTime": "2026-11-20T12:00:00.000Z",
            "s3": {
                "bucket": {"name": self.name},
                "object": {"key": key, "sequencer": sequencer},
            },
        }

    def event(self, *keys: str) -> dict[str, Any]:
        return {"Records": [self.record(key) for key in keys]}


def messages(*bodies: Any) -> dict[str, Any]:
    """SQS's event; the messages are called m0, m1, …"""
    records = [
        {
            "messageId": f"m{number}",
            "eventSource": "aws:sqs",
            "body": body if isinstance(body, str) else json.dumps(body),
        }
        for number, body in enumerate(bodies)
    ]
    return {"Records": records}


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
    photo_reader.invoke({"Records": [bucket.record(key, sequencer="0A")]})
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


def test_photo_that_is_gone_leaves_the_queue(photo_reader: LocalFunction, bucket: Bucket) -> None:
    assert failed(photo_reader.invoke(messages(bucket.event("uploads/never-there")))) == []
    assert photo_reader.invoke(bucket.event("uploads/never-there")) == {"readings": []}


def test_test_event_of_a_new_notification_leaves_the_queue(photo_reader: LocalFunction) -> None:
    assert failed(photo_reader.invoke(messages({"Event": "s3:TestEvent"}))) == []


@pytest.mark.parametrize("body", ["no JSON", '"a string"', "{}", "[]", '{"Records": [{}]}'])
def test_message_that_s3_did_not_send_goes_back_alone(
    photo_reader: LocalFunction, bucket: Bucket, body: str
) -> None:
    good = bucket.event(bucket.put(blank_jpeg()))
    assert failed(photo_reader.invoke(messages(good, body, good))) == ["m1"]


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

    monkeypatch.setattr(app, "store", unreachable_store)
    event = bucket.event(bucket.put(blank_jpeg()))
    assert failed(photo_reader.invoke(messages(event))) == ["m0"]
