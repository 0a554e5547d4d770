"""Five hundred uploads at once, with duplicates, poison and faults: none is lost, none doubled."""

import io
import random
import uuid
from collections import Counter, defaultdict
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from PIL import Image

from benchmarks.queue_faults import AFTER, DyingFunction
from local.faults import Fault, failing
from local.queue_loop import QueueLoop
from local.stack import Stack
from tests.photos import BROKEN, SAMPLE, blank_jpeg, sample_vin
from tests.queues import (
    items_of,
    messages_left,
    reason_of,
    retried_at_once,
    take_dead_letters,
)

UPLOADS = 500
POISON = UPLOADS // 20
STICKERS = 10
FORBIDDEN = 5
"""Photos that S3 never lets us have."""
FOREIGN = 5
REPEATED_EVENTS = 60
REPEATED_UPLOADS = 20


@pytest.fixture(scope="module")
def sticker() -> bytes:
    """The number of the sample photo with little around it, which is read in a tenth of a second.

    (A grey photo of 320×16 pixels takes a sixtieth.)
    """
    file = io.BytesIO()
    Image.open(SAMPLE).crop((500, 570, 1130, 720)).save(file, "JPEG", quality=90)
    return file.getvalue()


def uploads(sticker: bytes) -> dict[str, bytes]:
    """Key and file of each; every other one in a place that the API could have given."""
    poison = [list(BROKEN.values())[number % len(BROKEN)] for number in range(POISON)]
    files = [*poison, *[sticker] * STICKERS]
    files += [blank_jpeg(320, 16, shade=number % 256) for number in range(UPLOADS - len(files))]
    return {
        f"uploads/{uuid.uuid4()}{'' if number % 2 else '.jpg'}": file
        for number, file in enumerate(files)
    }


def expected(file: bytes) -> tuple[str, str | None]:
    """Status and VIN."""
    if file in BROKEN.values():
        return "rejected", None
    # Grey, or else the sticker.
    return ("not_found", None) if len(file) < 2000 else ("read", sample_vin())


def send_again(stack: Stack, times: int, but: set[str]) -> None:
    """Some of the events once more, as SQS may deliver any; none of the photos in `but`."""
    client = boto3.client("sqs")
    taken: list[Any] = []
    while len(taken) < times:
        taken += client.receive_message(
            QueueUrl=stack.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=3600
        )["Messages"]
    for message in taken:
        if not any(name_of(key) in message["Body"] for key in but):
            client.send_message(QueueUrl=stack.queue_url, MessageBody=message["Body"])
        client.change_message_visibility(
            QueueUrl=stack.queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )


def keys_of(stack: Stack, prefix: str) -> set[str]:
    pages = boto3.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=stack.bucket, Prefix=prefix)
    return {one["Key"] for page in found for one in page.get("Contents", ())}


def name_of(key: str) -> str:
    """The part of a key that is the same in an event, where its slash is encoded."""
    return key.removeprefix("uploads/")


def test_every_photo_ends_as_one_reading_or_one_dead_letter(
    stack: Stack, queue: QueueLoop, sticker: bytes
) -> None:
    from functions.photo_reader import app

    chance = random.Random(4)
    s3, sqs = boto3.client("s3"), boto3.client("sqs")
    photos = uploads(sticker)
    keys = chance.sample(list(photos), len(photos))
    forbidden = {key for key in keys if expected(photos[key])[0] == "not_found"}
    forbidden = set(sorted(forbidden)[:FORBIDDEN])
    allowed = [key for key in keys if key not in forbidden]

    for key in [*keys, *chance.choices(allowed, k=REPEATED_UPLOADS)]:
        s3.put_object(Bucket=stack.bucket, Key=key, Body=photos[key])
    for _ in range(FOREIGN):
        sqs.send_message(QueueUrl=stack.queue_url, MessageBody="not from S3")
    send_again(stack, REPEATED_EVENTS, but=forbidden)

    with ExitStack() as faults:
        faults.enter_context(retried_at_once(stack))
        for key in forbidden:
            fault = failing(app.bucket.client, "GetObject", Fault.DENIED, address=name_of(key))
            faults.enter_context(fault)
        table = app.store.client
        faults.enter_context(failing(table, "UpdateItem", Fault.THROTTLED, times=20))
        faults.enter_context(failing(app.bucket.client, "HeadObject", Fault.TIMEOUT, times=5))
        loop = QueueLoop(stack.queue_url, DyingFunction("photo_reader", AFTER, times=2))
        while messages_left(stack.queue_url):
            loop.deliver(wait_seconds=0)

    readings = Counter[str]()
    copies: set[str] = set()
    kept_of = defaultdict(set)
    for key in keys_of(stack, "photos/"):
        kept_of[key.split("/")[1]].add(key)
    for item in items_of(stack, "uploads/"):
        if (key := item.get("photo", {}).get("key")) in photos:
            readings[key] += 1
            assert (item["status"], item.get("vin")) == expected(photos[key]), key
            kept = kept_of[item["reading_id"]]
            assert kept == ({item["kept"]} if item["status"] != "rejected" else set())
            copies |= kept
    letters = take_dead_letters(stack)
    dead = Counter(key for letter in letters for key in forbidden if name_of(key) in letter["Body"])
    foreign = [letter for letter in letters if letter["Body"] == "not from S3"]
    assert readings == Counter(allowed)
    poison = {key for key in allowed if expected(photos[key])[0] == "rejected"}
    assert len(copies) == len(allowed) - len(poison)
    assert keys_of(stack, "uploads/") & set(photos) == poison | forbidden
    assert dead == Counter(forbidden)
    assert len(foreign) == FOREIGN
    assert len(letters) == FORBIDDEN + FOREIGN
    assert all(reason_of(letter) for letter in letters)
