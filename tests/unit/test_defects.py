"""Lines drawn here and spoilt in one known way: that defect is named first, and the advice fits."""

from __future__ import annotations

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from vinreader.defects import (
    DEFECTS,
    Findings,
    advised,
    inspect_line,
    inspect_photo,
    photo_measures,
    weights_of,
)
from vinreader.levelling import level
from vinreader.measures import Measures
from vinreader.measuring import measured
from vinreader.quality import SHOW_THE_NUMBER, TAKE_CLOSER, TWO_NUMBERS
from vinreader.results import Character, Defect, Reading, Status

VIN = "1M8GDM9AXKP042788"
PITCH, CAP = 30.0, 31.0
LEFT, TOP = 60.0, 80.0


def photo_of(ink: int = 45, ground: int = 205) -> np.ndarray:
    """A grey photo (200, 640) of a number."""
    photo = Image.new("L", (640, 200), ground)
    pen = ImageDraw.Draw(photo)
    font = ImageFont.load_default(44)
    for i, symbol in enumerate(VIN):
        at = (LEFT + PITCH * (i + 0.5), TOP + CAP / 2)
        pen.text(at, symbol, fill=ink, font=font, anchor="mm")
    noise = np.random.default_rng(0).normal(0, 1.5, (200, 640))
    return np.clip(np.asarray(photo) + noise, 0, 255).astype(np.uint8)


def boxes(scale: float = 1.0, left: float = LEFT) -> np.ndarray:
    """The characters (17, 4, 2) of that photo, enlarged."""
    x = left + PITCH * np.arange(17)[:, None] + np.array([2, PITCH - 2, PITCH - 2, 2])
    y = np.broadcast_to([TOP - 5, TOP - 5, TOP + CAP + 5, TOP + CAP + 5], x.shape)
    return (np.stack([x, y], axis=-1) * scale).astype(np.float32)


def smeared(photo: np.ndarray, length: int) -> np.ndarray:
    """The phone moved aslant."""
    kernel = np.eye(length, dtype=np.float32) / length
    soft = cv2.filter2D(cv2.GaussianBlur(photo, (0, 0), 1), -1, kernel).astype(float)
    noise = np.random.default_rng(2).normal(0, 1.5, photo.shape)
    return np.clip(soft + noise, 0, 255).astype(np.uint8)


def shrunk(photo: np.ndarray, scale: float) -> np.ndarray:
    smaller = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(smaller, np.uint8)


def unfocused(photo: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), 7), np.uint8)


def shone_on(photo: np.ndarray) -> np.ndarray:
    x, y = np.meshgrid(np.arange(640), np.arange(200))
    spot = np.exp(-(((x - 300) / 60) ** 2) - ((y - 95) / 30) ** 2)
    return np.clip(photo + 260 * spot, 0, 255).astype(np.uint8)


def covered(photo: np.ndarray) -> np.ndarray:
    photo = photo.copy()
    photo[60:130, 200:330] = 120
    return photo


def first(findings: Findings) -> str:
    return findings.defects[0].type if findings.defects else ""


@pytest.mark.parametrize(("ink", "ground"), [(45, 205), (215, 30)])
def test_nothing_is_wrong_with_a_clear_line(ink, ground):
    assert inspect_line(photo_of(ink, ground), boxes()) == Findings()


@pytest.mark.parametrize(
    ("spoilt", "name"),
    [
        (unfocused(photo_of()), "blurry"),
        (smeared(photo_of(), 21), "blurry"),
        (shone_on(photo_of(215, 40)), "glare"),
        ((photo_of() * 0.14).astype(np.uint8), "dark"),
        ((photo_of() * 0.07 + 120).astype(np.uint8), "low_contrast"),
        (covered(photo_of()), "obstructed"),
    ],
)
def test_what_spoils_a_line_is_named_first(spoilt, name):
    assert first(inspect_line(spoilt, boxes())) == name


def test_small_characters_are_told_with_their_height():
    findings = inspect_line(shrunk(photo_of(), 0.25), boxes(0.25))
    assert first(findings) == "too_small"
    assert findings.advice in {
        f"Step closer: the characters are only {cap} pixels high." for cap in (7, 8, 9)
    }


def test_a_number_that_the_photos_edge_cuts_is_cut_off():
    findings = inspect_line(photo_of()[:, 130:].copy(), boxes(left=LEFT - 130))
    assert first(findings) == "cut_off"
    assert "an end of it lies outside" in findings.advice


