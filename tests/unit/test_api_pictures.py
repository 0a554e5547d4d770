"""Readings shown in pictures over HTTP, drawn on the photos that are kept."""

from __future__ import annotations

import io
import json
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3
import numpy as np
import pytest
import urllib3
from PIL import ExifTags, Image

from local.faults import before_sending
from local.http_api import Answer, HttpApi
from local.stack import Stack
from tests.answers import NOBODYS, problem
from tests.faults import counted
from tests.photos import SAMPLE, blank_jpeg, noise_png
from vinreader.annotate import STYLE, annotate
from vinreader.arrivals import order_of_time
from vinreader.photo import open_photo
from vinreader.results import Reading, Status
from vinreader.store import ReadingStore

IMAGE = {"content-type": "image/jpeg"}
NOT_KEPT = "urn:problem-type:vinreader:photo-not-kept"


def located_sample() -> bytes:
    """The sample photo, turned, and telling where it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.IFD.GPSInfo] = {1: "N", 2: (48.0, 8.0, 14.0)}
    file = io.BytesIO()
    with Image.open(SAMPLE) as sample:
        sample.transpose(Image.Transpose.ROTATE_90).save(file, "JPEG", quality=90, exif=exif)
    return file.getvalue()


def read(api: HttpApi, photo: bytes, **headers: str) -> Answer:
    answer = api.request("POST", "/readings", {**IMAGE, **headers}, photo)
    assert answer.status == 201
    return answer


def ask(api: HttpApi, reading_id: str) -> Answer:
    return api.request("GET", f"/readings/{reading_id}/picture")


def fetched(link: dict[str, Any]) -> np.ndarray:
    shown = urllib3.request("GET", link["url"])
    assert (shown.status, shown.headers["content-type"]) == (200, "image/jpeg")
    return open_photo(shown.data)


def keys(stack: Stack, prefix: str) -> list[str]:
    listed = boto3.client("s3").list_objects_v2(Bucket=stack.bucket, Prefix=prefix)
    return [one["Key"] for one in listed.get("Contents", ())]


def test_a_photo_sent_to_the_api_is_kept_without_its_place(api: HttpApi, stack: Stack) -> None:
    photo = located_sample()
    reading_id = read(api, photo).json()["reading_id"]
    (key,) = keys(stack, f"photos/{reading_id}/")
    kept = boto3.client("s3").get_object(Bucket=stack.bucket, Key=key)["Body"].read()
    assert np.array_equal(open_photo(kept), open_photo(photo))
    with Image.open(io.BytesIO(kept)) as image:
        assert dict(image.getexif()) == {ExifTags.Base.Orientation: 6}


def test_a_request_sent_twice_keeps_one_copy(api: HttpApi, stack: Stack) -> None:
    key = str(uuid.uuid4())
    first, second = (
        read(api, blank_jpeg(), **{"idempotency-key": key}).json()["reading_id"] for _ in range(2)
    )
    assert first == second
    assert len(keys(stack, f"photos/{first}/")) == 1


def test_a_request_whose_reading_was_deleted_leaves_no_copy(
    api: HttpApi, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its first try was cut off before the request was remembered."""
    from functions.api import app

    monkeypatch.setattr(api.function, "remaining_ms", lambda: 1)
    headers = {**IMAGE, "idempotency-key": str(uuid.uuid4())}

    def cut_off(**_: Any) -> None:
        raise KeyboardInterrupt

    with (
        before_sending(app.records.layer.client, "UpdateItem", cut_off),
        pytest.raises(KeyboardInterrupt),
    ):
        api.request("POST", "/readings", headers, blank_jpeg())
    newest = api.request("GET", "/readings?status=not_found&limit=1").json()["readings"]
    reading_id = newest[0]["reading_id"]
    assert len(keys(stack, f"photos/{reading_id}/")) == 1
    assert api.request("DELETE", f"/readings/{reading_id}").status == 204
    answer = api.request("POST", "/readings", headers, blank_jpeg())
    assert problem(answer)["type"] == "urn:problem-type:vinreader:reading-deleted"
    assert keys(stack, f"photos/{reading_id}/") == []


def test_a_reading_is_shown_as_it_is_drawn_on_its_photo(api: HttpApi) -> None:
    document = read(api, SAMPLE.read_bytes()).json()
    before = datetime.now(UTC).replace(microsecond=0)
    answer = ask(api, document["reading_id"])
    assert answer.status == 200
    link = answer.json()
    assert set(link) == {"url", "expires_at"}
    assert 890 <= (datetime.fromisoformat(link["expires_at"]) - before).total_seconds() <= 960
    picture = fetched(link)
    drawn = annotate(open_photo(SAMPLE.read_bytes()), Reading.from_dict(document))
    assert picture.shape == drawn.shape
    assert np.abs(picture.astype(int) - drawn.astype(int)).mean() < 3


