"""The archive's state machine as the template defines it, run by moto, with the real function."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus, urlsplit

import boto3
import pytest
from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils

from local.faults import Fault, failing
from local.functions import FunctionFailed, LocalFunction
from local.stack import Stack
from tests.photos import BROKEN, SAMPLE, blank_jpeg, sample_vin
from tests.queues import items_of
from tests.templates import ACCOUNT, REGION, load_template, resolved

Run = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def prefix(stack: Stack) -> str:
    """Where twelve photos lie that no event told of, a folder marker, and one that is none."""
    place = f"archive-{uuid.uuid4()}/two words + ümläut/"
    client = boto3.client("s3")
    files = {f"{number:02}.jpg": blank_jpeg(320, 16, shade=number) for number in range(11)}
    files |= {"11.jpg": SAMPLE.read_bytes(), "poison.jpg": BROKEN["text file"], "": b""}
    for name, file in files.items():
        client.put_object(Bucket=stack.bucket, Key=place + name, Body=file)
    return place


@pytest.fixture
def invocations(photo_reader: LocalFunction, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lambda's part in moto is played by the real handler; what each invocation ended as."""
    ends: list[str] = []

    def invoke(parameters: dict[str, Any], **_: Any) -> dict[str, Any]:
        assert parameters["FunctionName"] == "photo-reader"
        try:
            answer: Any = photo_reader.invoke(json.loads(parameters["Payload"]))
        except FunctionFailed as failure:
            name = type(failure.__cause__).__name__
            ends.append(name)
            error = {"errorType": name, "errorMessage": str(failure.__cause__)}
            return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": error}
        ends.append("")
        return {"StatusCode": 200, "Payload": answer}

    monkeypatch.setattr(lambda_eval_utils, "_invoke_lambda_function", invoke)
    return ends


def as_moto_reads_it(definition: dict[str, Any]) -> dict[str, Any]:
    """Moto knows no batches: each photo is a batch of its own. Nor manifests: a list of the same
    rows takes the place of one. And nobody wants to wait."""
    for state in definition["States"].values():
        if state["Type"] == "Map":
            shared = state.pop("ItemBatcher")["BatchInput"]
            items = {"Items.$": "States.Array($$.Map.Item.Value)", "BatchInput": shared}
            state["ItemSelector"] = items
            state["ToleratedFailurePercentage"] *= 1.0  # its grammar wants a point in it
            state["ItemReader"].get("ReaderConfig", {}).update(InputType="JSON")
            (retry,) = state["ItemProcessor"]["States"]["ReadBatch"]["Retry"]
            retry.update(IntervalSeconds=1)
    return definition


@pytest.fixture
def run(stack: Stack, invocations: list[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the state machine to its end."""
    monkeypatch.setitem(default_user_config["stepfunctions"], "execute_state_machine", True)
    monkeypatch.setenv("MOTO_PORT", str(urlsplit(stack.endpoint).port))
    names = {
        "ArchiveBucket": stack.bucket,
        "PhotosBucket": stack.bucket,
        "PhotoReaderFunction.Alias": "photo-reader",
        "ArchiveConcurrency": "2",
    }
    archive = load_template()["Resources"]["Archive"]["Properties"]["Definition"]
    text = json.dumps(as_moto_reads_it(resolved(archive, names)))
    client = boto3.client("stepfunctions")
    machine = client.create_state_machine(
        name=f"archive-{uuid.uuid4()}",
        definition=text,
        roleArn=f"arn:aws:iam::{ACCOUNT}:role/archive",
    )["stateMachineArn"]
    assert f":{REGION}:" in machine

    def start(asked: dict[str, Any]) -> dict[str, Any]:
        arn = client.start_execution(
            stateMachineArn=machine, name=str(uuid.uuid4()), input=json.dumps(asked)
        )["executionArn"]
        while (told := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(0.2)
        return dict(told)

    return start


def readings(stack: Stack, prefix: str) -> dict[str, dict[str, Any]]:
    """Items by the name of their photo; none is there twice."""
    found = items_of(stack, prefix)
    named = {item["photo"]["key"].removeprefix(prefix): item for item in found}
    assert len(named) == len(found)
    return named


def test_every_photo_under_a_prefix_is_read_once(
    stack: Stack, prefix: str, run: Run, invocations: list[str]
) -> None:
    first = run({"prefix": prefix})
    assert first["status"] == "SUCCEEDED", first
    assert invocations == [""] * 14
    found = readings(stack, prefix)
    assert len(found) == 13
    assert found["11.jpg"]["vin"] == sample_vin()
    assert found["poison.jpg"]["status"] == "rejected"
    assert {found[f"{number:02}.jpg"]["status"] for number in range(11)} == {"not_found"}
    manifest = json.loads(first["output"])["ResultWriterDetails"]
    assert manifest["Key"].startswith("archive/")

    assert run({"prefix": prefix})["status"] == "SUCCEEDED"
    assert readings(stack, prefix) == found  # nothing was read, or written, again
    assert run({"prefix": prefix, "again": True})["status"] == "SUCCEEDED"
    again = readings(stack, prefix)
    assert again["11.jpg"]["updated_at"] > found["11.jpg"]["updated_at"]
    assert again["11.jpg"]["reading_id"] == found["11.jpg"]["reading_id"]


def test_photos_of_an_inventory_are_read(stack: Stack, prefix: str, run: Run) -> None:
    keys = [f"{prefix}{number:02}.jpg" for number in range(3)]
    rows = [{"Bucket": stack.bucket, "Key": quote_plus(key, safe="/"), "Size": "1"} for key in keys]
    listed = f"kept/{uuid.uuid4()}.json"
    boto3.client("s3").put_object(Bucket=stack.bucket, Key=listed, Body=json.dumps(rows))
    assert run({"inventory": listed})["status"] == "SUCCEEDED"
    assert set(readings(stack, prefix)) == {"00.jpg", "01.jpg", "02.jpg"}


def test_a_fault_that_passes_is_waited_for_and_the_rest_is_read_meanwhile(
    stack: Stack, prefix: str, run: Run, invocations: list[str]
) -> None:
    from functions.photo_reader import app

    with failing(app.bucket.client, "GetObject", Fault.DENIED, times=1, address="05.jpg"):
        assert run({"prefix": prefix})["status"] == "SUCCEEDED"
    assert sorted(invocations) == [""] * 14 + ["BatchIncomplete"]
    assert len(readings(stack, prefix)) == 13
