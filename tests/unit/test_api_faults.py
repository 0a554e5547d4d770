"""Every call of AWS that the API makes, made to fail once and for good: what the caller is told,
and what stands afterwards."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from local.faults import Fault, before_sending, failing
from local.http_api import Answer, HttpApi
from local.stack import Stack
from tests.answers import problem
from tests.faults import counted, losing_one_answer, without_pauses
from tests.photos import blank_jpeg
from vinreader.arrivals import order_of_time
from vinreader.observability import make_metrics
from vinreader.results import Reading, Status
from vinreader.store import ReadingStore

PHOTO = blank_jpeg(64, 48)
READ = "1M8GDM9AXKP042789"
REALLY = "1M8GDM9AXKP042788"


@dataclass(frozen=True)
class Call:
    """A request, and one of the calls that it makes."""

    request: str
    """The name of one of `requests`."""
    service: str
    operation: str
    succeeds: int
    """The status where nothing fails."""

    def __str__(self) -> str:
        return f"{self.request}: {self.service} {self.operation}"


CALLS = [
    Call("post", "readings", "UpdateItem", 201),
    Call("post with key", "requests", "PutItem", 201),
    Call("post with key", "readings", "UpdateItem", 201),
    Call("post with key", "requests", "UpdateItem", 201),
    Call("post with key", "readings", "GetItem", 201),
    Call("post no photo with key", "requests", "DeleteItem", 422),
    Call("upload", "readings", "UpdateItem", 201),
    Call("get", "readings", "GetItem", 200),
    Call("list", "readings", "Query", 200),
    Call("picture", "readings", "GetItem", 200),
    Call("picture", "photos", "HeadObject", 200),
    Call("picture", "photos", "GetObject", 200),
    Call("picture", "photos", "PutObject", 200),
    Call("correct", "readings", "GetItem", 200),
    Call("correct", "readings", "UpdateItem", 200),
    Call("delete", "readings", "GetItem", 204),
    Call("delete", "photos", "ListObjectVersions", 204),
    Call("delete", "photos", "DeleteObjects", 204),
    Call("delete", "readings", "PutItem", 204),
]
WRITES = [
    call
    for call in CALLS
    if call.operation in ("UpdateItem", "DeleteItem", "DeleteObjects")
    or (call.request, call.operation) in (("delete", "PutItem"), ("picture", "PutObject"))
]
PASSING = (Fault.THROTTLED, Fault.BROKEN, Fault.TIMEOUT)
STAYING = (Fault.DENIED, Fault.MISSING)
REFUSALS = [
    (call, fault)
    for call in CALLS
    for fault in STAYING
    # That a picture or a photo is not there is no mistake.
    if fault is not Fault.MISSING or call.operation not in ("HeadObject", "GetObject")
]

Send = dict[str, Callable[[], Answer]]


@pytest.fixture
def requests(api: HttpApi, stack: Stack) -> Send:
    """Each request, the same one every time it is sent: on one reading, or with one key."""
    reading_id = str(uuid.uuid4())
    store = ReadingStore(stack.table, retention_days=30)
    reading = Reading(Status.RETAKE, vin=READ, reading_id=reading_id)
    copy = f"photos/{reading_id}/copy.jpg"
    store.save(reading, order_of_time(datetime.now(UTC)), copy=copy)
    for key, body in ((f"uploads/{reading_id}", b"x"), (copy, PHOTO)):
        boto3.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=body)
    image = {"content-type": "image/jpeg"}
    keyed = {**image, "idempotency-key": str(uuid.uuid4())}
    change = {"content-type": "application/json", "if-match": '"1"'}
    body = json.dumps({"vin": REALLY}).encode()
    at = f"/readings/{reading_id}"
    return {
        "post": lambda: api.request("POST", "/readings", image, PHOTO),
        "post with key": lambda: api.request("POST", "/readings", keyed, PHOTO),
        "post no photo with key": lambda: api.request("POST", "/readings", keyed, b"no photo"),
        "upload": lambda: api.request("POST", "/uploads"),
        "get": lambda: api.request("GET", at),
        "picture": lambda: api.request("GET", f"{at}/picture"),
        "list": lambda: api.request("GET", "/readings?status=retake&limit=5"),
        "correct": lambda: api.request("PUT", f"{at}/correction", change, body),
        "delete": lambda: api.request("DELETE", at),
    }


@pytest.fixture
def clients(api: HttpApi, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The function's own clients."""
    from functions.api import app

    without_pauses(monkeypatch)
    # An invocation that ends now: a request that was cut off may be tried again at once.
    monkeypatch.setattr(api.function, "remaining_ms", lambda: 1)
    return {
        "readings": app.store.client,
        "requests": app.records.layer.client,
        "photos": app.bucket.client,
    }


