"""Patches of stripes are found where they are and as they stand; nothing else is taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.barcode_pictures import drawn
from vinreader.stripes import StripesConfig, find_stripes, profiles

CONFIG = StripesConfig()
CODE = cv2.resize(drawn("1M8GDM9AXKP042788"), (560, 90), interpolation=cv2.INTER_AREA)


def scene(angle: float, size: float = 1.0) -> np.ndarray:
    """A code in the middle of a grey photo (700, 900), turned counter-clockwise."""
    photo = np.full((700, 900), 150, np.uint8)
    photo[305:395, 170:730] = CODE
    turn = cv2.getRotationMatrix2D((450, 350), angle, size)
    return np.asarray(cv2.warpAffine(photo, turn, (900, 700), borderValue=150), np.uint8)


@pytest.mark.parametrize("angle", [0, 7, -31, 60, 90, 151])
def test_a_code_is_framed_as_it_stands(angle: float) -> None:
    (quad,) = find_stripes(scene(angle), CONFIG)
    along = quad[1] - quad[0]
    found = -np.degrees(np.arctan2(along[1], along[0]))
    assert (found - angle + 90) % 180 - 90 == pytest.approx(0, abs=1.5)
    assert quad.mean(axis=0) == pytest.approx([450, 350], abs=8)
    assert np.hypot(*along) == pytest.approx(560, abs=30)
    assert np.hypot(*(quad[3] - quad[0])) == pytest.approx(85, abs=25)


def test_a_large_photo_gives_places_in_its_own_pixels() -> None:
    large = np.asarray(cv2.resize(scene(0), (2700, 2100), interpolation=cv2.INTER_CUBIC), np.uint8)
    (small,), (quad,) = find_stripes(scene(0), CONFIG), find_stripes(large, CONFIG)
    assert quad.mean(axis=0) == pytest.approx(3 * small.mean(axis=0), abs=20)


def test_text_noise_and_plain_surfaces_are_no_stripes() -> None:
    page = Image.new("L", (900, 700), 220)
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(28)
    for row in range(20):
        pen.text((30, 30 * row), "THIS VEHICLE CONFORMS TO ALL STANDARDS 1M8GDM9AX", 30, font)
    noise = np.random.default_rng(0).integers(0, 256, (700, 900)).astype(np.uint8)
    ramp = np.tile(np.linspace(0, 255, 900), (700, 1)).astype(np.uint8)
    for photo in (np.asarray(page), noise, ramp, np.full((16, 16), 9, np.uint8)):
        assert find_stripes(photo, CONFIG) == []


def test_profiles_are_black_and_white_and_as_many_as_are_configured() -> None:
    photo = scene(5)
    rows = list(profiles(photo, find_stripes(photo, CONFIG)[0], CONFIG))
    ways = CONFIG.leans, CONFIG.sharpening, CONFIG.thresholds
    assert len(rows) == CONFIG.bands * np.prod([len(way) for way in ways])
    assert set(np.unique(rows)) == {0, 255}


def test_a_profile_shows_the_bars_that_were_drawn() -> None:
    """The first one has as many edges as the code, and those of its label."""
    photo = scene(0)
    row = next(profiles(photo, find_stripes(photo, CONFIG)[0], CONFIG))
    inside = row[len(row) // 20 : -len(row) // 20]
    truth = drawn("1M8GDM9AXKP042788")[50]
    assert np.count_nonzero(np.diff(inside)) == np.count_nonzero(np.diff(truth)) + 2
