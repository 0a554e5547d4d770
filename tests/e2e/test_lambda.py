"""A photo through both functions as they are built for Lambda."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3

from local.http_api import HttpApi
from local.queue_loop import Delivery, QueueLoop
from local.stack import Stack
from local.upload import upload
from tests.e2e.conftest import EmulatedFunction
from tests.photos import BROKEN, SAMPLE, sample_vin
from vinreader.arrivals import order_of_time
from vinreader.results import Reading, Status
from vinreader.store import ReadingStore

Event = Callable[[str], dict[str, Any]]


def put(stack: Stack, key: str, photo: bytes) -> None:
    boto3.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=photo)


def test_uploaded_photo_is_read(emulated_api: HttpApi, emulated_queue: QueueLoop) -> None:
    reading_id = upload(emulated_api, SAMPLE)
    assert emulated_queue.deliver() == Delivery(taken=1, failed=0)
    reading = emulated_api.request("GET", f"/readings/{reading_id}").json()
    assert (reading["status"], reading["vin"]) == ("read", sample_vin())


def test_no_photo_is_rejected_and_the_next_is_read(
    stack: Stack, emulated_api: HttpApi, emulated_queue: QueueLoop
) -> None:
    poison = str(uuid.uuid4())
    put(stack, f"uploads/{poison}", BROKEN["truncated JPEG"])
    photo = upload(emulated_api, SAMPLE)
    assert emulated_queue.deliver() == Delivery(taken=2, failed=0)
    assert emulated_api.request("GET", f"/readings/{poison}").json()["status"] == "rejected"
    assert emulated_api.request("GET", f"/readings/{photo}").json()["vin"] == sample_vin()


def test_events_of_the_photo_reader(
    stack: Stack, emulated_photo_reader: EmulatedFunction, event: Event
) -> None:
    put(stack, "uploads/synthetic-sticker.jpg", SAMPLE.read_bytes())
    (reading,) = emulated_photo_reader.invoke(event("s3-put.json"))["readings"]
    assert reading["vin"] == sample_vin()
    assert emulated_photo_reader.invoke(event("sqs-s3-put.json")) == {"batchItemFailures": []}
    (told,) = emulated_photo_reader.invoke(event("archive-batch.json"))["photos"]
    assert (told["reading_id"], told["status"]) == (reading["reading_id"], "read")


def test_events_of_the_api(stack: Stack, emulated_api: HttpApi, event: Event) -> None:
    reading_id = event("get-reading.json")["pathParameters"]["reading_id"]
    seen = Reading(Status.RETAKE, vin="1M8GDM9AXKP042789", reading_id=reading_id)
    ReadingStore(stack.table, retention_days=1).save(seen, order_of_time(datetime.now(UTC)))
    expected = {
        "post-readings.json": 201,
        "post-readings-no-image.json": 422,
        "post-uploads.json": 201,
        "get-readings.json": 200,
        "get-reading.json": 200,
        "put-correction.json": 200,
        "delete-reading.json": 204,
        "get-vin.json": 200,
    }
    answers = {name: emulated_api.function.invoke(event(name)) for name in expected}
    assert {name: answer["statusCode"] for name, answer in answers.items()} == expected
    bodies = {name: json.loads(answer["body"] or "{}") for name, answer in answers.items()}
    assert bodies["post-readings.json"]["vin"] == sample_vin()
    assert reading_id in [one["reading_id"] for one in bodies["get-readings.json"]["readings"]]
    assert bodies["put-correction.json"]["vin"] == "1M8GDM9AXKP042788"
    assert bodies["put-correction.json"]["correction"]["corrected_by"] == "example-user"
    assert bodies["get-vin.json"]["check_digit"] == "valid"
