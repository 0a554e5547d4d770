"""Every file in events/ is an event that one of the two functions understands."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.events import OUTCOMES, event_names
from tests.photos import SAMPLE
from vinreader.arrivals import archived, arrivals

API_EVENTS = [(name, one.route) for name, one in OUTCOMES.items() if one.function == "ApiFunction"]


def routes_of(resources: dict[str, Any]) -> set[str]:
    sources = resources["ApiFunction"]["Properties"]["Events"].values()
    return {f"{one['Properties']['Method']} {one['Properties']['Path']}" for one in sources}


def event(root: Path, name: str) -> dict[str, Any]:
    return json.loads((root / "events" / name).read_text())


def test_s3_event_tells_of_a_photo_in_the_local_bucket(root: Path) -> None:
    (arrival,) = arrivals(event(root, "s3-put.json"))
    assert (arrival.bucket, arrival.key) == ("photos", "uploads/synthetic-sticker.jpg")
    # That of another photo would be an event whose photo was replaced.
    assert arrival.etag == hashlib.md5(SAMPLE.read_bytes()).hexdigest()


def test_sqs_event_carries_the_same_s3_event(root: Path) -> None:
    (message,) = event(root, "sqs-s3-put.json")["Records"]
    assert message["eventSource"] == "aws:sqs"
    assert json.loads(message["body"]) == event(root, "s3-put.json")
    assert hashlib.md5(message["body"].encode()).hexdigest() == message["md5OfBody"]


def test_archive_event_tells_of_the_same_photo(root: Path) -> None:
    (arrival,) = archived(event(root, "archive-batch.json"))
    (uploaded,) = arrivals(event(root, "s3-put.json"))
    assert (arrival.bucket, arrival.key) == (uploaded.bucket, uploaded.key)
    assert arrival.order == "0:2026-11-20T12:00:00.000000+00:00"


def test_every_event_has_its_outcome() -> None:
    assert set(OUTCOMES) == set(event_names())


def test_every_route_has_an_event(resources: dict[str, Any]) -> None:
    assert {route for _, route in API_EVENTS} == routes_of(resources)


@pytest.mark.parametrize(("name", "route"), API_EVENTS)
def test_api_event_belongs_to_a_route_of_the_template(
    root: Path, resources: dict[str, Any], name: str, route: str
) -> None:
    document = event(root, name)
    assert document["version"] == "2.0"
    assert document["routeKey"] == document["requestContext"]["routeKey"] == route
    assert route in routes_of(resources)
    method, path = route.split()
    http = document["requestContext"]["http"]
    assert (http["method"], http["path"]) == (method, document["rawPath"])
    assert path.format(**document.get("pathParameters", {})) == document["rawPath"]
    assert document["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]


def test_the_photo_of_the_api_event_is_a_photo(root: Path) -> None:
    document = event(root, "post-readings.json")
    assert document["isBase64Encoded"] is True
    assert document["headers"]["content-type"] == "image/jpeg"
    photo = Image.open(io.BytesIO(base64.b64decode(document["body"], validate=True)))
    assert photo.format == "JPEG"
    assert min(photo.size) > 400
