"""Broken images through both doors: each is answered, none comes back or stops the next."""

import uuid

import boto3
import pytest

from benchmarks.hostile_images import hostile_file, outcome_of
from benchmarks.hostile_seeds import seeds
from local.http_api import HttpApi
from local.queue_loop import QueueLoop
from local.stack import Stack

# Pillow grumbles over broken EXIF data, which do not cost the photo.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

FILES = [hostile_file(kind, number) for kind in seeds() for number in range(4)]


def opens(file: bytes) -> bool:
    return outcome_of(file) == "opened"


def test_some_open_and_some_do_not() -> None:
    assert {opens(file) for file in FILES} == {True, False}


def test_the_api_answers_each(api: HttpApi) -> None:
    for file in FILES:
        answer = api.request("POST", "/readings", {"content-type": "image/jpeg"}, file)
        assert answer.status == (201 if opens(file) else 422)


def test_the_queue_gives_none_back(stack: Stack, api: HttpApi, queue: QueueLoop) -> None:
    sent = {str(uuid.uuid4()): file for file in FILES}
    for reading_id, file in sent.items():
        boto3.client("s3").put_object(Bucket=stack.bucket, Key=f"uploads/{reading_id}", Body=file)
    while (delivery := queue.deliver(wait_seconds=0)).taken:
        assert delivery.failed == 0
    for reading_id, file in sent.items():
        status = api.request("GET", f"/readings/{reading_id}").json()["status"]
        assert (status == "rejected") is not opens(file)
