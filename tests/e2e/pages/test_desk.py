"""The review desk by its keys alone, in a real browser, against the real handlers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from local.http_api import HttpApi
from tests.browser import DESK, broken_rules, first, in_fields, opened, small_photos, told, words
from tests.photos import sample_vin
from vinreader.vin import check_digit, verdict

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SCREEN = DESK
EN = words("en")
TYPED = "1M8GDM9AXKP042788"


@pytest.fixture
def desk(context: BrowserContext) -> Page:
    return context.new_page()


def stored(api: HttpApi, reading_id: str) -> dict[str, Any]:
    return api.request("GET", f"/readings/{reading_id}").json()


def test_the_newest_is_shown_with_its_photo(desk: Page, api: HttpApi) -> None:
    _, reading = first(api, small_photos(), lambda reading: reading["status"] == "retake")
    opened(desk, "/desk.html")
    assert in_fields(desk) == reading["vin"]
    desk.wait_for_selector("#strip .mark")
    assert desk.locator("#strip .mark").count() == 17
    desk.wait_for_selector("#photo polygon.box")
    # The fields stand below the characters of the strip.
    for at in (0, 8, 16):
        mark = desk.locator("#strip .mark").nth(at).bounding_box()
        field = desk.locator("#cells input").nth(at).bounding_box()
        assert mark
        assert field
        assert field["x"] + field["width"] / 2 == pytest.approx(
            mark["x"] + mark["width"] / 2, abs=2
        )
    least = min(range(17), key=lambda at: reading["characters"][at]["confidence"])
    assert desk.evaluate("document.activeElement.getAttribute('aria-label')").startswith(
        EN["desk.cell"].split("{n}")[0] + str(least + 1)
    )


def test_the_right_symbol_is_one_key_away(
    desk: Page, api: HttpApi, add: Callable[[str], str]
) -> None:
    reading_id = add("H")
    opened(desk, "/desk.html")
    assert in_fields(desk) != sample_vin()
    desk.keyboard.press("ArrowDown")
    assert in_fields(desk) == sample_vin()
    assert EN["desk.check.valid"] in desk.inner_text("#check")
    desk.keyboard.press("Enter")
    told(desk, EN["desk.saved"].replace("{vin}", sample_vin()).replace("{name}", "local-user"))
    after = stored(api, reading_id)
    assert (after["status"], after["vin"], after["confidence"]) == ("read", sample_vin(), 1.0)
    assert after["correction"]["corrected_by"] == "local-user"
    assert after["correction"]["original"]["status"] == "retake"


def test_a_whole_number_is_typed_and_its_check_digit_told_live(
    desk: Page, api: HttpApi, add: Callable[[str], str]
) -> None:
    reading_id = add("4")
    opened(desk, "/desk.html")
    desk.keyboard.press("Home")
    # Small letters do no harm, and I, O and Q stand for the digits that look like them.
    desk.keyboard.type("im8gdm9axkpo42788")
    assert in_fields(desk) == TYPED
    assert EN["desk.check.valid"] in desk.inner_text("#check")
    desk.keyboard.press("End")
    desk.keyboard.type("9")
    wrong = TYPED[:-1] + "9"
    assert (in_fields(desk), verdict(wrong)) == (wrong, "invalid")
    expected = EN["desk.check.invalid"].replace("{digit}", check_digit(wrong))
    assert expected in desk.inner_text("#check")
    desk.keyboard.press("Enter")
    assert desk.inner_text("#check") == EN["desk.twice"], "what the law denies is asked for twice"
    assert stored(api, reading_id)["correction"] is None
    desk.keyboard.press("Enter")
    told(desk, EN["desk.saved"].split("{vin}")[0] + wrong)
    assert stored(api, reading_id)["vin"] == wrong


def test_what_nobody_can_read_is_said_to_be_so(
    desk: Page, api: HttpApi, add: Callable[[str], str]
) -> None:
    reading_id = add("4")
    opened(desk, "/desk.html")
    desk.keyboard.press("Shift+Delete")
    told(desk, EN["desk.saved.unreadable"].replace("{name}", "local-user"))
    after = stored(api, reading_id)
    assert (after["status"], after["vin"]) == ("not_found", None)
    assert after["correction"]["corrected_by"] == "local-user"
    desk.keyboard.press("Escape")
    opened(desk, "/desk.html")
    newest = api.request("GET", "/readings?status=retake&limit=1").json()["readings"]
    assert reading_id not in [one["reading_id"] for one in newest]


def test_the_next_is_shown_at_once_and_the_last_comes_back(
    desk: Page, api: HttpApi, add: Callable[[str], str]
) -> None:
    older, newer = stored(api, add("H")), stored(api, add("4"))
    opened(desk, "/desk.html")
    assert in_fields(desk) == newer["vin"]
    desk.keyboard.press("PageDown")
    assert in_fields(desk) == older["vin"]
    desk.keyboard.press("PageUp")
    assert in_fields(desk) == newer["vin"]
    desk.keyboard.press("Shift+Delete")
    told(desk, EN["desk.saved.unreadable"].split(",")[0])
    assert in_fields(desk) == older["vin"]
    desk.keyboard.press("PageUp")
    desk.locator("#work-title").filter(has_text=EN["desk.not_found"]).wait_for()
    assert in_fields(desk) == ""
    desk.keyboard.press("Home")
    desk.keyboard.type(TYPED)
    desk.keyboard.press("Enter")
    told(desk, EN["desk.saved"].split("{vin}")[0] + TYPED)
    assert stored(api, newer["reading_id"])["vin"] == TYPED


def test_nobody_overwrites_what_he_has_not_seen(
    desk: Page, api: HttpApi, add: Callable[[str], str]
) -> None:
    reading_id = add("4")
    opened(desk, "/desk.html")
    change = {"content-type": "application/json", "if-match": '"1"'}
    other = b'{"vin": "1M8GDM9AXKP042788"}'
    assert api.request("PUT", f"/readings/{reading_id}/correction", change, other).status == 200
    desk.keyboard.press("Home")
    desk.keyboard.type(sample_vin())
    desk.keyboard.press("Enter")
    told(desk, EN["desk.conflict"].replace("{vin}", TYPED))
    assert stored(api, reading_id)["vin"] == TYPED


def test_without_a_network_a_decision_waits_for_one(
    desk: Page,
    context: BrowserContext,
    api: HttpApi,
    add: Callable[[str], str],
) -> None:
    reading_id = add("4")
    opened(desk, "/desk.html")
    desk.wait_for_selector("#strip .mark")
    context.set_offline(True)
    desk.keyboard.press("Home")
    desk.keyboard.type(TYPED)
    desk.keyboard.press("Enter")
    told(desk, EN["desk.unsaved"].split("{vin}")[1])
    assert stored(api, reading_id)["correction"] is None
    context.set_offline(False)
    told(desk, EN["desk.saved"].split("{vin}")[0] + TYPED)
    assert stored(api, reading_id)["vin"] == TYPED


def test_the_most_doubtful_come_first_where_that_is_wanted(
    desk: Page, add: Callable[[str], str]
) -> None:
    add("4")
    add("H")
    opened(desk, "/desk.html")
    desk.select_option("#order", "doubtful")
    shown = [text.partition("%")[0] for text in desk.locator(".item-facts").all_inner_texts()]
    sure = [float(percent) for percent in shown]
    assert len(sure) >= 2
    assert sure == sorted(sure)


def test_readings_that_cannot_be_had_are_told_and_come_by_themselves(
    desk: Page,
    api: HttpApi,
    add: Callable[[str], str],
    throttled: Callable[[str], AbstractContextManager[None]],
) -> None:
    reading_id = add("4")
    with throttled("Query"):
        answer = api.request("GET", "/readings?status=retake")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        opened(desk, "/desk.html")
        told(desk, EN["desk.failed"])
        assert desk.inner_text("#away-title") == EN["desk.away"]
        assert desk.inner_text("#away-text") == EN["away.waiting"].replace("{seconds}", "5")
        assert not desk.is_visible("#empty"), "nobody knows whether there is something to review"
        assert not desk.is_visible("#work")
        assert broken_rules(desk) == []
    desk.wait_for_selector("#work:not([hidden])")
    assert in_fields(desk) == stored(api, reading_id)["vin"]
    assert not desk.is_visible("#away")
    told(desk, EN["desk.count"].replace("{n}", str(desk.locator(".item").count())))
    first_try, second_try = tries(desk)[:2]
    assert second_try - first_try >= 5000, "not before the API wants to be asked again"


def tries(page: Page) -> list[float]:
    """When the page asked for what is to be taken again, in milliseconds."""
    asked: list[float] = page.evaluate(
        """performance.getEntriesByType("resource")
            .filter(({ name }) => name.includes("/readings?status=retake"))
            .map(({ startTime }) => startTime)"""
    )
    return asked


def test_readings_that_cannot_be_had_can_be_asked_for_at_once(
    desk: Page,
    context: BrowserContext,
    add: Callable[[str], str],
    throttled: Callable[[str], AbstractContextManager[None]],
) -> None:
    add("H")
    with throttled("Query"):
        opened(desk, "/desk.html")
        told(desk, EN["desk.failed"])
        # Once more in vain: that is told, too, and the pause gets longer.
        with desk.expect_response("**/readings?status=retake&*") as answer:
            desk.click("#away-now")
        assert answer.value.status == 503
        told(desk, EN["desk.failed"])
        # The network goes, too.
        context.set_offline(True)
        desk.click("#away-now")
        offline = EN["away.offline"]
        desk.locator("#away-text").filter(has_text=offline).wait_for()
    context.set_offline(False)
    desk.wait_for_selector("#strip .mark")
    assert not desk.is_visible("#away")


def test_what_is_shown_stays_where_no_others_can_be_had(
    desk: Page,
    context: BrowserContext,
    api: HttpApi,
    add: Callable[[str], str],
    throttled: Callable[[str], AbstractContextManager[None]],
) -> None:
    older, newer = add("H"), add("4")
    opened(desk, "/desk.html")
    listed = desk.locator(".item-vin").all_inner_texts()
    desk.keyboard.press("Home")
    desk.keyboard.type(TYPED[:5])
    typed = in_fields(desk)
    assert typed.startswith(TYPED[:5])
    with throttled("Query"):
        desk.click("#refresh")
        told(desk, EN["desk.failed"])
        assert in_fields(desk) == typed
        assert desk.locator(".item-vin").all_inner_texts() == listed
        assert not desk.is_visible("#away")
        # What was fetched before can be decided on.
        desk.locator("#cells input").first.focus()
        desk.keyboard.type(TYPED)
        desk.keyboard.press("Enter")
        told(desk, EN["desk.saved"].split("{vin}")[0] + TYPED)
        assert stored(api, newer)["vin"] == TYPED
    assert in_fields(desk) == stored(api, older)["vin"]
    newest = stored(api, add("4"))
    context.set_offline(True)
    desk.click("#refresh")
    told(desk, EN["desk.failed"])
    desk.locator("#cells input").first.focus()
    desk.keyboard.type(TYPED[:3])
    typed = in_fields(desk)
    # Meanwhile somebody else decides on the one that is shown.
    change = {"content-type": "application/json", "if-match": '"1"'}
    body = b'{"vin": "1M8GDM9AXKP042788"}'
    assert api.request("PUT", f"/readings/{older}/correction", change, body).status == 200
    context.set_offline(False)
    told(desk, EN["desk.count"].split("{n}")[1])
    assert in_fields(desk) == typed, "nobody loses what he is typing"
    assert desk.locator(".item-vin").first.inner_text() == newest["vin"]


def test_what_the_gateway_forbids_is_told_with_its_reason(
    desk: Page, context: BrowserContext, add: Callable[[str], str]
) -> None:
    add("4")
    # Of a gateway, where the token lacks the scope: the local one asks for none.
    refusal = {"status": 403, "json": {"message": "Forbidden"}}
    context.route("**/readings?*", lambda route: route.fulfill(**refusal))
    opened(desk, "/desk.html")
    told(desk, EN["desk.failed.refused"].replace("{detail}", "Forbidden"))
    assert desk.inner_text("#away-text") == "Forbidden"
    context.unroute("**/readings?*")
    desk.click("#away-now")
    desk.wait_for_selector("#strip .mark")


def test_the_last_one_comes_back_when_it_can_be_had(
    desk: Page,
    api: HttpApi,
    add: Callable[[str], str],
    throttled: Callable[[str], AbstractContextManager[None]],
) -> None:
    reading = stored(api, add("4"))
    opened(desk, "/desk.html")
    desk.keyboard.press("Shift+Delete")
    told(desk, EN["desk.saved.unreadable"].split(",")[0])
    with throttled("GetItem"):
        desk.keyboard.press("PageUp")
        told(desk, EN["desk.back.failed"].replace("{vin}", reading["vin"]))
    desk.keyboard.press("PageUp")
    desk.locator("#work-title").filter(has_text=EN["desk.not_found"]).wait_for()


def test_the_last_one_does_not_come_back_where_it_was_deleted(
    desk: Page, api: HttpApi, add: Callable[[str], str]
) -> None:
    reading = stored(api, add("4"))
    opened(desk, "/desk.html")
    desk.keyboard.press("Shift+Delete")
    told(desk, EN["desk.saved.unreadable"].split(",")[0])
    assert api.request("DELETE", f"/readings/{reading['reading_id']}").status == 204
    desk.keyboard.press("PageUp")
    told(desk, EN["desk.back.gone"].replace("{vin}", reading["vin"]))


def test_a_conflict_is_settled_when_the_other_change_can_be_had(
    desk: Page, context: BrowserContext, api: HttpApi, add: Callable[[str], str]
) -> None:
    reading_id = add("4")
    opened(desk, "/desk.html")
    change = {"content-type": "application/json", "if-match": '"1"'}
    other = b'{"vin": "1M8GDM9AXKP042788"}'
    assert api.request("PUT", f"/readings/{reading_id}/correction", change, other).status == 200
    # The correction meets the other one; the reading as it stands now cannot be had at first.
    once = {"status": 503, "json": {"detail": "Try again in a few seconds."}}
    context.route(f"**/readings/{reading_id}", lambda route: route.fulfill(**once), times=1)
    desk.keyboard.press("Home")
    desk.keyboard.type(sample_vin())
    desk.keyboard.press("Enter")
    told(desk, EN["desk.conflict"].replace("{vin}", TYPED))
    assert stored(api, reading_id)["vin"] == TYPED


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_no_fault_hinders_anyone(desk: Page, add: Callable[[str], str], look: str) -> None:
    add("H")
    opened(desk, "/desk.html")
    desk.select_option("#look", look)
    desk.click("summary")
    desk.wait_for_selector("#strip .mark")
    assert broken_rules(desk) == []
