"""Alphabets built from strokes: every symbol is itself in every face, and faces differ as makers'
do."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest

from training.synthesis.glyphs import CAP_HEIGHT, PAD, needle_set, stroke_set
from training.synthesis.pens import dots_along
from training.synthesis.scripts import NEEDLE_DOTS
from training.synthesis.strokes import STROKE_FAMILIES, paths, stroke_face
from vinreader.vin import ALPHABET

FACES = [(family, number) for family in STROKE_FAMILIES for number in range(12)]


@pytest.mark.parametrize("family", STROKE_FAMILIES)
def test_no_two_symbols_of_a_face_look_the_same(family: str) -> None:
    for number in range(12):
        glyphs = stroke_set(family, number)
        assert set(ALPHABET) <= set(glyphs)
        shapes = {
            symbol: cv2.resize(glyphs[symbol].mask, (40, 64)).astype(np.float32) / 255
            for symbol in ALPHABET
        }
        for a, b in combinations(ALPHABET, 2):
            assert np.abs(shapes[a] - shapes[b]).mean() > 0.02, (number, a, b)


@pytest.mark.parametrize(("family", "number"), FACES[::5])
def test_capitals_stand_between_the_cap_line_and_the_baseline(family: str, number: int) -> None:
    rows = np.flatnonzero(stroke_set(family, number)["H"].mask.max(axis=1) > 100)
    assert rows[0] == pytest.approx(PAD, abs=4)
    assert rows[-1] == pytest.approx(PAD + CAP_HEIGHT, abs=4)


def test_faces_differ_in_what_makers_differ_in() -> None:
    faces = [stroke_face(family, number) for family, number in FACES]
    for symbol in "134679":  # base of 1, flat 3, open 4, straight 6 and 9, crossed 7
        with_variant = sum(symbol in face.variants for face in faces)
        assert 0.2 * len(faces) < with_variant < 0.6 * len(faces)
    assert {face.zero for face in faces} == {"plain", "slash", "dot"}
    assert {face.slab for face in faces} == {True, False}
    assert max(face.weight for face in faces) > 2.5 * min(face.weight for face in faces)
    assert max(face.width for face in faces) > 1.8 * min(face.width for face in faces)


def test_the_same_number_is_the_same_face() -> None:
    assert stroke_face("stamp", 5) == stroke_face("stamp", 5)
    assert stroke_face("stamp", 5) != stroke_face("stamp", 6)
    assert stroke_face("stamp", 5) != stroke_face("plate", 5)


def test_softened_corners_leave_the_b_and_the_d_a_straight_back() -> None:
    faces = [stroke_face("engraver", number) for number in range(40)]
    soft = [face for face in faces if face.soft]
    assert 8 < len(soft) < 24
    for face in soft:
        assert face.soft < 0.7 * face.corner
        for symbol in "BD":
            drawn, _ = paths(face, symbol)
            back = np.concatenate(drawn)
            back = back[back[:, 0] < 1e-3, 1]
            assert 0 < back.min() < 0.3 < 0.7 < back.max() < 1  # rounded, and yet upright
        sharp, _ = paths(replace(face, soft=0.0), "E")
        assert [0.0, 0.0] in sharp[0].tolist()
        assert [0.0, 0.0] not in paths(face, "E")[0][0].tolist()


def test_an_open_four_has_no_counter() -> None:
    faces = [stroke_face("engraver", number) for number in range(30)]
    for number in (
        next(i for i, face in enumerate(faces) if "4" not in face.variants),
        next(i for i, face in enumerate(faces) if "4" in face.variants),
    ):
        mask = stroke_set("engraver", number)["4"].mask
        ground = np.pad((mask < 128).astype(np.uint8), 1, constant_values=1)
        count, _ = cv2.connectedComponents(ground, connectivity=4)
        closed = "4" not in faces[number].variants
        assert count - 1 == (2 if closed else 1)


def test_dots_stand_at_even_steps_along_the_strokes() -> None:
    drawn, _ = paths(stroke_face("engraver", 1), "T")
    points = dots_along(drawn[1:], 0.1)  # the stem
    assert np.diff(points[:, 1]) == pytest.approx(np.full(10, 0.1), abs=1e-3)


@pytest.mark.parametrize("family", STROKE_FAMILIES)
def test_look_alikes_that_a_needle_pricks_are_an_eighth_apart(family: str) -> None:
    for number in range(0, 20, 3):
        glyphs = needle_set(family, number, min(NEEDLE_DOTS))
        for a, b in ("8B", "0D", "VY", "MW", "6G", "5S", "2Z"):
            one, other = (_blurred(glyphs[symbol].mask) for symbol in (a, b))
            apart = np.abs(one - other).sum() / (one.sum() + other.sum())
            assert apart > 1 / 8, (number, a, b)


def _blurred(mask: np.ndarray) -> np.ndarray:
    """As a photo shows it with capitals 16 pixels high."""
    small = cv2.resize(mask, (12, 21), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small.astype(np.float32), (0, 0), 0.6)