def test_a_moved_phone_is_told_from_a_wrong_focus():
    moved = inspect_line(smeared(photo_of(), 21), boxes())
    soft = inspect_line(unfocused(photo_of()), boxes())
    assert "smeared" in moved.advice
    assert "focus" in soft.advice


def test_the_surest_defect_comes_first():
    worst = (shrunk(photo_of(), 0.25) * 0.14).astype(np.uint8)
    confidences = [defect.confidence for defect in inspect_line(worst, boxes(0.25)).defects]
    assert len(confidences) > 1
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0, 4.0])
def test_the_height_of_capitals_is_measured_in_pixels_of_the_photo(scale):
    photo = shrunk(photo_of(), scale)
    cap = float(np.exp(measured(level(photo, boxes(scale))).cap))
    assert cap == pytest.approx(CAP * scale, rel=0.15)


def test_direction_and_colour_change_nothing():
    spoilt = shone_on(photo_of(215, 40))
    upright = inspect_line(spoilt, boxes())
    size = np.array([640, 200], np.float32)
    assert inspect_line(spoilt[::-1, ::-1].copy(), size - boxes()).defects[0].type == first(upright)
    coloured = np.repeat(spoilt[:, :, None], 3, axis=2)
    assert inspect_line(coloured, boxes()) == upright


def test_two_rows_are_one_line():
    photo = np.full((300, 640), 205, np.uint8)
    row = photo_of()[60:140]
    photo[40:120], photo[160:240] = row, row
    quads = boxes()
    moved = np.array([[0, -20]] * 9 + [[0, 100]] * 8, np.float32)
    rows = quads + moved[:, None]
    assert inspect_line(photo, rows).defects == ()
    assert level(photo, rows).parts == 17


def test_of_a_whole_photo_darkness_is_told():
    assert first(inspect_photo((photo_of() * 0.12).astype(np.uint8))) == "dark"
    assert "dark" not in {defect.type for defect in inspect_photo(photo_of()).defects}


def test_advice_is_for_numbers_that_are_not_to_be_trusted():
    photo = np.repeat(shrunk(photo_of(), 0.25)[:, :, None], 3, axis=2)
    found = tuple(
        Character(symbol, 0.9, tuple((float(x), float(y)) for x, y in quad))  # type: ignore[arg-type]
        for symbol, quad in zip(VIN, boxes(0.25), strict=True)
    )
    doubted = Reading(Status.RETAKE, VIN, 0.2, characters=found, advice=(TAKE_CLOSER,))
    retake = advised(doubted, photo)
    read = advised(Reading(Status.READ, VIN, 0.9, characters=found), photo)
    assert retake.advice[0].startswith("Step closer")
    assert read.advice == ()
    assert read.defects == retake.defects
    assert read.defects[0].type == "too_small"
    two = replace(doubted, advice=(TWO_NUMBERS,))
    assert advised(two, photo) == replace(two, defects=read.defects)


def test_advice_stays_where_nothing_is_wrong_with_the_photo():
    reading = Reading(Status.NOT_FOUND, advice=(SHOW_THE_NUMBER,))
    assert advised(reading, photo_of()) == reading


def test_weights_are_there_for_every_defect():
    assert set(weights_of("line")) == set(DEFECTS)
    assert "dark" in weights_of("photo")
    assert all(one.linear.any() for one in weights_of("line").values())


coordinates = st.floats(-300, 900, width=32)
characters = st.lists(st.tuples(coordinates, coordinates), min_size=4, max_size=24)


@given(characters, st.sampled_from(["black", "white", "noise", "tiny"]))
def test_any_line_in_any_photo_has_finite_figures(points, kind):
    """Also where quads are points, crossed, or far outside."""
    shape = (16, 16) if kind == "tiny" else (120, 300)
    filled = {"black": 0, "white": 255}.get(kind)
    photo = np.full(shape, filled if filled is not None else 0, np.uint8)
    if filled is None:
        photo[:] = np.random.default_rng(1).integers(0, 256, shape)
    quads = np.array(points[: len(points) // 4 * 4], np.float32).reshape(-1, 4, 2)
    measures = measured(level(photo, quads))
    assert np.isfinite(measures.vector()).all()
    assert len(measures.vector()) == len(fields(Measures))
    assert np.isfinite(photo_measures(photo).vector()).all()
    for defect in inspect_line(photo, quads).defects:
        assert isinstance(defect, Defect)
        assert 0.5 <= defect.confidence <= 1
