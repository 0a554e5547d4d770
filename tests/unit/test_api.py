"""The handler of the API, with the real reader, behind the local gateway."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import pytest

from local.http_api import Answer, HttpApi
from tests.photos import BROKEN, SAMPLE, blank_jpeg, sample_vin
from vinreader.results import Reading, Status
from vinreader.store import ReadingStore

Post = Callable[[bytes], Answer]


@pytest.fixture(params=["raw", "json"])
def post(request: pytest.FixtureRequest, api: HttpApi) -> Post:
    """`POST /readings`, once with the photo as the body, once with it inside of JSON."""

    def raw(photo: bytes) -> Answer:
        return api.request("POST", "/readings", {"content-type": "image/jpeg"}, photo)

    def wrapped(photo: bytes) -> Answer:
        body = json.dumps({"photo": base64.b64encode(photo).decode()}).encode()
        return api.request("POST", "/readings", {"content-type": "application/json"}, body)

    return raw if request.param == "raw" else wrapped


def problem(answer: Answer) -> dict[str, Any]:
    """The problem of an answer that is one, checked for what every problem has."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status
    assert document["title"]
    return document


def test_a_photo_is_read_and_the_reading_kept(api: HttpApi, post: Post) -> None:
    answer = post(SAMPLE.read_bytes())
    assert answer.status == 201
    reading = answer.json()
    assert reading["vin"] == sample_vin()
    assert reading["status"] == "read"
    assert UUID(reading["reading_id"]).version == 4
    assert answer.headers["Location"] == f"/readings/{reading['reading_id']}"
    again = api.request("GET", answer.headers["Location"])
    assert again.status == 200
    assert Reading.from_dict(again.json()) == Reading.from_dict(reading)


def test_a_photo_without_a_vin_is_a_reading_too(post: Post) -> None:
    answer = post(blank_jpeg())
    assert answer.status == 201
    assert answer.json()["status"] == "not_found"
    assert answer.json()["vin"] is None


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told(post: Post, name: str) -> None:
    refused = post(BROKEN[name])
    assert refused.status == 422
    assert problem(refused)["title"] == HTTPStatus(422).phrase
    assert problem(refused)["detail"].endswith(".")


def test_the_photo_after_broken_files_is_read(post: Post) -> None:
    assert [post(file).status for file in BROKEN.values()] == [422] * len(BROKEN)
    assert post(SAMPLE.read_bytes()).json()["vin"] == sample_vin()


def test_too_large_a_photo_is_pointed_to_the_uploads(post: Post) -> None:
    refused = post(b"x" * 4_500_001)
    assert refused.status == 413
    assert "4,500,001 bytes, 4,500,000 are possible" in problem(refused)["detail"]
    assert problem(refused)["uploads"] == "/uploads"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_other_content_is_refused_with_advice(api: HttpApi, content_type: str) -> None:
    answer = api.request("POST", "/readings", {"content-type": content_type}, b"x")
    assert answer.status == 415
    assert "image/jpeg" in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "The body is no JSON"),
        (b"\xff", "The body is no JSON"),
        (b"[" * 200_000, "The body is no JSON"),
        (b"[]", "The body must be a JSON object."),
        (b"{}", 'The body has no "photo"'),
        (b"", 'The body has no "photo"'),
        (b'{"photo": 7}', 'The body has no "photo"'),
        (b'{"photo": "a photo"}', '"photo" is not base64'),
        ('{"photo": "фото"}'.encode(), '"photo" is not base64'),
    ],
)
def test_wrong_json_is_told(api: HttpApi, body: bytes, detail: str) -> None:
    answer = api.request("POST", "/readings", {"content-type": "application/json"}, body)
    assert answer.status == 400
    assert problem(answer)["detail"].startswith(detail)


def test_a_place_to_upload_is_given(api: HttpApi) -> None:
    before = datetime.now(UTC)
    headers = {"content-type": "application/json"}
    answer = api.request("POST", "/uploads", headers, b'{"content_type": "image/webp"}')
    assert answer.status == 201
    place = answer.json()
    assert place["upload"]["fields"]["key"] == f"uploads/{place['reading_id']}"
    assert place["upload"]["fields"]["Content-Type"] == "image/webp"
    closes_in = datetime.fromisoformat(place["expires_at"]) - before
    assert timedelta(seconds=898) < closes_in < timedelta(seconds=960)
    pending = api.request("GET", answer.headers["Location"])
    expected = Reading(status=Status.PENDING, reading_id=place["reading_id"])
    assert pending.status == 200
    assert pending.json() == expected.to_dict()


def test_a_place_is_for_a_jpeg_where_nothing_is_said(api: HttpApi) -> None:
    place = api.request("POST", "/uploads").json()
    assert place["upload"]["fields"]["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", None, ["image/png"]])
def test_a_place_is_for_photos_alone(api: HttpApi, content_type: Any) -> None:
    body = json.dumps({"content_type": content_type}).encode()
    answer = api.request("POST", "/uploads", {"content-type": "application/json"}, body)
    assert answer.status == 415
    assert problem(answer)["detail"].endswith("image/jpeg, image/png, image/webp.")


@pytest.mark.parametrize("reading_id", [str(uuid4()), "1", "x" * 3000, "..", "%20", "ü"])
def test_unknown_reading_is_not_found(api: HttpApi, reading_id: str) -> None:
    answer = api.request("GET", f"/readings/{reading_id}")
    assert answer.status == 404
    assert problem(answer)["title"] == "Not Found"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/readings"), ("DELETE", "/readings/1")]
)
def test_unknown_route_is_not_found(api: HttpApi, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert answer.status == 404
    assert problem(answer)["detail"] == f"There is no {method} {path}."


def test_a_store_that_does_not_answer_is_told_as_passing(
    api: HttpApi, unreachable_store: ReadingStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.api import app

    monkeypatch.setattr(app, "store", unreachable_store)
    answer = api.request("GET", f"/readings/{uuid4()}")
    assert answer.status == 503
    assert problem(answer)["detail"] == "Try again in a few seconds."
