"""From the table's stream to the bus: which records pass, and what of them is told.

The records are real ones, of moto's DynamoDB Streams, made by the real store. Nothing here runs
pipes: the filter is applied by moto's matcher for event patterns, the transformation by the few
lines of `told`, after "Pipes input transformation" in the EventBridge user guide.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from moto.events.models import EventPattern

from local.stack import Stack
from local.template import resource
from vinreader.arrivals import order_of_time
from vinreader.results import CheckDigit, Reading, Status
from vinreader.store import ReadingStore

VIN = "1M8GDM9AXKP042788"
FINISHED = (Status.READ, Status.RETAKE, Status.NOT_FOUND, Status.REJECTED)
Records = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def table(stack: Stack) -> str:
    """A table of its own, with the stream that the template gives it."""
    properties = resource("ReadingsTable")
    described = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    name = f"readings-{uuid.uuid4()}"
    view = properties["StreamSpecification"]["StreamViewType"]
    boto3.client("dynamodb").create_table(
        TableName=name,
        **{part: properties[part] for part in described},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": view},
    )
    return name


@pytest.fixture
def store(table: str) -> ReadingStore:
    return ReadingStore(table, retention_days=1)


@pytest.fixture
def records(table: str) -> Records:
    """What the stream holds, as a pipe receives it."""
    client = boto3.client("dynamodbstreams")
    arn = boto3.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]

    def read() -> list[dict[str, Any]]:
        (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        iterator = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        found = client.get_records(ShardIterator=iterator)["Records"]
        return json.loads(json.dumps(found, default=str))

    return read


@pytest.fixture
def pipe(resources: dict[str, Any]) -> dict[str, Any]:
    return resources["ReadingsPipe"]["Properties"]


def passes(pipe: dict[str, Any], record: dict[str, Any]) -> bool:
    filters = pipe["SourceParameters"]["FilterCriteria"]["Filters"]
    return any(EventPattern.load(each["Pattern"]).matches_event(record) for each in filters)  # type: ignore[arg-type]


def told(pipe: dict[str, Any], record: dict[str, Any]) -> dict[str, Any]:
    """The event's detail: each `<$.path>` becomes what stands there, nothing where nothing does."""

    def value(found: re.Match[str]) -> str:
        node: Any = record
        for part in found[1].split("."):
            node = node.get(part, "") if isinstance(node, dict) else ""
        return json.dumps(node)[1:-1] if isinstance(node, str) else json.dumps(node)

    return json.loads(re.sub(r"<\$\.([\w.]+)>", value, pipe["TargetParameters"]["InputTemplate"]))


def save(store: ReadingStore, status: Status, **parts: Any) -> str:
    reading_id = str(uuid.uuid4())
    reading = Reading(status=status, reading_id=reading_id, **parts)
    assert store.save(reading, order_of_time(store.clock())).changed
    return reading_id


def test_every_finished_reading_is_told_and_no_other(
    pipe: dict[str, Any], table: str, store: ReadingStore, records: Records
) -> None:
    pending = str(uuid.uuid4())
    store.expect(pending)
    finished = [save(store, status) for status in FINISHED]
    store.save(Reading(Status.NOT_FOUND, reading_id=pending), order_of_time(store.clock()))
    boto3.resource("dynamodb").Table(table).delete_item(Key={"reading_id": finished[0]})
    everything = records()
    assert {record["eventName"] for record in everything} == {"INSERT", "MODIFY", "REMOVE"}
    passed = [told(pipe, record)["reading_id"] for record in everything if passes(pipe, record)]
    assert passed == [*finished, pending]  # the last one when its photo had been read


def test_detail_tells_the_vin_and_no_more_than_it_says(
    pipe: dict[str, Any], store: ReadingStore, records: Records
) -> None:
    reading_id = save(store, Status.READ, vin=VIN, confidence=0.9971, check_digit=CheckDigit.VALID)
    *_, record = records()
    detail = told(pipe, record)
    assert detail.pop("created_at") == detail.pop("updated_at") != ""
    assert detail == {
        "reading_id": reading_id,
        "status": "read",
        "vin": VIN,
        "confidence": "0.9971",
        "check_digit": "valid",
        "corrected_at": "",
    }


def test_what_a_reading_lacks_is_empty(
    pipe: dict[str, Any], store: ReadingStore, records: Records
) -> None:
    save(store, Status.REJECTED, error='The "file" is empty.')
    *_, record = records()
    detail = told(pipe, record)
    assert (detail["status"], detail["vin"], detail["check_digit"]) == ("rejected", "", "")


def test_every_path_of_the_template_leads_to_something(
    pipe: dict[str, Any], store: ReadingStore, records: Records
) -> None:
    save(store, Status.READ, vin=VIN, confidence=0.5, check_digit=CheckDigit.INVALID)
    *_, record = records()
    record["dynamodb"]["NewImage"]["corrected_at"] = {"S": "2026-11-20T12:00:00+00:00"}
    assert "" not in told(pipe, record).values()


def test_no_record_is_given_up_in_silence(pipe: dict[str, Any]) -> None:
    source = pipe["SourceParameters"]["DynamoDBStreamParameters"]
    assert source["StartingPosition"] == "TRIM_HORIZON"
    assert source["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "ReadingsDeadLetterQueue.Arn"}}
    # The stream itself forgets after a day: what is given up must be set aside before.
    assert 0 < source["MaximumRecordAgeInSeconds"] < 86_400
    assert pipe["Source"] == {"Fn::GetAtt": "ReadingsTable.StreamArn"}
    assert pipe["Target"] == {"Fn::GetAtt": "ReadingsBus.Arn"}
