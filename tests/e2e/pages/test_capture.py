"""The page for the phone, in a real browser, against the real handlers and a bucket."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import ExifTags, Image

from local.http_api import HttpApi
from local.stack import Stack
from tests.browser import (
    PHONE,
    broken_rules,
    choose,
    covered_photos,
    first,
    opened,
    result,
    sample,
    small_photos,
    words,
)
from tests.heif_files import heic
from tests.photos import SAMPLE, sample_vin
from vinreader.results import Reading

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Request, Route

SCREEN = PHONE
EN, DE = words("en"), words("de")
PHOTO = SAMPLE.read_bytes()
SPELT = f"VIN {' '.join(sample_vin())}"
KEPT = """async () => {
  const { kept } = await import("/js/keep.js");
  return (await kept())?.photo.size ?? 0;
}"""
WATCH_PROGRESS = """() => {
  const bar = document.getElementById("progress");
  window.shown = [];
  new MutationObserver(() => window.shown.push(bar.value)).observe(bar, { attributes: true });
}"""


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return opened(context.new_page())


def test_a_photo_from_a_file_is_read_and_shown(page: Page, api: HttpApi) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/uploads")) as asked:
        choose(page, PHOTO)
    assert result(page) == EN["result.read"]
    assert SPELT in (page.get_attribute(".number", "aria-label") or "")
    assert page.locator("#result-photo polygon.box").count() == 17
    assert page.locator("#result-strip .mark").count() == 17
    stored = api.request("GET", f"/readings/{asked.value.json()['reading_id']}").json()
    assert (stored["status"], stored["vin"]) == ("read", sample_vin())
    assert EN["check.valid"] in page.inner_text("#facts")
    assert page.evaluate("document.activeElement.id") == "result-title"
    assert page.evaluate(KEPT) == 0, "the reading is there: the photo is not kept any longer"


def test_the_number_is_copied(page: Page) -> None:
    choose(page, PHOTO)
    result(page)
    page.click("#copy")
    page.wait_for_selector(f"#result-note:text-is('{EN['result.copied']}')")
    assert page.evaluate("navigator.clipboard.readText()") == sample_vin()


def test_a_photo_of_the_camera_goes_with_its_frame(page: Page, api: HttpApi) -> None:
    page.click("#open-camera")
    with page.expect_request(lambda request: request.url.endswith("/uploads")) as asked:
        page.click("#shutter")
    assert result(page) == EN["result.read"]
    sent: Any = asked.value.post_data_json
    roi = sent["roi"]
    frame = {name: pytest.approx(value, abs=0.03) for name, value in roi.items()}
    # The video, 720 by 1280, is a little wider than the stage that it covers.
    assert frame == {"x": 0.06, "y": 0.39, "width": 0.87, "height": 0.1}
    answer = page.request.get(f"/readings/{place_of(asked.value)}").json()
    assert (answer["vin"], answer["inside_region"]) == (sample_vin(), True)
    assert not page.locator("#advice").is_visible()


def place_of(request: Request) -> str:
    answer = request.response()
    assert answer
    reading_id: str = answer.json()["reading_id"]
    return reading_id


def test_advice_is_given_in_the_language_of_the_page(page: Page, api: HttpApi) -> None:
    photo, _ = first(api, small_photos(), lambda reading: reading["status"] == "retake")
    with page.expect_response(lambda answer: answer.url.endswith("/uploads")) as asked:
        choose(page, photo)
    assert result(page) == EN["result.retake"]
    stored = api.request("GET", f"/readings/{asked.value.json()['reading_id']}").json()
    kinds = [f"advice.{kind}" for kind in stored["advice_kinds"]]
    assert kinds
    assert page.inner_text("#advice") == " ".join(EN[kind] for kind in kinds)
    assert "primary" in (page.get_attribute("#again", "class") or "")
    page.select_option("#language", "de")
    page.wait_for_selector("html[lang=de]")
    assert page.inner_text("#result-title") == DE["result.retake"]
    assert page.inner_text("#advice") == " ".join(DE[kind] for kind in kinds)
    page.click("#again")
    page.wait_for_selector("#camera:not([hidden])")


def test_an_answer_does_instead_of_another_photo(page: Page, api: HttpApi, known: Reading) -> None:
    photo, _ = first(
        api, covered_photos(known), lambda reading: sample_vin() in answers_of(reading)
    )
    with page.expect_response(lambda answer: answer.url.endswith("/uploads")) as asked:
        choose(page, photo)
    assert result(page) == EN["result.retake"]
    reading_id = asked.value.json()["reading_id"]
    question = api.request("GET", f"/readings/{reading_id}").json()["question"]
    right = sample_vin()[question["position"] - 1]
    page.click(f"#answers button:text-is('{right}')")
    page.wait_for_selector("#question", state="hidden")
    assert page.inner_text("#result-title") == EN["result.confirmed"]
    stored = api.request("GET", f"/readings/{reading_id}").json()
    assert (stored["status"], stored["vin"]) == ("read", sample_vin())
    assert stored["correction"]["corrected_by"] == "local-user"


def test_an_answer_that_was_saved_is_not_said_to_be_unsaved(
    page: Page, context: BrowserContext, api: HttpApi, known: Reading
) -> None:
    """What the API says to it gets lost on the way."""
    photo, _ = first(
        api, covered_photos(known), lambda reading: sample_vin() in answers_of(reading)
    )
    choose(page, photo)
    assert result(page) == EN["result.retake"]

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    context.route("**/correction", lose, times=1)
    page.click("#answers button >> nth=0")
    page.wait_for_selector(f"#result-note:text-is('{EN['result.unsaved']}')")
    page.click("#answers button >> nth=0")
    page.wait_for_selector("#question", state="hidden")
    assert page.inner_text("#result-title") == EN["result.confirmed"]
    assert page.inner_text("#result-note") == ""


def answers_of(reading: dict[str, Any]) -> list[str]:
    """The numbers that answers to its question make."""
    if not reading["question"]:
        return []
    at, vin = reading["question"]["position"] - 1, reading["vin"]
    return [vin[:at] + symbol + vin[at + 1 :] for symbol in reading["question"]["symbols"]]


def test_what_the_browser_cannot_show_is_shown_by_the_bucket_s_copy(page: Page) -> None:
    choose(page, heic(sample().resize((800, 600))), "IMG_0001.HEIC", "")
    assert result(page) == EN["result.read"]
    page.wait_for_selector("#result-photo img")
    assert "/photos/" in (page.get_attribute("#result-photo img", "src") or "")
    assert page.evaluate("document.querySelector('#result-photo img').naturalWidth") == 800


def test_a_turned_photo_is_outlined_upright(page: Page) -> None:
    """The phone held on its side: stored turned, with the orientation in EXIF."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    turned = sample().transpose(Image.Transpose.ROTATE_90)
    file = io.BytesIO()
    turned.save(file, "JPEG", quality=90, exif=exif)
    choose(page, file.getvalue())
    assert result(page) == EN["result.read"]
    assert page.get_attribute("#result-photo svg", "viewBox") == "0 0 1600 1200"


