"""Readings listed, corrected and deleted over HTTP."""

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import boto3
import pytest

from local.http_api import Answer, HttpApi
from local.stack import Stack
from tests.answers import NOBODYS, problem
from vinreader.arrivals import order_of_time
from vinreader.bucket import StoredPhoto
from vinreader.results import Question, Reading, Status, VinCandidate
from vinreader.store import ReadingDeleted, ReadingStore
from vinreader.vin import verdict

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
READ = "1M8GDM9AXKP042789"
REALLY = "1M8GDM9AXKP042788"
Keep = Callable[..., str]


@pytest.fixture
def keep(stack: Stack) -> Keep:
    """Store a reading of the given number and status; its id."""

    def keep_reading(
        vin: str | None = READ,
        status: Status = Status.RETAKE,
        at: datetime | None = None,
        photo: StoredPhoto | None = None,
    ) -> str:
        moment = at or datetime.now(UTC)
        store = ReadingStore(stack.table, retention_days=30, clock=lambda: moment)
        reading = Reading(
            status,
            vin=vin,
            confidence=0.25,
            candidates=(VinCandidate(vin, 0.25, verdict(vin)),) if vin else (),
            question=Question(17, ("9", "8"), "Is the 17th character a 9 or an 8?"),
            reading_id=str(uuid.uuid4()),
        )
        assert store.save(reading, order_of_time(moment), photo).changed
        return str(reading.reading_id)

    return keep_reading


def correct(
    api: HttpApi, reading_id: str, vin: str | None = REALLY, etag: str | None = '"1"'
) -> Answer:
    headers = {"content-type": "application/json"}
    if etag is not None:
        headers["if-match"] = etag
    body = json.dumps({"vin": vin}).encode()
    return api.request("PUT", f"/readings/{reading_id}/correction", headers, body)


def fresh_vin() -> str:
    """A well-formed number that no other test stores."""
    return f"WVWZZZ1J{uuid.uuid4().int % 10**9:09}"


def test_a_correction_stands_and_says_who_made_it(api: HttpApi, keep: Keep) -> None:
    reading_id = keep()
    before = datetime.now(UTC)
    answer = correct(api, reading_id, "1m8-gdm9-axkp042788")
    assert answer.status == 200
    assert answer.headers["ETag"] == '"2"'
    corrected = answer.json()
    assert (corrected["vin"], corrected["status"]) == (REALLY, "read")
    assert (corrected["confidence"], corrected["check_digit"]) == (1.0, "valid")
    assert corrected["vehicle"]["manufacturer"] == "Motor Coach Industries"
    assert (corrected["candidates"], corrected["question"]) == ([], None)
    correction = corrected["correction"]
    assert correction["corrected_by"] == "local-user"
    moment = datetime.fromisoformat(correction["corrected_at"])
    assert before <= moment <= datetime.now(UTC)
    assert correction["original"] == {"status": "retake", "vin": READ, "confidence": 0.25}
    assert api.request("GET", f"/readings/{reading_id}").json() == corrected


def test_a_person_may_say_that_nobody_can_read_it(api: HttpApi, keep: Keep, stack: Stack) -> None:
    vin = fresh_vin()
    reading_id = keep(vin)
    told = correct(api, reading_id, None)
    assert told.status == 200
    after = told.json()
    assert (after["status"], after["vin"], after["confidence"]) == ("not_found", None, 0.0)
    assert (after["check_digit"], after["vehicle"]) == (None, None)
    assert (after["candidates"], after["question"]) == ([], None)
    assert after["correction"]["corrected_by"] == "local-user"
    original = {"status": "retake", "vin": vin, "confidence": 0.25}
    assert after["correction"]["original"] == original
    assert api.request("GET", f"/readings?vin={vin}").json()["readings"] == []
    # A photo that comes later does not overwrite it, and a person may still think better of it.
    store = ReadingStore(stack.table, retention_days=30)
    late = Reading(Status.READ, vin=vin, reading_id=reading_id)
    assert not store.save(late, order_of_time(datetime.now(UTC) + timedelta(hours=1))).changed
    assert correct(api, reading_id, REALLY, told.headers["ETag"]).json()["vin"] == REALLY


