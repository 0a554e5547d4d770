"""What the start of a process loads, by the names of modules: seconds depend on the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from local.stack import Stack
from tests.lambda_platform import ROOT
from tests.photos import SAMPLE, sample_vin

HEAVY = {"PIL", "cv2", "numpy", "onnxruntime", "pillow_heif", "zxingcpp"}
"""Modules that only a photo needs; with them come the models."""

CHECKED = {"pydantic", "pydantic_core"}
"""What only a body needs, or a parameter that cannot be any text."""

UNUSED = {
    "asyncio",
    "aws_lambda_powertools.event_handler",
    "aws_lambda_powertools.utilities.data_classes",
}
"""What no request needs, and what comes along easily."""

KEYED = {"aws_lambda_powertools.utilities.idempotency"}
"""What only an Idempotency-Key needs, and boto3 with it."""


@dataclass(frozen=True)
class Budget:
    """What a process of the API may have loaded when it has answered its first request."""

    event: str
    status: int
    modules: int
    """How many, Python's own included; what was counted on Python 3.11, and a tenth."""
    without: frozenset[str]


BUDGETS = {
    "a number": Budget(
        "get-vin.json", 200, 175, frozenset({"boto3", "botocore.session", *CHECKED})
    ),
    "a reading": Budget("get-reading.json", 404, 510, frozenset({"vininfo", *CHECKED})),
    "readings": Budget("get-readings.json", 200, 570, frozenset()),
    "a deletion": Budget("delete-reading.json", 404, 510, frozenset({"vininfo", *CHECKED})),
    "a place to upload": Budget("post-uploads.json", 201, 580, frozenset({"vininfo"})),
}

PROGRAM = """
import importlib, json, sys
from local.functions import LocalFunction
before = set(sys.modules)
function = LocalFunction(sys.argv[1])
at_start = set(sys.modules)
if sys.argv[2]:
    print(function.invoke(json.load(open("events/" + sys.argv[2])))["statusCode"])
answered = set(sys.modules)
print(json.dumps([sorted(at_start), sorted(answered - at_start), len(answered - before)]))
photo = open(sys.argv[3], "rb").read()
print(importlib.import_module(f"functions.{sys.argv[1]}.app").reader.read(photo).vin)
"""


@dataclass(frozen=True)
class Started:
    """What a process of a function loaded."""

    status: int | None
    """Of its answer to the first request, where there was one."""
    at_start: set[str]
    later: set[str]
    """To answer."""
    modules: int
    vin: str
    """What it reads in the sample."""


def started(function: str, event: str = "", kind: str | None = None) -> Started:
    """Start a process of a function, of this or that kind, and let it answer a request."""
    environment = {name: value for name, value in os.environ.items() if "INITIALIZ" not in name}
    environment |= {"LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
    if kind:
        environment["AWS_LAMBDA_INITIALIZATION_TYPE"] = kind
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, function, event, str(SAMPLE)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    *status, loaded, vin = run.stdout.splitlines()
    at_start, later, modules = json.loads(loaded)
    return Started(int(status[0]) if status else None, set(at_start), set(later), modules, vin)


@pytest.mark.parametrize("asked", BUDGETS)
def test_a_request_without_a_photo_loads_what_it_needs(stack: Stack, asked: str) -> None:
    budget = BUDGETS[asked]
    process = started("api", budget.event)
    assert process.status == budget.status
    loaded = process.at_start | process.later
    assert not (HEAVY | UNUSED | KEYED | budget.without) & loaded
    assert process.modules <= budget.modules
    assert process.vin == sample_vin(), "and the first photo loads the rest"


def test_a_start_that_is_waited_for_asks_for_nothing_yet(stack: Stack) -> None:
    process = started("api", kind="on-demand")
    assert not (HEAVY | UNUSED | KEYED | CHECKED) & process.at_start
    assert not {"boto3", "botocore.session", "vininfo"} & process.at_start


@pytest.mark.parametrize("kind", ["snap-start", "provisioned-concurrency"])
def test_a_process_that_nobody_waits_for_loads_everything_at_its_start(
    stack: Stack, kind: str
) -> None:
    process = started("api", "get-readings.json", kind)
    everything = (HEAVY - {"pillow_heif"}) | CHECKED | KEYED | {"boto3", "vininfo"}
    assert everything <= process.at_start
    assert not {name.partition(".")[0] for name in process.later} & (HEAVY | {"botocore"})
    assert process.vin == sample_vin()


def test_the_photo_reader_loads_everything_at_its_start(stack: Stack) -> None:
    process = started("photo_reader")
    assert HEAVY - {"pillow_heif"} <= process.at_start
    assert process.vin == sample_vin()
