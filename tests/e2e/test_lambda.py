"""A photo through both functions as they are built for Lambda."""

from __future__ import annotations

import uuid

import boto3
import pytest

from local.http_api import HttpApi
from local.queue_loop import Delivery, QueueLoop
from local.stack import Stack
from local.upload import upload
from tests.emulator import EmulatedFunction
from tests.events import event_names, load_event, outcome, set_scene
from tests.photos import BROKEN, SAMPLE, sample_vin


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


@pytest.mark.parametrize("name", event_names())
def test_event(stack: Stack, emulated: dict[str, EmulatedFunction], name: str) -> None:
    expected = outcome(name)
    scene = set_scene(stack)
    expected.check(emulated[expected.function].invoke(load_event(name)), scene)