def test_what_is_no_photo_is_told(page: Page) -> None:
    choose(page, b"Dear reader", "letter.txt", "text/plain")
    page.wait_for_selector("#start-problem:not([hidden])")
    assert "letter.txt" in page.inner_text("#start-problem")
    choose(page, b"Dear reader", "letter.jpg")
    assert result(page) == EN["result.rejected"]
    assert "not a JPEG" in page.inner_text("#result-note")


def test_without_a_network_the_photo_waits_for_one(page: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    choose(page, PHOTO)
    page.wait_for_selector("#try-now:not([hidden])")
    assert page.inner_text("#sending-step") == EN["sending.offline"]
    assert page.evaluate(KEPT) == len(PHOTO)
    context.set_offline(False)
    assert result(page) == EN["result.read"]


def test_a_reading_that_does_not_come_is_not_promised_for_ever(context: BrowserContext) -> None:
    """As one does whose message went to the dead letters, until somebody sends it again."""
    page = context.new_page()
    page.clock.install()
    opened(page)
    asked: list[str] = []
    stuck = [True]

    def leave_pending(route: Route) -> None:
        asked.append(route.request.url)
        if not stuck:
            return route.continue_()
        pending = {"reading_id": "stuck", "status": "pending"}
        return route.fulfill(json=pending, headers={"access-control-allow-origin": "*"})

    context.route("**/readings/*", leave_pending)
    choose(page, PHOTO)
    page.wait_for_function(
        "text => document.getElementById('sending-step').textContent === text",
        arg=EN["sending.reading"],
    )
    while not asked:
        page.wait_for_timeout(50)
    page.clock.fast_forward(31_000)
    page.clock.fast_forward(3_000)
    page.wait_for_function(
        "text => document.getElementById('sending-step').textContent === text",
        arg=EN["sending.late"],
    )
    assert page.evaluate(KEPT) == len(PHOTO)
    stuck.clear()
    while not page.is_visible("#result"):
        page.clock.fast_forward(1_000)
        page.wait_for_timeout(50)
    assert result(page) == EN["result.read"]


def test_a_photo_outlives_the_page(page: Page, context: BrowserContext, stack: Stack) -> None:
    context.route(f"{stack.endpoint}/**", lambda route: route.abort("connectionreset"))
    choose(page, PHOTO)
    page.wait_for_selector("#try-now:not([hidden])")
    assert EN["sending.waiting"].split("{")[0] in page.inner_text("#sending-step")
    page.close()
    context.unroute(f"{stack.endpoint}/**")
    later = opened(context.new_page())
    assert result(later) == EN["result.read"]
    assert SPELT in (later.get_attribute(".number", "aria-label") or "")


def test_a_place_that_closed_meanwhile_is_asked_for_anew(
    page: Page, context: BrowserContext, stack: Stack
) -> None:
    closed: list[str] = []

    def refuse_once(route: Route) -> None:
        if route.request.method != "POST" or closed:
            return route.continue_()
        closed.append(route.request.url)
        body = "<Error><Code>AccessDenied</Code><Message>Policy expired.</Message></Error>"
        allowed = {"access-control-allow-origin": "*"}
        return route.fulfill(status=403, body=body, headers=allowed, content_type="text/xml")

    context.route(f"{stack.endpoint}/**", refuse_once)
    places: list[str] = []
    page.on("request", lambda one: places.append(one.url) if one.url.endswith("/uploads") else None)
    choose(page, PHOTO)
    assert result(page) == EN["result.read"]
    assert (len(places), len(closed)) == (2, 1)


def test_a_slow_network_shows_how_far_it_is(page: Page, context: BrowserContext) -> None:
    session = context.new_cdp_session(page)
    slow = {"offline": False, "latency": 100, "downloadThroughput": -1, "uploadThroughput": 120_000}
    session.send("Network.emulateNetworkConditions", slow)
    page.evaluate(WATCH_PROGRESS)
    choose(page, PHOTO)
    assert result(page) == EN["result.read"]
    assert any(0 < value < 100 for value in page.evaluate("window.shown"))


def test_a_photo_can_be_discarded(page: Page, context: BrowserContext) -> None:
    context.set_offline(True)
    choose(page, PHOTO)
    page.wait_for_selector("#try-now:not([hidden])")
    page.click("#discard")
    page.wait_for_selector("#start:not([hidden])")
    assert page.evaluate(KEPT) == 0


def test_the_keyboard_alone_reaches_everything(page: Page) -> None:
    # Chromium hands choosers over from the first listener on, and takes a moment for that.
    page.on("filechooser", lambda _: None)
    page.focus("#language")
    reached = []
    for _ in range(5):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.dataset.say")
        )
    assert reached == ["look", "open-camera", "choose-file", "foot.desk", "docs"]
    page.focus("#choose-file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(str(SAMPLE))
    assert result(page) == EN["result.read"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "again"


@pytest.mark.parametrize("look", ["light", "dark", "contrast"])
def test_no_fault_hinders_anyone(page: Page, look: str) -> None:
    page.select_option("#look", look)
    assert broken_rules(page) == []
    page.click("#open-camera")
    page.wait_for_selector("#shutter:enabled")
    assert broken_rules(page) == []
    page.click("#shutter")
    result(page)
    assert broken_rules(page) == []
