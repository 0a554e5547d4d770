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

from vinreader.arrivals import archived, arrivals


def event(root: Path, name: str) -> dict[str, Any]:
    return json.loads((root / "events" / name).read_text())


def test_s3_event_tells_of_a_photo_in_the_local_bucket(root: Path) -> None:
    (arrival,) = arrivals(event(root, "s3-put.json"))
    assert (arrival.bucket, arrival.key) == ("photos", "uploads/synthetic-sticker.jpg")


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


@pytest.mark.parametrize(
    ("name", "route"),
    [
        ("post-readings.json", "POST /readings"),
        ("post-readings-no-image.json", "POST /readings"),
        ("post-uploads.json", "POST /uploads"),
        ("get-reading.json", "GET /readings/{reading_id}"),
        ("get-readings.json", "GET /readings"),
        ("put-correction.json", "PUT /readings/{reading_id}/correction"),
        ("delete-reading.json", "DELETE /readings/{reading_id}"),
        ("get-vin.json", "GET /vins/{vin}"),
    ],
)
def test_api_event_belongs_to_a_route_of_the_template(
    root: Path, resources: dict[str, Any], name: str, route: str
) -> None:
    document = event(root, name)
    routes = {
        f"{source['Properties']['Method']} {source['Properties']['Path']}"
        for source in resources["ApiFunction"]["Properties"]["Events"].values()
    }
    assert document["version"] == "2.0"
    assert document["routeKey"] == document["requestContext"]["routeKey"] == route
    assert route in routes
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


def test_every_event_is_looked_at_here(root: Path) -> None:
    assert {path.name for path in (root / "events").iterdir()} == {
        "archive-batch.json",
        "s3-put.json",
        "sqs-s3-put.json",
        "post-readings.json",
        "post-readings-no-image.json",
        "post-uploads.json",
        "get-reading.json",
        "get-readings.json",
        "put-correction.json",
        "delete-reading.json",
        "get-vin.json",
    }
