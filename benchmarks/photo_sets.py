"""Photos for the comparison: such as everybody can draw anew, and real ones where there are any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from training.evaluation.pages import page_photo
from training.evaluation.photos import labelled_photos
from training.synthesis.numbers import ON_THE_ROAD
from training.synthesis.pages import make_page
from training.synthesis.sample_photo import sample_photo

__all__ = ["PhotoSet", "drawn_sets", "real_sets"]

SEED = 20_261
"""No training and no fit begins with it."""
TWELVE_MEGAPIXELS = (4000, 3000)
QUALITY = 90
PAGE_KINDS = ("sticker", "windshield", "plate", "stamped")
DRAWN_AT = (1500, 2000)
"""Height and width at which a page is drawn, before it is enlarged."""

TRACKS = ("native", "low", "unreadable")


@dataclass(frozen=True)
class PhotoSet:
    """Files and what they show: `draw(folder)` gives each file with its VIN, empty where none can
    be read in it."""

    name: str
    draw: Callable[[Path], Iterator[tuple[Path, str]]]


def drawn_sets(large: int, small: int) -> tuple[PhotoSet, ...]:
    """So many photos of 12 megapixels and so many of 256 to 1280 pixels."""
    sets = (
        (large, PhotoSet("drawn, 12 MP", partial(_large, large))),
        (small, PhotoSet("drawn, 256 to 1280 px", partial(_small, small))),
    )
    return tuple(photos for number, photos in sets if number)


def real_sets(real: Path, most: int | None = None) -> tuple[PhotoSet, ...]:
    """The labelled photos of a folder by track, at most so many of each."""
    rows = labelled_photos(real)
    sets = []
    for track in TRACKS:
        chosen = [(real / row["file"], row["vin"]) for row in rows if row["track"] == track]
        if chosen:
            sets.append(PhotoSet(f"real, {track}", partial(_given, chosen[:most])))
    return tuple(sets)


def _given(photos: list[tuple[Path, str]], folder: Path) -> Iterator[tuple[Path, str]]:
    yield from photos


def _large(number: int, folder: Path) -> Iterator[tuple[Path, str]]:
    """Door stickers in colour and pages in grey by turns, enlarged to what phones take."""
    for index in range(number):
        rng = np.random.default_rng([SEED, index])
        if index % 2 == 0:
            photo, vin = sample_photo(rng)
            picture = cv2.cvtColor(photo, cv2.COLOR_RGB2BGR)
        else:
            kind = PAGE_KINDS[index // 2 % len(PAGE_KINDS)]
            page = make_page(rng, DRAWN_AT, kind, numbers=ON_THE_ROAD)
            picture, vin = cv2.cvtColor(page.image, cv2.COLOR_GRAY2BGR), page.number
        enlarged = cv2.resize(picture, TWELVE_MEGAPIXELS, interpolation=cv2.INTER_CUBIC)
        file = folder / f"large-{index:03}.jpg"
        cv2.imwrite(str(file), enlarged, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        yield file, vin


def _small(number: int, folder: Path) -> Iterator[tuple[Path, str]]:
    for index in range(number):
        data, _, vin = page_photo(SEED, index)
        file = folder / f"small-{index:03}.jpg"
        file.write_bytes(data)
        yield file, vin