def test_who_says_nothing_of_the_number_corrects_nothing(api: HttpApi, keep: Keep) -> None:
    headers = {"content-type": "application/json", "if-match": '"1"'}
    answer = api.request("PUT", f"/readings/{keep()}/correction", headers, b"{}")
    assert answer.status == 400


def test_a_corrected_reading_is_listed_under_its_number(api: HttpApi, keep: Keep) -> None:
    wrong, right = fresh_vin(), fresh_vin()
    reading_id = keep(wrong)
    correct(api, reading_id, right)
    assert api.request("GET", f"/readings?vin={wrong}").json()["readings"] == []
    (found,) = api.request("GET", f"/readings?vin={right}").json()["readings"]
    assert found["reading_id"] == reading_id


def test_a_wrong_check_digit_may_really_stand_there(api: HttpApi, keep: Keep) -> None:
    answer = correct(api, keep(), READ)
    assert answer.status == 200
    assert answer.json()["check_digit"] == "invalid"


@pytest.mark.parametrize("status", [Status.READ, Status.NOT_FOUND, Status.REJECTED])
def test_what_was_read_badly_or_not_at_all_can_be_corrected(
    api: HttpApi, keep: Keep, status: Status
) -> None:
    answer = correct(api, keep(None, status))
    assert answer.status == 200
    assert answer.json()["correction"]["original"]["status"] == status.value


def test_a_second_correction_keeps_what_the_reader_had_said(api: HttpApi, keep: Keep) -> None:
    reading_id = keep()
    correct(api, reading_id, fresh_vin())
    again = correct(api, reading_id, REALLY, '"2"').json()
    assert (again["vin"], again["version"]) == (REALLY, 3)
    assert again["correction"]["original"]["vin"] == READ


def test_who_has_not_seen_the_newest_version_corrects_nothing(api: HttpApi, keep: Keep) -> None:
    reading_id = keep()
    assert correct(api, reading_id, REALLY).status == 200
    late = correct(api, reading_id, READ)
    assert late.status == 412
    assert problem(late)["type"] == "urn:problem-type:vinreader:version-conflict"
    assert problem(late)["detail"] == "The reading is at version 2, not 1."
    assert api.request("GET", f"/readings/{reading_id}").json()["vin"] == REALLY


def test_a_version_made_weak_on_its_way_is_the_same(api: HttpApi, keep: Keep) -> None:
    assert correct(api, keep(), etag='W/"1"').status == 200


@pytest.mark.parametrize("etag", ["*", "1", '"one"', '"1", "2"', '"-1"', '"²"', ""])
def test_other_versions_are_refused(api: HttpApi, keep: Keep, etag: str) -> None:
    answer = correct(api, keep(), etag=etag)
    assert answer.status == 400
    assert problem(answer)["detail"].startswith("If-Match must be an ETag")


def test_a_correction_names_the_version_it_corrects(api: HttpApi, keep: Keep) -> None:
    answer = correct(api, keep(), etag=None)
    assert answer.status == 428
    assert problem(answer)["type"] == "urn:problem-type:vinreader:version-required"


def test_what_is_no_number_corrects_nothing(api: HttpApi, keep: Keep) -> None:
    reading_id = keep()
    answer = correct(api, reading_id, "1M8GDM9AXKPO42788")
    assert answer.status == 422
    assert problem(answer)["detail"].startswith("Position 12 is the letter O")
    assert api.request("GET", f"/readings/{reading_id}").json()["version"] == 1


def test_a_pending_reading_is_not_corrected(api: HttpApi) -> None:
    place = api.request("POST", "/uploads").json()
    answer = correct(api, place["reading_id"])
    assert answer.status == 409
    assert problem(answer)["type"] == "urn:problem-type:vinreader:reading-pending"


@pytest.mark.parametrize("reading_id", [NOBODYS, "x", "x" * 3000])
def test_an_unknown_reading_is_neither_corrected_nor_deleted(api: HttpApi, reading_id: str) -> None:
    assert problem(correct(api, reading_id))["status"] == 404
    assert problem(api.request("DELETE", f"/readings/{reading_id}"))["status"] == 404


