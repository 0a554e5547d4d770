"""The pages as `make serve` serves them, and a browser that has never been there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest

from local.faults import Fault, failing
from local.http_api import HttpApi
from local.stack import Stack
from tests.browser import Faults, camera_film, number_of_the_sample, running_browser
from tests.faults import without_pauses
from tests.photos import SAMPLE, sample_vin
from vinreader.advice import TAKE_CLOSER
from vinreader.arrivals import order_of_time
from vinreader.results import Alternative, CheckDigit, Reading, Status
from vinreader.store import ReadingStore

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PATIENCE_MS = 120_000
"""How long a page may need: a busy machine is no defect of it, and Playwright would wait for 30 s.
One that never comes to an end is, though."""

WEAK = 3
"""Where the readings that `add` stores are in doubt, from 0."""


@pytest.fixture(scope="module")
def known(api: HttpApi) -> Reading:
    """The reading of the sample photo."""
    return number_of_the_sample(api)


@pytest.fixture(scope="module")
def browser(known: Reading, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    film = camera_film(known, tmp_path_factory.mktemp("camera") / "phone.mjpeg")
    with running_browser(film) as started:
        yield started


@pytest.fixture
def context(
    browser: Browser, address: str, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A browser's memory of its own, with the screen that the test module names; no page in it may
    have a fault."""
    faults = Faults()
    context = browser.new_context(
        base_url=address,
        viewport=request.module.SCREEN,
        locale="en-GB",
        reduced_motion="reduce",  # so that no colour is looked at on its way to another
        permissions=["camera", "clipboard-read", "clipboard-write"],
    )
    context.set_default_timeout(PATIENCE_MS)
    context.on("page", faults.listen)
    yield context
    context.close()
    assert faults == []


@pytest.fixture
def add(stack: Stack, known: Reading) -> Callable[[str], str]:
    """Store a reading of the sample photo, in doubt about one character, with its photo; its id.

    The reader saw `symbol` there, and the right one as the next likely: which photo would make it
    do so hangs on the models.
    """
    store, s3 = ReadingStore(stack.table, retention_days=1), boto3.client("s3")

    def add(symbol: str) -> str:
        seen, right = known.characters[WEAK], sample_vin()[WEAK]
        others = (Alternative(right, 0.3), Alternative("7", 0.01))
        doubted = replace(seen, symbol=symbol, confidence=0.6, alternatives=others)
        characters = (*known.characters[:WEAK], doubted, *known.characters[WEAK + 1 :])
        vin = "".join(character.symbol for character in characters)
        reading_id = str(uuid.uuid4())
        reading = replace(
            known,
            reading_id=reading_id,
            status=Status.RETAKE,
            vin=vin,
            confidence=0.6,
            check_digit=CheckDigit.INVALID,
            characters=characters,
            advice=(TAKE_CLOSER,),
        )
        copy = f"photos/{reading_id}/copy.jpg"
        s3.put_object(Bucket=stack.bucket, Key=copy, Body=SAMPLE.read_bytes())
        store.create(reading, order_of_time(datetime.now(UTC)), copy)
        return reading_id

    return add


@pytest.fixture
def throttled(
    api: HttpApi, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], AbstractContextManager[None]]:
    """DynamoDB refuses every call of an operation while a block lasts: the API answers 503."""
    from functions.api import app

    @contextmanager
    def throttled(operation: str) -> Iterator[None]:
        with monkeypatch.context() as patch, failing(app.store.client, operation, Fault.THROTTLED):
            without_pauses(patch)
            yield

    return throttled
