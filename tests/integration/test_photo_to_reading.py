"""A photo goes into the bucket over HTTP, the queue and the function bring it to the API."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import cv2
import numpy as np
import pytest
import urllib3

from local.http_api import HttpApi
from local.queue_loop import Delivery, QueueLoop
from local.stack import Stack
from local.upload import upload
from tests import queues
from tests.barcode_pictures import drawn, stuck_on
from tests.photos import BROKEN, SAMPLE, blank_jpeg, noise_png, sample_vin
from vinreader.store import ReadingStore

ONE_READ = Delivery(taken=1, failed=0)


def put(stack: Stack, key: str, photo: bytes) -> None:
    boto3.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=photo)


def reading_of(api: HttpApi, reading_id: str) -> dict[str, object]:
    answer = api.request("GET", f"/readings/{reading_id}")
    assert answer.status == 200
    return answer.json()


@pytest.fixture
def retried_at_once(stack: Stack) -> Iterator[None]:
    """For one test, nothing waits before it is tried again."""
    with queues.retried_at_once(stack):
        yield


def test_uploaded_photo_is_read(stack: Stack, api: HttpApi, queue: QueueLoop) -> None:
    reading_id = upload(api, SAMPLE)
    assert reading_of(api, reading_id)["status"] == "pending"
    assert queue.deliver() == ONE_READ
    reading = reading_of(api, reading_id)
    assert (reading["status"], reading["vin"]) == ("read", sample_vin())
    assert queues.messages_left(stack.queue_url) == 0


def test_the_frame_goes_with_an_uploaded_photo(
    stack: Stack, api: HttpApi, queue: QueueLoop
) -> None:
    for roi, inside in (((0.2, 0.4, 0.6, 0.3), True), ((0.0, 0.0, 0.3, 0.2), False)):
        frame = dict(zip(("x", "y", "width", "height"), roi, strict=True))
        asked = json.dumps({"content_type": "image/jpeg", "roi": frame}).encode()
        place = api.request("POST", "/uploads", {"content-type": "application/json"}, asked).json()
        fields = place["upload"]["fields"]
        assert fields["x-amz-meta-roi"] == ",".join(map(str, roi))
        file = {"file": ("a.jpg", SAMPLE.read_bytes(), "image/jpeg")}
        urllib3.request("POST", place["upload"]["url"], fields={**fields, **file})
        assert queue.deliver() == ONE_READ
        reading = reading_of(api, place["reading_id"])
        assert (reading["vin"], reading["inside_region"]) == (sample_vin(), inside)
        assert ("found_outside" in cast(list[str], reading["advice_kinds"])) is not inside


def test_what_is_no_frame_is_told_or_left_alone(
    stack: Stack, api: HttpApi, queue: QueueLoop
) -> None:
    asked = json.dumps({"roi": {"x": 0.5, "y": 0, "width": 0.6, "height": 1}}).encode()
    refused = api.request("POST", "/uploads", {"content-type": "application/json"}, asked)
    assert (refused.status, refused.json()["errors"][0]["name"]) == (400, "roi")
    # Whoever puts a photo there himself may write what he likes beside it.
    s3, reading_id = boto3.client("s3"), str(uuid.uuid4())
    key, body = f"uploads/{reading_id}", SAMPLE.read_bytes()
    s3.put_object(Bucket=stack.bucket, Key=key, Body=body, Metadata={"roi": "here,there"})
    assert queue.deliver() == ONE_READ
    reading = reading_of(api, reading_id)
    assert (reading["vin"], reading["inside_region"]) == (sample_vin(), None)


def test_both_doors_read_the_same(api: HttpApi, queue: QueueLoop) -> None:
    reading_id = upload(api, SAMPLE)
    queue.deliver()
    through_bucket = reading_of(api, reading_id)
    headers = {"content-type": "image/jpeg"}
    at_once = api.request("POST", "/readings", headers, SAMPLE.read_bytes()).json()
    for name in ("reading_id", "timings_ms", "version", "created_at", "updated_at"):
        del through_bucket[name], at_once[name]
    assert through_bucket == at_once


def test_photo_put_without_the_api_is_read_under_an_id_of_its_own(
    stack: Stack, queue: QueueLoop
) -> None:
    key = f"uploads/two words, ümläut + {uuid.uuid4()}.jpg"

    def etags_read() -> list[str]:
        return [item["photo"]["etag"] for item in queues.items_of(stack, key)]

    put(stack, key, blank_jpeg(shade=100))
    assert queue.deliver() == ONE_READ
    assert len(etags_read()) == 1
    put(stack, key, blank_jpeg(shade=100))  # the same bytes again: the same photo
    assert queue.deliver() == ONE_READ
    assert len(etags_read()) == 1
    put(stack, key, blank_jpeg(shade=200))
    assert queue.deliver() == ONE_READ
    assert len(set(etags_read())) == 2


def test_bar_code_of_another_vehicle_is_shown_beside_the_number(
    api: HttpApi, queue: QueueLoop, tmp_path: Path
) -> None:
    sample = np.asarray(cv2.imread(str(SAMPLE)), np.uint8)
    photo = tmp_path / "two-vehicles.jpg"
    cv2.imwrite(str(photo), stuck_on(sample, drawn("I1M8GDM9AXKP042788"), left=400, top=60))
    reading_id = upload(api, photo)
    assert queue.deliver() == ONE_READ
    reading = reading_of(api, reading_id)
    assert (reading["status"], reading["vin"], reading["source"]) == (
        "retake",
        sample_vin(),
        "text",
    )
    (code,) = cast(list[dict[str, Any]], reading["barcodes"])
    assert (code["vin"], code["symbology"]) == ("1M8GDM9AXKP042788", "code_39")
    listed = api.request("GET", "/readings?vin=1M8GDM9AXKP042788").json()["readings"]
    assert reading_id not in [one["reading_id"] for one in listed]


def test_second_photo_in_a_given_place_replaces_the_first(
    stack: Stack, api: HttpApi, queue: QueueLoop
) -> None:
    reading_id = upload(api, SAMPLE)
    queue.deliver()
    put(stack, f"uploads/{reading_id}", blank_jpeg())
    assert queue.deliver() == ONE_READ
    assert reading_of(api, reading_id)["status"] == "not_found"


def test_poison_is_rejected_and_the_next_photo_is_read(
    stack: Stack, api: HttpApi, queue: QueueLoop
) -> None:
    poison = {str(uuid.uuid4()): file for file in BROKEN.values()}
    for reading_id, file in poison.items():
        put(stack, f"uploads/{reading_id}", file)
    photo = upload(api, SAMPLE)
    assert queue.deliver() == Delivery(taken=len(BROKEN) + 1, failed=0)
    assert {reading_of(api, one)["status"] for one in poison} == {"rejected"}
    assert reading_of(api, photo)["vin"] == sample_vin()
    assert queues.messages_left(stack.queue_url) == 0


def test_photo_too_large_for_the_api_goes_through_the_bucket(
    api: HttpApi, queue: QueueLoop, tmp_path: Path
) -> None:
    photo = tmp_path / "noise.png"
    photo.write_bytes(noise_png(1600, 1000, seed=1))
    assert photo.stat().st_size > 4_500_000
    headers = {"content-type": "image/png"}
    refused = api.request("POST", "/readings", headers, photo.read_bytes())
    assert (refused.status, refused.json()["uploads"]) == (413, "/uploads")
    reading_id = upload(api, photo)
    queue.deliver()
    assert reading_of(api, reading_id)["status"] == "not_found"


def test_photo_over_every_limit_is_rejected(api: HttpApi, queue: QueueLoop, tmp_path: Path) -> None:
    photo = tmp_path / "enormous.jpg"
    photo.write_bytes(SAMPLE.read_bytes() + b"\0" * (25 * 2**20))
    reading_id = upload(api, photo)
    assert queue.deliver() == ONE_READ
    reading = reading_of(api, reading_id)
    assert reading["status"] == "rejected"
    assert "photos of up to 25 MB are read" in str(reading["error"])


def test_photo_deleted_before_its_turn_leaves_the_queue_after_a_second_look(
    stack: Stack, api: HttpApi, queue: QueueLoop, retried_at_once: None
) -> None:
    reading_id = upload(api, SAMPLE)
    boto3.client("s3").delete_object(Bucket=stack.bucket, Key=f"uploads/{reading_id}")
    assert queue.deliver() == Delivery(taken=1, failed=1)
    assert queue.deliver() == ONE_READ
    assert reading_of(api, reading_id)["status"] == "pending"
    assert queues.messages_left(stack.queue_url) == 0


def test_nothing_outside_of_uploads_is_read(stack: Stack, queue: QueueLoop) -> None:
    put(stack, f"kept/{uuid.uuid4()}.jpg", SAMPLE.read_bytes())
    assert queue.deliver(wait_seconds=0) == Delivery(taken=0, failed=0)


def test_foreign_message_is_set_aside_at_once(stack: Stack, queue: QueueLoop) -> None:
    boto3.client("sqs").send_message(QueueUrl=stack.queue_url, MessageBody='{"from": "elsewhere"}')
    assert queue.deliver() == Delivery(taken=1, failed=0)
    (letter,) = queues.take_dead_letters(stack)
    assert letter["Body"] == '{"from": "elsewhere"}'
    told = {name: value["StringValue"] for name, value in letter["MessageAttributes"].items()}
    assert told.pop("message_id")
    assert told == {
        "reason": "NotAnS3Event: an S3 event has a list of Records, this message has none",
        "tries": "1",
    }


def test_photo_is_read_when_a_passing_fault_is_over(
    api: HttpApi,
    queue: QueueLoop,
    retried_at_once: None,
    unreachable_store: ReadingStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from functions.photo_reader import app

    reading_id = upload(api, SAMPLE)
    with monkeypatch.context() as fault:
        fault.setattr(app.intake, "store", unreachable_store)
        assert queue.deliver() == Delivery(taken=1, failed=1)
    assert reading_of(api, reading_id)["status"] == "pending"
    assert queue.deliver() == ONE_READ
    assert reading_of(api, reading_id)["vin"] == sample_vin()
