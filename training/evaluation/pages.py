"""Whole synthetic photos put through the reader: every stage at work, and the truth known."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from training.evaluation.outcomes import PhotoOutcome
from training.evaluation.photos import outcome_of
from training.synthesis.numbers import ON_THE_ROAD
from training.synthesis.pages import KINDS, make_page
from vinreader.reader import Reader

__all__ = ["page_photo", "read_pages"]

SIDES = (256, 1280)
"""Pixels of a photo's longer side, from the smallest to the largest."""
ASPECTS = (1.0, 4 / 3, 16 / 9)
QUALITIES = (55, 96)
"""Of the JPEG files, the second excluded."""


def read_pages(reader: Reader, number: int, seed: int) -> Iterator[PhotoOutcome]:
    """Outcomes of so many photos of `page_photo`."""
    for index in range(number):
        data, kind, label = page_photo(seed, index)
        yield outcome_of(reader, data, f"{kind}/{index}", label, ("pages", kind))


def page_photo(seed: int, index: int) -> tuple[bytes, str, str]:
    """A JPEG file, the kind of page that it shows, and the VIN, empty where there is none or only a
    part of one. No training begins with such a stream of random numbers."""
    rng = np.random.default_rng([seed, index, len(KINDS)])
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    long = float(np.exp(rng.uniform(*np.log(SIDES))))
    short = long / float(rng.choice(ASPECTS))
    tall, wide = (long, short) if rng.random() < 0.4 else (short, long)
    page = make_page(rng, (int(tall), int(wide)), kind, numbers=ON_THE_ROAD)
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*QUALITIES))]
    written, data = cv2.imencode(".jpg", page.image, quality)
    if not written:
        raise RuntimeError("OpenCV writes no JPEG")
    return data.tobytes(), kind, page.number
