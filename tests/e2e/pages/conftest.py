"""The pages as `make serve` serves them, and a browser that has never been there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from local.http_api import HttpApi
from tests.browser import Faults, camera_film, number_of_the_sample, running_browser
from vinreader.results import Reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

PATIENCE_MS = 120_000
"""How long a page may need: a busy machine is no defect of it, and Playwright would wait for 30 s.
One that never comes to an end is, though."""


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
