"""The API, over real HTTP, against its own OpenAPI document: what schemathesis makes of it is
answered as the document says, and never with a 5xx."""

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local.front import Front
from local.http_api import HttpApi
from local.openapi import DOCUMENT
from local.stack import Stack
from tests.photos import blank_jpeg
from vinreader.arrivals import order_of_time
from vinreader.results import Reading, Status
from vinreader.store import ReadingStore

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""Not among them: those that expect 405 of a route (an HTTP API answers 404 itself), or a token
(there is no authorizer here)."""

REACHES = {
    "createReading": {400, 422},
    "createUpload": {201, 400},
    "getReading": {200, 404},
    "getPicture": {200, 400, 404},
    "listReadings": {200, 400},
    "correctReading": {400, 404, 422},
    "deleteReading": {204, 404},
    "checkVin": {422},
}
"""Statuses that each operation must have given: that the door opened, and what lies behind it."""

SCHEMA = schemathesis.openapi.from_path(DOCUMENT)


@pytest.fixture(scope="module")
def address(api: HttpApi, stack: Stack) -> Iterator[str]:
    """The front that `make serve` shows."""
    with Front(api, 0, stack.endpoint) as front:
        thread = threading.Thread(target=front.serve_forever)
        thread.start()
        yield front.address
        front.shutdown()
        thread.join()


def there(stack: Stack) -> str:
    """The id of a reading that can be shown, corrected and deleted."""
    reading = Reading(Status.RETAKE, vin="1M8GDM9AXKP042789", reading_id=str(uuid.uuid4()))
    store = ReadingStore(stack.table, retention_days=1)
    copy = f"photos/{reading.reading_id}/copy.jpg"
    boto3.client("s3").put_object(Bucket=stack.bucket, Key=copy, Body=blank_jpeg(64, 48))
    store.save(reading, order_of_time(datetime.now(UTC)), copy=copy)
    return str(reading.reading_id)


@pytest.mark.parametrize("name", REACHES)
def test_what_comes_in_is_answered_as_documented(name: str, address: str, stack: Stack) -> None:
    operation = SCHEMA.find_operation_by_id(name)
    answered: set[int] = set()

    @given(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    )
    @settings(
        max_examples=40,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def send(case: schemathesis.Case) -> None:
        answered.add(case.call_and_validate(address, checks=CHECKS).status_code)
        if "reading_id" in case.path_parameters:  # an id that was made up is never there
            case.path_parameters["reading_id"] = there(stack)
            answered.add(case.call_and_validate(address, checks=CHECKS).status_code)

    send()
    assert answered >= REACHES[name]


def test_every_operation_is_tried() -> None:
    operations = [found.ok() for found in SCHEMA.get_all_operations()]
    assert {one.definition.raw["operationId"] for one in operations} == set(REACHES)