def test_who_has_no_name_corrects_and_deletes_nothing(
    api: HttpApi, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading_id = keep()
    monkeypatch.setattr("local.http_api.LOCAL_CLAIMS", {"scope": "readings/correct"})
    assert problem(correct(api, reading_id))["status"] == 401
    assert problem(api.request("DELETE", f"/readings/{reading_id}"))["status"] == 401
    assert api.request("GET", f"/readings/{reading_id}").json()["version"] == 1


def test_a_program_s_token_is_named_by_its_client(
    api: HttpApi, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.http_api.LOCAL_CLAIMS", {"client_id": "claims-desk"})
    assert correct(api, keep()).json()["correction"]["corrected_by"] == "claims-desk"


def test_pages_give_every_reading_once_newest_first(api: HttpApi, keep: Keep) -> None:
    vin = fresh_vin()
    kept = [keep(vin, at=datetime.now(UTC) + timedelta(seconds=i // 2)) for i in range(7)]
    found: list[str] = []
    moments: list[str] = []
    query = f"/readings?vin={vin}&limit=3"
    cursor = ""
    sizes = []
    while cursor is not None:
        page = api.request("GET", query + (f"&cursor={cursor}" if cursor else "")).json()
        found += [reading["reading_id"] for reading in page["readings"]]
        moments += [reading["created_at"] for reading in page["readings"]]
        sizes.append(len(page["readings"]))
        cursor = page["cursor"]
    assert sorted(found) == sorted(kept)
    assert moments == sorted(moments, reverse=True)
    assert sizes[:3] == [3, 3, 1]


def test_readings_are_listed_by_status(api: HttpApi, keep: Keep) -> None:
    # In the future of all other tests, so that they come first.
    reading_id = keep(None, Status.REJECTED, at=datetime.now(UTC) + timedelta(days=2))
    page = api.request("GET", "/readings?status=rejected&limit=1").json()
    assert [reading["reading_id"] for reading in page["readings"]] == [reading_id]


def test_readings_whose_time_is_over_are_not_listed(api: HttpApi, keep: Keep) -> None:
    vin = fresh_vin()
    long_ago = datetime.now(UTC) - timedelta(days=31)
    over = [keep(vin, at=long_ago + timedelta(seconds=i)) for i in range(3)]
    stands = keep(vin, at=long_ago - timedelta(seconds=1) + timedelta(days=1, minutes=5))
    page = api.request("GET", f"/readings?vin={vin}&limit=2").json()
    assert [reading["reading_id"] for reading in page["readings"]] == [stands]
    assert page["cursor"] is None
    assert api.request("GET", f"/readings/{over[0]}").status == 404


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("", "Ask by vin or by status: one of them."),
        (f"?vin={READ}&status=read", "Ask by vin or by status: one of them."),
        ("?status=corrected", "status: Input should be 'read'"),
        ("?status=read&status=retake", "status: Input should be 'read'"),
        ("?status=", "status: Input should be 'read'"),
        ("?status=read&limit=0", "limit: Input should be greater than or equal to 1."),
        ("?status=read&limit=101", "limit: Input should be less than or equal to 100."),
        ("?status=read&limit=ten", "limit: Input should be a valid integer"),
    ],
)
def test_a_wrong_question_is_told(api: HttpApi, query: str, detail: str) -> None:
    answer = api.request("GET", f"/readings{query}")
    assert answer.status == 400
    assert problem(answer)["type"] == "urn:problem-type:vinreader:invalid-request"
    assert problem(answer)["detail"].startswith(detail)


def test_readings_of_what_is_no_number_are_not_listed(api: HttpApi) -> None:
    assert problem(api.request("GET", "/readings?vin=1M8"))["status"] == 422


def test_a_cursor_of_another_listing_or_a_forged_one_is_told(api: HttpApi, keep: Keep) -> None:
    vin = fresh_vin()
    keep(vin)
    keep(vin)
    cursor = api.request("GET", f"/readings?vin={vin}&limit=1").json()["cursor"]
    forged = [f"?vin={fresh_vin()}&cursor={cursor}", f"?status=retake&cursor={cursor}"]
    forged += [f"?vin={vin}&cursor={quote(text)}" for text in (cursor[:-1], "x", "'; --", "ü", "")]
    for query in forged:
        answer = api.request("GET", f"/readings{query}")
        assert answer.status == 400, query
        assert problem(answer)["type"] == "urn:problem-type:vinreader:invalid-cursor"


def test_a_deleted_reading_is_gone_for_good(api: HttpApi, keep: Keep, stack: Stack) -> None:
    vin = fresh_vin()
    reading_id = keep(vin)
    gone = api.request("DELETE", f"/readings/{reading_id}")
    assert (gone.status, gone.body) == (204, b"")
    assert problem(api.request("GET", f"/readings/{reading_id}"))["status"] == 404
    assert problem(api.request("DELETE", f"/readings/{reading_id}"))["status"] == 404
    assert problem(correct(api, reading_id))["status"] == 404
    assert api.request("GET", f"/readings?vin={vin}").json()["readings"] == []
    table = boto3.resource("dynamodb").Table(stack.table)
    item = table.get_item(Key={"reading_id": reading_id})["Item"]
    assert set(item) == {"reading_id", "deleted_at", "expires_at"}


def test_nothing_brings_a_deleted_reading_back(api: HttpApi, keep: Keep, stack: Stack) -> None:
    reading_id = keep()
    api.request("DELETE", f"/readings/{reading_id}")
    store = ReadingStore(stack.table, retention_days=30)
    late = Reading(Status.READ, vin=READ, reading_id=reading_id)
    tomorrow = order_of_time(datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(ReadingDeleted):
        store.save(late, tomorrow)
    with pytest.raises(ReadingDeleted):
        store.create(late, tomorrow, None)
    with pytest.raises(ReadingDeleted):
        store.expect(reading_id)
    assert api.request("GET", f"/readings/{reading_id}").status == 404


def test_the_photo_goes_with_its_reading_and_no_other_does(
    api: HttpApi, keep: Keep, stack: Stack
) -> None:
    client = boto3.client("s3")
    place = api.request("POST", "/uploads").json()
    key = place["upload"]["fields"]["key"]
    other_key = f"uploads/{uuid.uuid4()}"
    own_key = f"uploads/own name {uuid.uuid4()}.jpg"
    for name in (key, f"{key}0", other_key, own_key):
        client.put_object(Bucket=stack.bucket, Key=name, Body=name.encode())

    def left() -> set[str]:
        names = {key, f"{key}0", other_key, own_key}
        listed = client.list_objects_v2(Bucket=stack.bucket, Prefix="uploads/")["Contents"]
        return names & {one["Key"] for one in listed}

    assert api.request("DELETE", f"/readings/{place['reading_id']}").status == 204
    assert left() == {f"{key}0", other_key, own_key}

    from functions.api import app

    photo = app.bucket.find(stack.bucket, own_key)
    store = ReadingStore(stack.table, retention_days=30)
    reading_id = app.bucket.reading_id(photo)
    store.save(Reading(Status.NOT_FOUND, reading_id=reading_id), order_of_time(NOON), photo)
    assert api.request("DELETE", f"/readings/{reading_id}").status == 204
    assert left() == {f"{key}0", other_key}


def test_a_photo_in_a_bucket_of_others_is_left_to_them(
    api: HttpApi, keep: Keep, stack: Stack
) -> None:
    client = boto3.client("s3")
    key = f"uploads/{uuid.uuid4()}"
    client.put_object(Bucket=stack.bucket, Key=key, Body=b"x")
    elsewhere = StoredPhoto(bucket="archive", key=key, etag="e", version=None, size=1)
    reading_id = keep(photo=elsewhere)
    assert api.request("DELETE", f"/readings/{reading_id}").status == 204
    assert client.head_object(Bucket=stack.bucket, Key=key)["ContentLength"] == 1
