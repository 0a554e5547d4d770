"""Another language is chosen: everything that is said follows, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser import DESK, choose, in_fields, opened, result, told, words
from tests.photos import SAMPLE, sample_vin

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SCREEN = DESK
EN, DE, PL = (words(language) for language in ("en", "de", "pl"))
TYPED = "1M8GDM9AXKP042788"


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def speak(page: Page, language: str) -> None:
    page.select_option("#language", language)
    page.wait_for_selector(f"html[lang={language}]")


def test_the_status_line_of_the_desk_follows(page: Page, add: Callable[[str], str]) -> None:
    add("4")
    add("H")
    opened(page, "/desk.html")
    page.keyboard.press("Shift+Delete")
    told(page, EN["desk.saved.unreadable"].replace("{name}", "local-user"))
    speak(page, "de")
    told(page, DE["desk.saved.unreadable"].replace("{name}", "local-user"))
    speak(page, "pl")
    told(page, PL["desk.saved.unreadable"].replace("{name}", "local-user"))
    counted = PL["desk.count"].replace("{n}", str(page.locator(".item").count()))
    assert page.inner_text("#queue-title") == counted


def test_what_was_typed_stays(page: Page, add: Callable[[str], str]) -> None:
    add("4")
    opened(page, "/desk.html")
    page.wait_for_selector("#strip .mark")
    page.keyboard.press("Home")
    wrong = TYPED[:-1] + "9"
    page.keyboard.type(wrong)
    page.keyboard.press("Enter")
    assert page.inner_text("#check") == EN["desk.twice"]
    speak(page, "de")
    assert in_fields(page) == wrong
    assert page.inner_text("#check") == DE["desk.twice"]
    label = page.locator("#cells input").first.get_attribute("aria-label") or ""
    assert label.startswith(DE["desk.cell"].split(" {n}")[0])
    assert page.get_attribute("#photo img", "alt") == DE["photo.alt"]
    assert page.locator("#strip .mark").count() == 17


def test_what_the_page_for_the_phone_says_follows(page: Page) -> None:
    opened(page)
    choose(page, b"Dear reader", "letter.txt", "text/plain")
    page.wait_for_selector("#start-problem:not([hidden])")
    speak(page, "de")
    assert page.inner_text("#start-problem") == DE["start.type"].replace("{name}", "letter.txt")
    speak(page, "en")
    choose(page, SAMPLE.read_bytes())
    assert result(page) == EN["result.read"]
    page.click("#copy")
    page.wait_for_selector(f"#result-note:text-is('{EN['result.copied']}')")
    speak(page, "pl")
    assert page.inner_text("#result-note") == PL["result.copied"].replace("{vin}", sample_vin())
    told(page, PL["sending.reading.told"])
    assert page.get_attribute("#result-photo img", "alt") == PL["photo.alt"]


def test_a_language_that_cannot_be_fetched_is_not_taken(
    page: Page, context: BrowserContext
) -> None:
    opened(page)
    context.route("**/words/de.json", lambda route: route.abort("connectionrefused"))
    page.select_option("#language", "de")
    message = "document.getElementById('language').validationMessage"
    page.wait_for_selector("#language:invalid")
    assert page.evaluate(message) == DE["begin.language"]
    assert page.input_value("#language") == "en"
    assert page.inner_text("#start-title") == EN["start.title"]
    context.unroute("**/words/de.json")
    speak(page, "de")
    assert page.inner_text("#start-title") == DE["start.title"]
    assert page.evaluate(message) == ""
