"""The course of a line: tilted, bent or shifted in its quad, it is followed within two pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vinreader.hugging import hug
from vinreader.rectification import Band, cut

VIN = "1M8GDM9AXKP042788"
LEFT, RIGHT, MIDDLE = 100.0, 740.0, 150.0
SIZE = 44
CAP = 32
"""Height of the capitals in pixels, by Pillow's own face at that size."""


def written(tilt: float, bend: float) -> np.ndarray:
    """A grey photo (300, 840) of the number, each character's middle on the course: `tilt` pixels
    from end to end and `bend` pixels of sag in the middle."""
    photo = Image.new("L", (840, 300), 190)
    font = ImageFont.load_default(SIZE)
    pen = ImageDraw.Draw(photo)
    for i, symbol in enumerate(VIN):
        along = (i + 0.5) / len(VIN)
        x, y = LEFT + along * (RIGHT - LEFT), float(course(along, tilt, bend))
        box = font.getbbox(symbol)
        pen.text((x - (box[0] + box[2]) / 2, y - (box[1] + box[3]) / 2), symbol, fill=40, font=font)
    return np.asarray(photo)


def course(along: np.ndarray | float, tilt: float, bend: float) -> np.ndarray | float:
    """Where the middle of the line is, in pixels from the top."""
    return MIDDLE + tilt * (along - 0.5) + bend * 4 * along * (1 - along)


def found(shift: float = 0.0, height: float = 40.0) -> Band:
    """A level quad over the line."""
    top, bottom = MIDDLE + shift - height / 2, MIDDLE + shift + height / 2
    return Band(np.array([[LEFT, top], [RIGHT, top], [RIGHT, bottom], [LEFT, bottom]], np.float32))


def middles(band: Band, at: np.ndarray) -> np.ndarray:
    """Heights of the band's middle in the photo, at shares of its length."""
    parts = [band.section(float(a), float(a)).quad for a in at]
    return np.array([part.mean(axis=0)[1] for part in parts])


@pytest.mark.parametrize(
    ("tilt", "bend", "shift"),
    [(0, 0, 0), (12, 0, 0), (-16, 0, 3), (0, 12, 4), (0, -10, -4), (0, 0, 8), (10, 8, 4)],
)
def test_the_middle_follows_the_line(tilt, bend, shift):
    hugged = hug(written(tilt, bend), found(shift))
    at = np.linspace(0.05, 0.95, 10)
    np.testing.assert_allclose(middles(hugged, at), course(at, tilt, bend), atol=3.0)
    assert np.abs(middles(hugged, at) - course(at, tilt, bend)).mean() < 2.0


def test_the_ends_stay_where_they_are():
    hugged = hug(written(10, 8), found())
    assert hugged.quad[:, 0] == pytest.approx([LEFT, RIGHT, RIGHT, LEFT], abs=1)


def test_a_band_of_another_height_takes_that_of_the_text():
    for height in (30.0, 50.0):
        hugged = hug(written(0, 0), found(height=height))
        tall = float(hugged.quad[3, 1] - hugged.quad[0, 1])
        assert abs(tall - CAP) < abs(height - CAP) or tall == pytest.approx(CAP, abs=5)


def test_a_bent_line_comes_out_level_once_it_is_followed():
    photo = written(8, 12)
    hugged = hug(photo, found(4))
    (strip,) = cut(photo, hugged.quad[None], (960, 32), [hugged.bend])
    ink = 255.0 - strip
    rows = np.arange(32)[:, None]
    centres = [
        float((ink[:, x : x + 160] * rows).sum() / ink[:, x : x + 160].sum())
        for x in range(0, 960, 160)
    ]
    assert max(centres) - min(centres) < 2.5


def test_nothing_to_see_leaves_the_band_nearly_alone():
    blank = np.full((300, 840), 128, np.uint8)
    assert np.isfinite(hug(blank, found()).quad).all()
