"""The same request sent twice, by a client that did not hear the first answer."""

import json
import uuid
from base64 import b64encode

import boto3
import pytest

from local.http_api import Answer, HttpApi
from local.stack import Stack
from tests.answers import problem
from tests.photos import blank_jpeg
from vinreader.idempotency import KeyedRequest

PHOTO = blank_jpeg(64, 48)
OTHER = blank_jpeg(64, 48, shade=90)


def post(api: HttpApi, key: str, photo: bytes = PHOTO, query: str = "") -> Answer:
    headers = {"content-type": "image/jpeg", "idempotency-key": key}
    return api.request("POST", f"/readings{query}", headers, photo)


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


def test_the_same_request_is_answered_with_the_same_reading(
    api: HttpApi, key: str, stack: Stack
) -> None:
    first = post(api, key)
    table = boto3.resource("dynamodb").Table(stack.table)
    before = table.scan(Select="COUNT")["Count"]
    again = post(api, key)
    assert (first.status, again.status) == (201, 201)
    assert again.json() == first.json()  # timings included: it was not read again
    assert again.headers["Location"] == first.headers["Location"]
    assert table.scan(Select="COUNT")["Count"] == before


def test_the_same_photo_in_another_wrapping_is_the_same_request(api: HttpApi, key: str) -> None:
    body = json.dumps({"photo": b64encode(PHOTO).decode()}).encode()
    headers = {"content-type": "application/json", "Idempotency-Key": key}
    assert api.request("POST", "/readings", headers, body).json() == post(api, key).json()


def test_a_key_with_another_photo_or_region_is_refused(api: HttpApi, key: str) -> None:
    assert post(api, key).status == 201
    for refused in (post(api, key, OTHER), post(api, key, query="?roi=0,0,1,0.5")):
        assert refused.status == 422
        assert problem(refused)["type"] == "urn:problem-type:vinreader:idempotency-key-reused"


def test_another_key_reads_again(api: HttpApi, key: str) -> None:
    assert post(api, key).json()["reading_id"] != post(api, f"{key}2").json()["reading_id"]


def test_keys_of_two_callers_do_not_meet(
    api: HttpApi, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = post(api, key)
    monkeypatch.setattr("local.http_api.LOCAL_CLAIMS", {"sub": "somebody-else"})
    second = post(api, key, OTHER)
    assert second.status == 201
    assert second.json()["reading_id"] != first.json()["reading_id"]


def test_a_request_that_is_being_answered_is_told_so(api: HttpApi, key: str) -> None:
    from functions.api import app
    from local.functions import LocalContext
    from vinreader.api.requests import PhotoRequest

    seen: list[Answer] = []

    def answer_while_the_same_comes_in() -> str:
        seen.append(post(api, key))
        return str(uuid.uuid4())

    request = KeyedRequest("local-user", key, PhotoRequest(PHOTO, None).digest)
    app.records.once(request, answer_while_the_same_comes_in, LocalContext("api"))  # type: ignore[arg-type]
    (concurrent,) = seen
    assert concurrent.status == 409
    assert problem(concurrent)["type"] == "urn:problem-type:vinreader:request-in-progress"
    assert concurrent.headers["Retry-After"] == "5"


def test_a_refused_file_may_be_sent_again_with_the_same_key(api: HttpApi, key: str) -> None:
    assert post(api, key, b"no photo").status == 422
    assert post(api, key, b"no photo").status == 422
    assert post(api, key).status == 201


def test_the_reading_is_answered_as_it_stands_now(api: HttpApi, key: str) -> None:
    first = post(api, key)
    headers = {"content-type": "application/json", "if-match": first.headers["ETag"]}
    at = f"{first.headers['Location']}/correction"
    api.request("PUT", at, headers, b'{"vin": "1M8GDM9AXKP042788"}')
    assert post(api, key).json()["vin"] == "1M8GDM9AXKP042788"


def test_a_deleted_reading_does_not_come_back_by_its_key(api: HttpApi, key: str) -> None:
    first = post(api, key)
    assert api.request("DELETE", first.headers["Location"]).status == 204
    again = post(api, key)
    assert again.status == 409
    assert problem(again)["type"] == "urn:problem-type:vinreader:reading-deleted"


def test_the_record_holds_nothing_of_the_reading_and_expires(
    api: HttpApi, key: str, stack: Stack
) -> None:
    reading = post(api, key).json()
    records = boto3.resource("dynamodb").Table(stack.idempotency_table).scan()["Items"]
    (record,) = [one for one in records if reading["reading_id"] in str(one.get("data"))]
    assert set(record) == {"id", "status", "data", "expires_at", "validation"} | (
        {"in_progress_expiration"} & set(record)
    )
    assert record["data"] == json.dumps(reading["reading_id"])
    assert key not in str(record["id"])


@pytest.mark.parametrize("wrong", ["", "k" * 256])
def test_a_key_has_a_length(api: HttpApi, wrong: str) -> None:
    answer = post(api, wrong)
    assert answer.status == 400
    assert problem(answer)["errors"][0]["name"] == "idempotency-key"