@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_is_not_seen(
    requests: Send, clients: dict[str, Any], call: Call, fault: Fault
) -> None:
    client = clients[call.service]
    with counted(client, call.operation) as tries, failing(client, call.operation, fault, times=1):
        assert requests[call.request]().status == call.succeeds
    assert tries.made >= 2


@pytest.mark.parametrize("call", CALLS, ids=str)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_stays_is_told_and_nothing_is_lost_by_trying_again(
    requests: Send, clients: dict[str, Any], call: Call, fault: Fault
) -> None:
    client = clients[call.service]
    with counted(client, call.operation) as tries, failing(client, call.operation, fault):
        answer = requests[call.request]()
    assert tries.made == client.meta.config.retries["total_max_attempts"]
    assert answer.status == 503
    assert problem(answer)["type"] == "urn:problem-type:vinreader:unavailable"
    assert answer.headers["Retry-After"] == "5"
    assert requests[call.request]().status == call.succeeds


@pytest.mark.parametrize(("call", "fault"), REFUSALS, ids=str)
def test_a_refusal_is_told_at_once_as_our_mistake(
    requests: Send, clients: dict[str, Any], call: Call, fault: Fault
) -> None:
    client = clients[call.service]
    with counted(client, call.operation) as tries, failing(client, call.operation, fault):
        answer = requests[call.request]()
    assert tries.made == 1
    assert answer.status == 500
    assert problem(answer)["type"] == "urn:problem-type:vinreader:internal-error"
    assert b"so it is" not in answer.body  # what AWS said is for the log
    assert requests[call.request]().status == call.succeeds


@pytest.mark.parametrize("call", WRITES, ids=str)
def test_a_write_whose_answer_is_lost_is_done_once_and_told_as_done(
    requests: Send, clients: dict[str, Any], call: Call
) -> None:
    with losing_one_answer(clients[call.service], call.operation):
        answer = requests[call.request]()
    assert answer.status == call.succeeds
    if call.request == "correct":
        assert (answer.json()["version"], answer.json()["vin"]) == (2, REALLY)


def test_a_key_whose_record_was_written_unseen_is_told_as_in_progress_for_a_moment(
    api: HttpApi, requests: Send, clients: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.function, "remaining_ms", lambda: 30_000)
    with losing_one_answer(clients["requests"], "PutItem"):
        answer = requests["post with key"]()
    assert answer.status == 409
    assert problem(answer)["type"] == "urn:problem-type:vinreader:request-in-progress"
    assert answer.headers["Retry-After"] == "5"


def test_a_reading_stored_before_its_request_failed_is_not_read_into_a_second_one(
    requests: Send, clients: dict[str, Any], stack: Stack
) -> None:
    table = boto3.resource("dynamodb").Table(stack.table)
    before = table.scan(Select="COUNT")["Count"]
    with failing(clients["requests"], "UpdateItem", Fault.THROTTLED):
        assert requests["post with key"]().status == 503
    first, second = requests["post with key"](), requests["post with key"]()
    assert (first.status, second.status) == (201, 201)
    assert first.json()["reading_id"] == second.json()["reading_id"]
    assert table.scan(Select="COUNT")["Count"] == before + 1


