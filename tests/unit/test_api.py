"""The handler of the API, with the real reader, behind the local gateway."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from local.http_api import Answer, HttpApi
from tests.answers import NOBODYS, problem
from tests.photos import BROKEN, SAMPLE, blank_jpeg, sample_vin
from vinreader.results import Reading, Status

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
    assert again.json() == reading
    assert again.headers["ETag"] == answer.headers["ETag"] == '"1"'
    assert again.headers["Cache-Control"] == "no-store"
    assert "Retry-After" not in again.headers


def test_a_photo_without_a_vin_is_a_reading_too(post: Post) -> None:
    answer = post(blank_jpeg())
    assert answer.status == 201
    assert answer.json()["status"] == "not_found"
    assert answer.json()["vin"] is None


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_told(post: Post, name: str) -> None:
    refused = post(BROKEN[name])
    assert refused.status == 422
    assert problem(refused)["type"] == "urn:problem-type:vinreader:unreadable-image"
    assert problem(refused)["title"] == "The file is no usable image"
    assert problem(refused)["detail"].endswith(".")


def test_the_photo_after_broken_files_is_read(post: Post) -> None:
    assert [post(file).status for file in BROKEN.values()] == [422] * len(BROKEN)
    assert post(SAMPLE.read_bytes()).json()["vin"] == sample_vin()


def test_too_large_a_photo_is_pointed_to_the_uploads(post: Post) -> None:
    refused = post(b"x" * 4_500_001)
    assert refused.status == 413
    assert "4,500,001 bytes, 4,500,000 are possible" in problem(refused)["detail"]
    assert problem(refused)["uploads"] == "/uploads"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "image/gif", "image/*", ""]
)
def test_other_content_is_refused_with_advice(api: HttpApi, content_type: str) -> None:
    answer = api.request("POST", "/readings", {"content-type": content_type}, b"x")
    assert answer.status == 415
    assert "image/jpeg" in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "Invalid JSON: EOF while parsing"),
        (b"\xff", "Invalid JSON: expected value"),
        (b"[" * 200_000, "Invalid JSON: recursion limit exceeded"),
        (b"[]", "Input should be an object."),
        (b"{}", "photo: Field required."),
        (b"", "photo: Field required."),
        (b'{"photo": 7}', "photo: Input should be a valid string."),
        (b'{"photo": "", "rio": {}}', "rio: Extra inputs are not permitted."),
        (b'{"photo": "", "roi": {"x": 0}}', "roi.y: Field required; roi.width: Field required"),
        (b'{"photo": "a photo"}', '"photo" is not base64'),
        ('{"photo": "фото"}'.encode(), '"photo" is not base64'),
    ],
)
def test_wrong_json_is_told(api: HttpApi, body: bytes, detail: str) -> None:
    answer = api.request("POST", "/readings", {"content-type": "application/json"}, body)
    assert answer.status == 400
    assert problem(answer)["detail"].startswith(detail)


def test_a_complaint_is_bounded_and_never_repeats_the_body(api: HttpApi) -> None:
    body = json.dumps({f"{i}{'x' * 1000}": "1M8GDM9AXKP042788" for i in range(1000)}).encode()
    answer = api.request("POST", "/readings", {"content-type": "application/json"}, body)
    assert answer.status == 400
    assert len(problem(answer)["errors"]) == 10
    assert len(answer.body) < 10_000
    assert b"1M8GDM9AXKP042788" not in answer.body


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
    assert Reading.from_dict(pending.json()) == expected
    assert pending.headers["Retry-After"] == "2"


def test_a_place_is_for_a_jpeg_where_nothing_is_said(api: HttpApi) -> None:
    place = api.request("POST", "/uploads").json()
    assert place["upload"]["fields"]["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", ""])
def test_a_place_is_for_photos_alone(api: HttpApi, content_type: str) -> None:
    body = json.dumps({"content_type": content_type}).encode()
    answer = api.request("POST", "/uploads", {"content-type": "application/json"}, body)
    assert answer.status == 415
    detail = problem(answer)["detail"]
    assert detail.startswith("content_type must be one of image/jpeg, image/png,")
    assert "image/heic" in detail
    assert "image/avif" in detail


@pytest.mark.parametrize("content_type", [None, ["image/png"], 7])
def test_a_content_type_is_text(api: HttpApi, content_type: Any) -> None:
    body = json.dumps({"content_type": content_type}).encode()
    answer = api.request("POST", "/uploads", {"content-type": "application/json"}, body)
    assert answer.status == 400
    assert problem(answer)["detail"] == "content_type: Input should be a valid string."


def test_a_body_of_another_type_is_refused(api: HttpApi) -> None:
    answer = api.request("POST", "/uploads", {"content-type": "text/plain"}, b"image/jpeg")
    assert answer.status == 415
    assert problem(answer)["detail"] == "Send application/json, not text/plain."


@pytest.mark.parametrize("reading_id", [NOBODYS, "1", "x" * 3000, "..", "%20", "ü"])
def test_unknown_reading_is_not_found(api: HttpApi, reading_id: str) -> None:
    answer = api.request("GET", f"/readings/{reading_id}")
    assert answer.status == 404
    assert problem(answer)["type"] == "urn:problem-type:vinreader:reading-not-found"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("PUT", "/readings"), ("DELETE", "/readings/1/correction")]
)
def test_unknown_route_is_not_found(api: HttpApi, method: str, path: str) -> None:
    answer = api.request(method, path)
    assert answer.status == 404
    assert problem(answer)["type"] == "urn:problem-type:vinreader:no-such-route"


def test_a_number_is_checked_and_decoded_without_a_photo(api: HttpApi) -> None:
    answer = api.request("GET", "/vins/1m8-gdm9axkp042788")
    assert answer.status == 200
    assert answer.json() == {
        "vin": "1M8GDM9AXKP042788",
        "check_digit": "valid",
        "expected_check_digit": "X",
        "vehicle": {
            "wmi": "1M8",
            "manufacturer": "Motor Coach Industries",
            "country": "United States",
            "model_years": [2019, 1989],
        },
    }


def test_a_wrong_check_digit_is_told_not_refused(api: HttpApi) -> None:
    answer = api.request("GET", "/vins/1M8GDM9A1KP042788")
    assert answer.status == 200
    assert answer.json()["check_digit"] == "invalid"
    assert answer.json()["expected_check_digit"] == "X"


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("1M8GDM9AXKP04278", "A VIN has 17 characters, this has 16."),
        ("1M8GDM9AXKPO42788", "Position 12 is the letter O, which no VIN has (the digit 0?)."),
        ("x" * 3000, "A VIN has 17 characters, this has 3000."),
        ("--", "A VIN has 17 characters, this has 0."),
    ],
)
def test_what_is_no_number_is_told_why(api: HttpApi, text: str, detail: str) -> None:
    answer = api.request("GET", f"/vins/{text}")
    assert answer.status == 422
    assert problem(answer)["type"] == "urn:problem-type:vinreader:invalid-vin"
    assert problem(answer)["detail"] == detail
