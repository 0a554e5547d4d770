"""What each file of events/ comes to, wherever the functions run: each of them has its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.stack import Stack
from tests.lambda_platform import ROOT
from tests.photos import SAMPLE, sample_vin
from vinreader.api.problems import ProblemType
from vinreader.arrivals import order_of_time
from vinreader.bucket import PhotoBucket
from vinreader.photo import open_photo
from vinreader.results import Reading, Status
from vinreader.store import ReadingNotFound, ReadingStore

FOLDER = ROOT / "events"

SAMPLE_KEY = "uploads/synthetic-sticker.jpg"
"""Where events of S3 and of an archive say that a photo lies."""

SEEN_ID = "5f0c6c0e-6f0b-4c52-9d0e-0c3b7f6a1d24"
"""The reading that events of the API fetch, correct and delete."""

SEEN_COPY = f"photos/{SEEN_ID}/copy.jpg"
"""The kept photo of that reading."""

SEEN = Reading(Status.RETAKE, vin="1M8GDM9AXKP042789", reading_id=SEEN_ID)


def event_names() -> list[str]:
    return sorted(path.name for path in FOLDER.glob("*.json"))


def event_path(name: str) -> Path:
    return FOLDER / name


def load_event(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(event_path(name).read_text())
    return event


@dataclass(frozen=True)
class Scene:
    """What lies in the stack when an event comes."""

    bucket: str
    store: ReadingStore
    sample_id: str
    """The id of the reading that the sample photo in the bucket will have."""

    def has_sample_read(self) -> bool:
        reading = self.store.load(self.sample_id)
        return (reading.status, reading.vin) == (Status.READ, sample_vin())


def set_scene(stack: Stack) -> Scene:
    """The sample photo, not yet read, in the bucket; in the table the reading `SEEN`, untouched."""
    s3 = boto3.client("s3")
    for key in (SAMPLE_KEY, SEEN_COPY):
        s3.put_object(Bucket=stack.bucket, Key=key, Body=SAMPLE.read_bytes())
    bucket = PhotoBucket(stack.bucket, "uploads/", presign_seconds=60, custom_endpoint=True)
    sample_id = bucket.reading_id(bucket.find(stack.bucket, SAMPLE_KEY))
    table = boto3.resource("dynamodb").Table(stack.table)
    for reading_id in (sample_id, SEEN_ID):
        table.delete_item(Key={"reading_id": reading_id})
    store = ReadingStore(stack.table, retention_days=1)
    store.save(SEEN, order_of_time(datetime.now(UTC)), copy=SEEN_COPY)
    return Scene(stack.bucket, store, sample_id)


@dataclass(frozen=True)
class Outcome:
    """Which function of template.yaml an event is for, and what must hold afterwards."""

    function: str
    check: Callable[[dict[str, Any], Scene], None]
    """Takes what the function answered; raises AssertionError."""
    route: str | None = None
    """Of the API, where the event comes through it."""


def outcome(name: str) -> Outcome:
    """What the event of this name comes to; a test fails where nobody has said so."""
    if name not in OUTCOMES:
        pytest.fail(f"events/{name} has no line in OUTCOMES of {Path(__file__).name}")
    return OUTCOMES[name]


def assert_problem(answer: dict[str, Any], kind: ProblemType) -> None:
    """The API refused the request for this reason."""
    assert (answer["statusCode"], json.loads(answer["body"])["type"]) == (kind.status, kind.uri)


def _body(answer: dict[str, Any], status: HTTPStatus) -> dict[str, Any]:
    assert answer["statusCode"] == status, answer
    body: dict[str, Any] = json.loads(answer["body"])
    return body


def _read_at_once(answer: dict[str, Any], scene: Scene) -> None:
    (reading,) = answer["readings"]
    assert (reading["reading_id"], reading["status"]) == (scene.sample_id, "read")
    assert reading["vin"] == sample_vin()
    assert scene.has_sample_read()


def _taken_from_the_queue(answer: dict[str, Any], scene: Scene) -> None:
    assert answer == {"batchItemFailures": []}
    assert scene.has_sample_read()


def _taken_from_the_archive(answer: dict[str, Any], scene: Scene) -> None:
    (photo,) = answer["photos"]
    assert photo == {"key": SAMPLE_KEY, "reading_id": scene.sample_id, "status": "read"}
    assert scene.has_sample_read()


def _photo_is_read(answer: dict[str, Any], scene: Scene) -> None:
    reading = _body(answer, HTTPStatus.CREATED)
    assert (reading["status"], reading["vin"]) == ("read", sample_vin())
    assert scene.store.load(reading["reading_id"]).vin == sample_vin()


def _text_is_refused(answer: dict[str, Any], scene: Scene) -> None:
    assert_problem(answer, ProblemType.UNREADABLE_IMAGE)


def _place_is_given(answer: dict[str, Any], scene: Scene) -> None:
    place = _body(answer, HTTPStatus.CREATED)
    assert place["upload"]["fields"]["key"] == f"uploads/{place['reading_id']}"
    assert scene.store.load(place["reading_id"]).status is Status.PENDING


def _reading_is_told(answer: dict[str, Any], scene: Scene) -> None:
    reading = _body(answer, HTTPStatus.OK)
    assert (reading["reading_id"], reading["vin"]) == (SEEN_ID, SEEN.vin)


def _picture_is_shown(answer: dict[str, Any], scene: Scene) -> None:
    link = _body(answer, HTTPStatus.OK)
    assert f"/pictures/{SEEN_ID}/1.jpg?" in link["url"]
    assert datetime.fromisoformat(link["expires_at"]) > datetime.now(UTC)
    picture = (
        boto3.client("s3")
        .get_object(Bucket=scene.bucket, Key=f"pictures/{SEEN_ID}/1.jpg")["Body"]
        .read()
    )
    assert open_photo(picture).shape[1] == 1600


def _newest_comes_first(answer: dict[str, Any], scene: Scene) -> None:
    first, *_ = _body(answer, HTTPStatus.OK)["readings"]
    assert (first["reading_id"], first["status"]) == (SEEN_ID, "retake")


def _vin_is_corrected(answer: dict[str, Any], scene: Scene) -> None:
    reading = _body(answer, HTTPStatus.OK)
    assert reading["vin"] == scene.store.load(SEEN_ID).vin == "1M8GDM9AXKP042788"
    assert reading["correction"]["corrected_by"] == "example-user"
    assert reading["correction"]["original"]["vin"] == SEEN.vin


def _reading_is_deleted(answer: dict[str, Any], scene: Scene) -> None:
    assert (answer["statusCode"], answer.get("body") or "") == (HTTPStatus.NO_CONTENT, "")
    with pytest.raises(ReadingNotFound):
        scene.store.load(SEEN_ID)


def _vin_is_checked(answer: dict[str, Any], scene: Scene) -> None:
    number = _body(answer, HTTPStatus.OK)
    assert (number["vin"], number["check_digit"]) == ("1M8GDM9AXKP042788", "valid")
    assert number["vehicle"]["country"] == "United States"


OUTCOMES = {
    "archive-batch.json": Outcome("PhotoReaderFunction", _taken_from_the_archive),
    "delete-reading.json": Outcome(
        "ApiFunction", _reading_is_deleted, "DELETE /readings/{reading_id}"
    ),
    "get-picture.json": Outcome(
        "ApiFunction", _picture_is_shown, "GET /readings/{reading_id}/picture"
    ),
    "get-reading.json": Outcome("ApiFunction", _reading_is_told, "GET /readings/{reading_id}"),
    "get-readings.json": Outcome("ApiFunction", _newest_comes_first, "GET /readings"),
    "get-vin.json": Outcome("ApiFunction", _vin_is_checked, "GET /vins/{vin}"),
    "post-readings-no-image.json": Outcome("ApiFunction", _text_is_refused, "POST /readings"),
    "post-readings.json": Outcome("ApiFunction", _photo_is_read, "POST /readings"),
    "post-uploads.json": Outcome("ApiFunction", _place_is_given, "POST /uploads"),
    "put-correction.json": Outcome(
        "ApiFunction", _vin_is_corrected, "PUT /readings/{reading_id}/correction"
    ),
    "s3-put.json": Outcome("PhotoReaderFunction", _read_at_once),
    "sqs-s3-put.json": Outcome("PhotoReaderFunction", _taken_from_the_queue),
}