@pytest.mark.parametrize("operation", ["ListObjectVersions", "DeleteObjects"])
def test_what_is_left_of_a_deleted_reading_goes_with_the_next_try(
    requests: Send, clients: dict[str, Any], stack: Stack, operation: str
) -> None:
    """A copy is put down, and S3 fails, right before the reading is gone."""
    client = boto3.client("s3")
    left: list[str] = []

    with ExitStack() as faults:

        def put_and_fail(request: Any, **_: Any) -> None:
            reading_id = json.loads(request.body)["Item"]["reading_id"]["S"]
            left.append(f"photos/{reading_id}/late.jpg")
            client.put_object(Bucket=stack.bucket, Key=left[0], Body=PHOTO)
            faults.enter_context(failing(clients["photos"], operation, Fault.THROTTLED))

        with before_sending(clients["readings"], "PutItem", put_and_fail):
            assert requests["delete"]().status == 503
    assert client.head_object(Bucket=stack.bucket, Key=left[0])
    assert requests["delete"]().status == 404
    assert client.list_objects_v2(Bucket=stack.bucket, Prefix=left[0])["KeyCount"] == 0


def test_a_copy_that_is_put_down_while_a_reading_is_deleted_goes_too(
    requests: Send, clients: dict[str, Any], stack: Stack
) -> None:
    client = boto3.client("s3")
    left: list[str] = []

    def put(request: Any, **_: Any) -> None:
        reading_id = json.loads(request.body)["Item"]["reading_id"]["S"]
        left.append(f"photos/{reading_id}/late.jpg")
        client.put_object(Bucket=stack.bucket, Key=left[0], Body=PHOTO)

    with before_sending(clients["readings"], "PutItem", put):
        assert requests["delete"]().status == 204
    assert client.list_objects_v2(Bucket=stack.bucket, Prefix=left[0])["KeyCount"] == 0


@pytest.mark.parametrize("fault", [*PASSING, *STAYING])
@pytest.mark.parametrize("request_name", ["post", "post with key"])
def test_a_photo_that_s3_does_not_take_is_read_all_the_same(
    requests: Send,
    clients: dict[str, Any],
    api: HttpApi,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request_name: str,
    fault: Fault,
) -> None:
    from functions.api import app

    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "VinReader/test")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    monkeypatch.setattr(app, "metrics", make_metrics("api"))
    with failing(clients["photos"], "PutObject", fault):
        answer = requests[request_name]()
    assert (answer.status, answer.json()["status"]) == (201, "not_found")
    assert capsys.readouterr().out.count('"PhotosNotKept":[1.0]') == 1
    picture = api.request("GET", f"{answer.headers['Location']}/picture")
    assert problem(picture)["type"] == "urn:problem-type:vinreader:photo-not-kept"


@pytest.mark.parametrize("fault", [*PASSING, *STAYING])
@pytest.mark.parametrize("request_name", ["post", "post with key"])
def test_no_photo_is_kept_of_a_reading_that_is_not_stored(
    requests: Send, clients: dict[str, Any], stack: Stack, request_name: str, fault: Fault
) -> None:
    def copies() -> set[str]:
        pages = boto3.client("s3").get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=stack.bucket, Prefix="photos/")
        return {one["Key"] for page in found for one in page.get("Contents", ())}

    before = copies()
    with (
        failing(clients["readings"], "UpdateItem", fault),
        counted(clients["photos"], "PutObject") as puts,
    ):
        assert requests[request_name]().status == (503 if fault in PASSING else 500)
    assert puts.made == 1
    assert copies() == before
    answer = requests[request_name]()
    (copy,) = copies() - before
    assert copy.startswith(f"photos/{answer.json()['reading_id']}/")


def test_a_fault_that_passes_does_not_cost_the_photo(
    requests: Send, clients: dict[str, Any], api: HttpApi
) -> None:
    with failing(clients["photos"], "PutObject", Fault.BROKEN, times=1):
        answer = requests["post"]()
    assert api.request("GET", f"{answer.headers['Location']}/picture").status == 200


def test_a_broken_off_photo_is_told_as_passing(requests: Send, clients: dict[str, Any]) -> None:
    with failing(clients["photos"], "GetObject", Fault.CUT_OFF):
        answer = requests["picture"]()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert requests["picture"]().status == 200


def test_a_reading_is_there_until_its_photo_is_gone(
    requests: Send, clients: dict[str, Any]
) -> None:
    with failing(clients["photos"], "DeleteObjects", Fault.THROTTLED):
        assert requests["delete"]().status == 503
    assert requests["get"]().status == 200
    assert requests["delete"]().status == 204
    assert requests["get"]().status == 404
