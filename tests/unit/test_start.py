"""What the start of a process loads, by the names of modules: seconds depend on the machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.lambda_platform import ROOT
from tests.photos import SAMPLE, sample_vin

HEAVY = {"PIL", "cv2", "numpy", "onnxruntime", "pillow_heif", "zxingcpp"}
"""Modules that only a photo needs; with them come the models."""

BUDGET = 750
"""Modules that a process of the API may have loaded when it has answered a request without a photo.
With those that only a photo needs it was 882, without them 677 (Python 3.13)."""

PROGRAM = """
import base64, importlib, json, sys
from local.functions import LocalFunction
before = set(sys.modules)
function = LocalFunction(sys.argv[1])
at_start = set(sys.modules)
event = json.load(open("events/get-vin.json"))
if sys.argv[1] == "api":
    assert json.loads(function.invoke(event)["body"])["check_digit"] == "valid"
answered = set(sys.modules)
print(json.dumps([sorted(at_start), sorted(answered - at_start), len(answered - before)]))
photo = open(sys.argv[2], "rb").read()
print(importlib.import_module(f"functions.{sys.argv[1]}.app").reader.read(photo).vin)
"""


def started(function: str, kind: str | None = None) -> tuple[set[str], set[str], int, str]:
    """What a process of a function loads at its start and to answer a request without a photo, how
    many modules that is, and what it reads in the sample."""
    environment = {name: value for name, value in os.environ.items() if "AWS" not in name} | {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "READINGS_TABLE": "readings",
        "IDEMPOTENCY_TABLE": "requests",
        "PHOTOS_BUCKET": "photos",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "LOG_LEVEL": "CRITICAL",
    }
    if kind:
        environment["AWS_LAMBDA_INITIALIZATION_TYPE"] = kind
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, function, str(SAMPLE)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    loaded, vin = run.stdout.splitlines()
    at_start, later, count = json.loads(loaded)
    return set(at_start), set(later), count, vin


@pytest.mark.parametrize("kind", [None, "on-demand"])
def test_a_request_without_a_photo_loads_nothing_for_photos(kind: str | None) -> None:
    at_start, later, count, vin = started("api", kind)
    assert not HEAVY & (at_start | later)
    assert count <= BUDGET
    assert vin == sample_vin(), "and the first photo loads it"


@pytest.mark.parametrize("kind", ["snap-start", "provisioned-concurrency"])
def test_a_process_that_nobody_waits_for_loads_everything_at_its_start(kind: str) -> None:
    at_start, later, _, vin = started("api", kind)
    assert HEAVY - {"pillow_heif"} <= at_start
    assert not HEAVY & later
    assert vin == sample_vin()


def test_the_photo_reader_loads_everything_at_its_start() -> None:
    at_start, _, _, vin = started("photo_reader")
    assert HEAVY - {"pillow_heif"} <= at_start
    assert vin == sample_vin()