def test_a_picture_is_drawn_once_until_the_reading_changes(api: HttpApi, stack: Stack) -> None:
    from functions.api import app

    answer = read(api, SAMPLE.read_bytes())
    reading_id = answer.json()["reading_id"]
    first = fetched(ask(api, reading_id).json())
    with counted(app.bucket.client, "PutObject") as puts:
        assert np.array_equal(fetched(ask(api, reading_id).json()), first)
    assert puts.made == 0
    change = {"content-type": "application/json", "if-match": answer.headers["ETag"]}
    body = json.dumps({"vin": "1M8GDM9AXKP042788"}).encode()
    assert api.request("PUT", f"/readings/{reading_id}/correction", change, body).status == 200
    corrected = fetched(ask(api, reading_id).json())
    assert not np.array_equal(corrected, first)
    assert keys(stack, f"pictures/{reading_id}/") == [
        f"pictures/{reading_id}/{version}.jpg" for version in (1, 2)
    ]


def test_the_picture_of_a_huge_photo_is_no_larger_than_a_screen(api: HttpApi) -> None:
    photo = noise_png(STYLE.max_side + 600, 40, seed=3)
    reading_id = api.request("POST", "/readings", {"content-type": "image/png"}, photo).json()[
        "reading_id"
    ]
    assert fetched(ask(api, reading_id).json()).shape[1] == STYLE.max_side


def test_nothing_is_shown_before_the_photo_is_read(api: HttpApi) -> None:
    answer = ask(api, api.request("POST", "/uploads").json()["reading_id"])
    assert answer.status == 409
    assert problem(answer)["type"] == "urn:problem-type:vinreader:reading-pending"
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.parametrize("reading_id", [NOBODYS, "x", "x" * 3000])
def test_an_unknown_reading_has_no_picture(api: HttpApi, reading_id: str) -> None:
    answer = ask(api, reading_id)
    assert problem(answer)["type"] == "urn:problem-type:vinreader:reading-not-found"


def test_a_reading_without_a_kept_photo_has_no_picture(api: HttpApi, stack: Stack) -> None:
    reading = Reading(Status.REJECTED, reading_id=str(uuid.uuid4()))
    ReadingStore(stack.table, 30).save(reading, order_of_time(datetime.now(UTC)))
    answer = ask(api, str(reading.reading_id))
    assert answer.status == 404
    assert problem(answer)["type"] == NOT_KEPT
    assert problem(answer)["detail"] == "No photo of this reading is kept."


def test_a_photo_whose_time_is_over_is_told(api: HttpApi, stack: Stack) -> None:
    reading_id = read(api, blank_jpeg()).json()["reading_id"]
    (key,) = keys(stack, f"photos/{reading_id}/")
    boto3.client("s3").delete_object(Bucket=stack.bucket, Key=key)
    answer = ask(api, reading_id)
    assert (answer.status, problem(answer)["type"]) == (404, NOT_KEPT)
    assert problem(answer)["detail"] == "The photo of this reading is no longer kept."


def test_photo_and_pictures_go_with_their_reading(api: HttpApi, stack: Stack) -> None:
    reading_id = read(api, blank_jpeg()).json()["reading_id"]
    link = ask(api, reading_id).json()
    assert keys(stack, f"pictures/{reading_id}/")
    assert api.request("DELETE", f"/readings/{reading_id}").status == 204
    assert keys(stack, f"pictures/{reading_id}/") == keys(stack, f"photos/{reading_id}/") == []
    assert urllib3.request("GET", link["url"]).status == 404
    assert ask(api, reading_id).status == 404


def test_no_picture_is_left_of_a_reading_that_is_deleted_while_it_is_drawn(
    api: HttpApi, stack: Stack
) -> None:
    from functions.api import app

    reading_id = read(api, blank_jpeg()).json()["reading_id"]

    def delete(**_: Any) -> None:
        app.erasure.erase(reading_id)

    with before_sending(app.bucket.client, "PutObject", delete):
        answer = ask(api, reading_id)
    assert problem(answer)["type"] == "urn:problem-type:vinreader:reading-not-found"
    assert keys(stack, f"pictures/{reading_id}/") == []


def test_the_photo_is_shown_alone_where_that_is_wanted(api: HttpApi) -> None:
    photo = located_sample()
    reading_id = read(api, photo).json()["reading_id"]
    answer = api.request("GET", f"/readings/{reading_id}/picture?annotated=false")
    assert answer.status == 200
    assert np.array_equal(fetched(answer.json()), open_photo(photo))
    with Image.open(io.BytesIO(urllib3.request("GET", answer.json()["url"]).data)) as image:
        assert dict(image.getexif()) == {ExifTags.Base.Orientation: 6}, "not where it was taken"


def test_no_photo_is_shown_alone_once_its_time_is_over(api: HttpApi, stack: Stack) -> None:
    reading_id = read(api, blank_jpeg()).json()["reading_id"]
    (key,) = keys(stack, f"photos/{reading_id}/")
    boto3.client("s3").delete_object(Bucket=stack.bucket, Key=key)
    answer = api.request("GET", f"/readings/{reading_id}/picture?annotated=false")
    assert (answer.status, answer.json()["type"]) == (404, NOT_KEPT)
