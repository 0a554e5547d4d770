"""Takes the pictures of the pages for the README: `make page-pictures`."""

from __future__ import annotations

import io
import tempfile
import threading
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from local.front import Front
from local.functions import LocalFunction
from local.http_api import HttpApi
from local.queue_loop import QueueLoop
from local.stack import running_stack
from tests.browser import (
    DESK,
    IMAGE,
    PHONE,
    camera_film,
    choose,
    covered_photos,
    first,
    number_of_the_sample,
    opened,
    result,
    running_browser,
    small_photos,
)
from tests.photos import SAMPLE
from vinreader.results import Reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser

IMAGES = Path(__file__).parents[1] / "docs" / "images"
GAP = 24
WIDTH = 1400
QUALITY = 74
REVIEWED = 7
"""Readings on the desk in its picture."""


def main() -> None:
    with running_stack() as stack, tempfile.TemporaryDirectory() as folder:
        api = HttpApi(LocalFunction("api"))
        loop = QueueLoop(stack.queue_url, LocalFunction("photo_reader"))
        known = number_of_the_sample(api)
        film = camera_film(known, Path(folder) / "phone.mjpeg")
        with (
            Front(api, 0, stack.endpoint) as front,
            loop.serving(),
            running_browser(film) as browser,
        ):
            thread = threading.Thread(target=front.serve_forever)
            thread.start()
            try:
                take(api, known, browser, front.address)
            finally:
                front.shutdown()
                thread.join()


def take(api: HttpApi, known: Reading, browser: Browser, address: str) -> None:
    asked, _ = first(api, covered_photos(known), lambda one: bool(one["question"]))
    save(side_by_side(phones(browser, address, asked)), "capture.jpg")
    for photo in islice(chain(small_photos(), covered_photos(known)), 3 * REVIEWED):
        api.request("POST", "/readings", IMAGE, photo)
    api.request("POST", "/readings", IMAGE, asked)
    save(desk(browser, address), "desk.jpg")


def phones(browser: Browser, address: str, asked: bytes) -> list[Image.Image]:
    """The camera, a number that is read, one to be asked about, and one read at night."""
    screens = []
    for look in ("light", "dark"):
        context = browser.new_context(base_url=address, viewport=PHONE, device_scale_factor=2)
        page = opened(context.new_page())
        page.select_option("#look", look)
        if look == "light":
            page.click("#open-camera")
            page.wait_for_selector("#shutter:enabled")
            screens.append(page.screenshot())
            page.click("#shutter")
            result(page)
            screens.append(page.screenshot())
            page.click("#again")
            page.click("#close-camera")
            choose(page, asked)
            page.wait_for_selector("#question:not([hidden])")
            screens.append(page.screenshot())
        else:
            choose(page, SAMPLE.read_bytes())
            result(page)
            screens.append(page.screenshot())
        context.close()
    return [Image.open(io.BytesIO(screen)).convert("RGB") for screen in screens]


def desk(browser: Browser, address: str) -> Image.Image:
    context = browser.new_context(base_url=address, viewport=DESK, device_scale_factor=2)
    page = opened(context.new_page(), "/desk.html")
    page.wait_for_selector("#strip .mark")
    page.wait_for_selector("#photo img")
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB")


def side_by_side(screens: list[Image.Image]) -> Image.Image:
    width = sum(screen.width for screen in screens) + GAP * (len(screens) - 1)
    sheet = Image.new("RGB", (width, screens[0].height), (255, 255, 255))
    left = 0
    for screen in screens:
        sheet.paste(screen, (left, 0))
        left += screen.width + GAP
    return sheet


def save(picture: Image.Image, name: str) -> None:
    size = (WIDTH, round(WIDTH * picture.height / picture.width))
    path = IMAGES / name
    picture.resize(size, Image.Resampling.LANCZOS).save(path, quality=QUALITY, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
