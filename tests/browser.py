"""Headless Chromium on the pages, with a camera that shows what a test wants."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image, ImageDraw, ImageFilter

from local.http_api import HttpApi
from local.pages import PAGES
from tests.photos import SAMPLE
from vinreader.results import Reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # as root, as CI runs
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1360, "height": 900}

IMAGE = {"content-type": "image/jpeg"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

HARMLESS = ("Failed to load resource",)
"""What the console tells of a network that a test took away; all else there is a fault."""


@contextmanager
def running_browser(camera: Path) -> Iterator[Browser]:
    """Chromium whose camera shows a file of JPEGs; skips where it or Playwright is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed (make setup)"
    )
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=program, args=[*FLAGS, f"--use-file-for-fake-video-capture={camera}"]
        )
        yield browser
        browser.close()


class Faults(list[str]):
    """What the pages of a test complained of, in the console or by an uncaught error."""

    def listen(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not message.text.startswith(HARMLESS):
            self.append(message.text)


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def sample() -> Image.Image:
    """The sample photo's pixels."""
    with Image.open(SAMPLE) as image:
        return image.convert("RGB")


def number_of_the_sample(api: HttpApi) -> Reading:
    """The sample as the reader sees it: where its number stands."""
    answer = api.request("POST", "/readings", {"content-type": "image/jpeg"}, SAMPLE.read_bytes())
    return Reading.from_dict(answer.json())


def camera_film(reading: Reading, path: Path) -> Path:
    """A film for a phone held upright: the sample's number, level, where the page's frame is."""
    quad = reading.quad
    assert quad
    xs, ys = [x for x, _ in quad], [y for _, y in quad]
    number = sample().crop((min(xs) - 60, min(ys) - 60, max(xs) + 60, max(ys) + 60))
    number = number.resize((620, round(620 * number.height / number.width)))
    film = Image.new("RGB", (720, 1280), (96, 104, 112))
    # The stage is the screen without the controls; the frame's centre is at 44 % of it.
    film.paste(
        number, ((film.width - number.width) // 2, round(0.44 * film.height) - number.height // 2)
    )
    path.write_bytes(2 * jpeg(film, 92))
    return path


def small_photos() -> Iterator[bytes]:
    """The sample, ever smaller and more blurred: in the end nobody should trust what is read."""
    for scale in (0.3, 0.24, 0.2, 0.17, 0.15, 0.13, 0.11):
        picture = sample()
        size = (round(picture.width * scale), round(picture.height * scale))
        for blur in (0.6, 1.2):
            yield jpeg(picture.resize(size).filter(ImageFilter.GaussianBlur(blur)))


def covered_photos(reading: Reading) -> Iterator[bytes]:
    """The sample with the lower or the upper half of one of its characters painted over."""
    for character in reading.characters:
        xs, ys = [x for x, _ in character.box], [y for _, y in character.box]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
        middle = (top + bottom) / 2
        for above, below in ((middle, bottom), (top, middle)):
            picture = sample()
            ImageDraw.Draw(picture).rectangle((left, above, right, below), fill=(190, 188, 180))
            yield jpeg(picture, 90)


def words(language: str) -> dict[str, str]:
    """What the pages say in a language, by key."""
    told: dict[str, str] = json.loads((PAGES / f"words/{language}.json").read_text("utf-8"))
    return told | spare_words()[language]


def spare_words() -> dict[str, dict[str, str]]:
    """What the pages can say without having fetched any words, by language and key."""
    script = (PAGES / "js/spare.js").read_text("utf-8")
    found = re.search(r"export const SPARE = ({.*});", script, re.DOTALL)
    assert found
    spare: dict[str, dict[str, str]] = json.loads(found[1])
    return spare


def opened(page: Page, path: str = "/") -> Page:
    """The page, once it can be used."""
    page.goto(path)
    page.wait_for_selector("html[data-ready]")
    return page


def in_fields(page: Page) -> str:
    """The number as it stands in the desk's fields."""
    return "".join(field.input_value() for field in page.locator("#cells input").all())


def told(page: Page, text: str) -> None:
    """Wait until the page's status line says so."""
    page.locator("#told").filter(has_text=text).wait_for(state="attached")


def choose(page: Page, photo: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> None:
    """Choose a file on the page for the phone."""
    page.set_input_files("#file", {"name": name, "mimeType": kind, "buffer": photo})


def result(page: Page) -> str:
    """What that page says of the photo, once it says something."""
    page.wait_for_selector("#result:not([hidden])")
    return page.inner_text("#result-title")


def first(
    api: HttpApi, photos: Iterator[bytes], wanted: Callable[[dict[str, Any]], bool]
) -> tuple[bytes, dict[str, Any]]:
    """The first photo whose reading is as wanted, and that: which it is depends on the models."""
    for photo in photos:
        reading = api.request("POST", "/readings", IMAGE, photo).json()
        if wanted(reading):
            return photo, reading
    pytest.fail("the reader answers no photo of these as wanted")


def broken_rules(page: Page) -> list[str]:
    """Every rule of WCAG 2.2 AA that axe sees broken, and where."""
    module = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe is not installed (make setup)"
    )
    wanted = {"runOnly": {"type": "tag", "values": RULES}}
    found = module.Axe().run(page, options=wanted).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
