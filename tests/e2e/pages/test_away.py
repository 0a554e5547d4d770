"""What the pages say where something cannot be had: whether it is gone, or away for a while."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import boto3
import pytest

from local.http_api import HttpApi
from local.stack import Stack
from tests.browser import DESK, broken_rules, in_fields, opened, told, words
from tests.photos import SAMPLE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

SCREEN = DESK
EN, DE, PL, RU, ZH = (words(language) for language in ("en", "de", "pl", "ru", "zh"))
PICTURES = "**/readings/*/picture?*"


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def speaks(context: BrowserContext, language: str) -> None:
    """Whoever comes has chosen that language before."""
    stored = f"localStorage.getItem('vinreader.language') ?? '{language}'"
    context.add_init_script(f"localStorage.setItem('vinreader.language', {stored})")


def wait_for(page: Page, place: str, sentence: str) -> None:
    """Wait until a sentence, up to its first value, is shown."""
    page.locator(place).filter(has_text=sentence.split("{")[0]).wait_for()


def test_a_photo_that_is_gone_is_said_to_be(
    page: Page, stack: Stack, api: HttpApi, add: Callable[[str], str]
) -> None:
    reading_id = add("4")
    boto3.client("s3").delete_object(Bucket=stack.bucket, Key=f"photos/{reading_id}/copy.jpg")
    picture = api.request("GET", f"/readings/{reading_id}/picture?annotated=false")
    assert (picture.status, picture.json()["type"].endswith("photo-not-kept")) == (404, True)
    opened(page, "/desk.html")
    wait_for(page, "#nophoto-text", EN["desk.nophoto"])
    assert not page.is_visible("#photo-now"), "no try would help"
    page.select_option("#language", "de")
    wait_for(page, "#nophoto-text", DE["desk.nophoto"])


def test_a_photo_whose_link_expired_is_had_by_another_one(
    page: Page, context: BrowserContext, stack: Stack, add: Callable[[str], str]
) -> None:
    add("4")
    photos = f"{stack.endpoint}/**/photos/**"
    expired = "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    context.route(photos, lambda route: route.fulfill(status=403, body=expired))
    links: list[str] = []
    page.on("request", lambda one: links.append(one.url) if "/picture?" in one.url else None)
    opened(page, "/desk.html")
    wait_for(page, "#nophoto-text", EN["desk.photo.waiting"])
    assert EN["desk.nophoto"] not in page.inner_text("#work")
    assert broken_rules(page) == []
    page.select_option("#language", "de")
    wait_for(page, "#nophoto-text", DE["desk.photo.waiting"])
    context.unroute(photos)
    asked = len(links)
    page.click("#photo-now")
    page.wait_for_selector("#strip .mark")
    page.wait_for_selector("#photo polygon.box")
    assert not page.is_visible("#nophoto")
    assert len(links) > asked, "a link that expired is not used again"
    assert page.evaluate("document.activeElement.className").startswith("field")


def test_a_photo_that_was_fetched_is_shown_again_without_its_link(
    page: Page, context: BrowserContext, stack: Stack, add: Callable[[str], str]
) -> None:
    add("H")
    add("4")
    opened(page, "/desk.html")
    page.wait_for_selector("#strip .mark")
    context.route(f"{stack.endpoint}/**/photos/**", lambda route: route.fulfill(status=403))
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    page.wait_for_selector("#photo polygon.box")
    for place in ("#strip", "#photo"):
        shown = f"document.querySelector('{place} img').decode().then(() => true, () => false)"
        assert page.evaluate(shown), place


def test_a_photo_that_is_away_comes_by_itself(
    page: Page,
    api: HttpApi,
    add: Callable[[str], str],
    throttled: Callable[[str], AbstractContextManager[None]],
) -> None:
    reading_id = add("H")
    with throttled("GetItem"):
        assert api.request("GET", f"/readings/{reading_id}/picture").headers["Retry-After"] == "5"
        opened(page, "/desk.html")
        wait_for(page, "#nophoto-text", EN["desk.photo.waiting"].replace("{seconds}", "5"))
        typed = in_fields(page)
    page.wait_for_selector("#strip .mark")
    assert not page.is_visible("#nophoto")
    assert in_fields(page) == typed


def test_without_a_network_the_next_photo_waits_for_one(
    page: Page, context: BrowserContext, stack: Stack, add: Callable[[str], str]
) -> None:
    add("H")
    add("4")
    # The next one cannot be fetched ahead, so it is needed when the network is away.
    held = f"{stack.endpoint}/**/photos/**"
    context.route(held, lambda route: route.abort("connectionreset"))
    opened(page, "/desk.html")
    wait_for(page, "#nophoto-text", EN["desk.photo.waiting"])
    context.set_offline(True)
    page.keyboard.press("PageDown")
    wait_for(page, "#nophoto-text", EN["desk.photo.offline"])
    context.unroute(held)
    context.set_offline(False)
    page.wait_for_selector("#strip .mark")
    assert not page.is_visible("#nophoto")


def test_what_is_forbidden_of_a_photo_is_told_with_its_reason(
    page: Page, context: BrowserContext, add: Callable[[str], str]
) -> None:
    add("4")
    forbidden = {"status": 403, "json": {"message": "Forbidden"}}
    context.route(PICTURES, lambda route: route.fulfill(**forbidden))
    opened(page, "/desk.html")
    wait_for(page, "#nophoto-text", EN["desk.photo.refused"].replace("{detail}", "Forbidden"))
    context.unroute(PICTURES)
    page.click("#photo-now")
    page.wait_for_selector("#strip .mark")


@pytest.mark.parametrize("path", ["/", "/desk.html"])
def test_a_page_without_its_settings_says_so_and_can_be_told_to_try(
    page: Page, context: BrowserContext, path: str
) -> None:
    speaks(context, "pl")
    context.route("**/config.json", lambda route: route.abort("connectionrefused"))
    page.goto(path)
    wait_for(page, "#away-text", PL["away.waiting"])
    assert page.inner_text("#away-title") == PL["begin.away"]
    assert page.inner_text("#away-now") == PL["away.now"]
    told(page, PL["begin.away"])
    assert not page.is_visible("#start, #queue, #order"), "what cannot be used is not shown"
    assert broken_rules(page) == []
    context.unroute("**/config.json")
    page.click("#away-now")
    page.wait_for_selector("html[data-ready]")
    assert not page.is_visible("#away")
    assert page.is_visible("#open-camera, #refresh")


@pytest.mark.parametrize("path", ["/", "/desk.html"])
def test_without_words_a_page_still_speaks_one_s_language(
    page: Page, context: BrowserContext, path: str
) -> None:
    speaks(context, "ru")
    context.route("**/words/*.json", lambda route: route.fulfill(status=503))
    page.goto(path)
    wait_for(page, "#away-text", RU["away.waiting"])
    assert page.inner_text("#away-title") == RU["begin.away"]
    assert page.get_attribute("html", "lang") == "ru"
    page.select_option("#language", "zh")
    wait_for(page, "#away-text", ZH["away.waiting"])
    assert page.inner_text("#away-title") == ZH["begin.away"]
    assert page.inner_text("#away-now") == ZH["away.now"]
    context.unroute("**/words/*.json")
    page.wait_for_selector("html[data-ready]")
    assert page.get_attribute("html", "lang") == "zh"
    assert page.title() == EN["desk.title"] + " – VIN Reader" or path == "/"
    assert not page.is_visible("#away")


def test_the_desk_says_what_it_waits_for(page: Page, context: BrowserContext) -> None:
    held: list[Route] = []
    context.route("**/readings?*", lambda route: held.append(route))
    page.goto("/desk.html")
    told(page, EN["desk.fetching"])
    page.select_option("#language", "de")
    told(page, DE["desk.fetching"])
    while len(held) < 2:  # retakes, and what is read
        page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    page.wait_for_selector("html[data-ready]")
    assert page.inner_text("#told") == ""


def test_an_answer_that_is_none_of_the_api_is_no_answer(
    page: Page, context: BrowserContext, add: Callable[[str], str]
) -> None:
    """As of a hotel's network, which shows its own page for everything."""
    add("4")
    foreign = {"status": 200, "content_type": "text/html", "body": "<h1>Welcome</h1>"}
    context.route("**/readings?*", lambda route: route.fulfill(**foreign))
    opened(page, "/desk.html")
    told(page, EN["desk.failed"])
    wait_for(page, "#away-text", EN["away.waiting"])
    context.unroute("**/readings?*")
    page.click("#away-now")
    page.wait_for_selector("#strip .mark")


KEPT = """async () => {
  const { kept } = await import("/js/keep.js");
  return (await kept())?.photo.size ?? 0;
}"""


@pytest.mark.parametrize("forbidden", ["**/uploads", "**/readings/*"])
def test_a_photo_that_may_not_be_sent_or_read_is_not_lost(
    page: Page, context: BrowserContext, forbidden: str
) -> None:
    """As by a gateway, where the token lacks a scope."""
    opened(page, "/")
    refusal = {"status": 403, "json": {"message": "Forbidden"}}
    context.route(forbidden, lambda route: route.fulfill(**refusal))
    places: list[str] = []
    page.on("request", lambda one: places.append(one.url) if one.url.endswith("/uploads") else None)
    page.set_input_files("#file", str(SAMPLE))
    wait_for(page, "#start-problem", EN["start.refused"].replace("{detail}", "Forbidden"))
    assert len(places) == 1, "it is not sent again and again"
    assert page.evaluate(KEPT) == SAMPLE.stat().st_size
