"""Alphabets of dot printers: no two characters are nearly the same, faces differ as printers do."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import cv2
import numpy as np
import pytest

from training.synthesis.glyphs import CAP_HEIGHT, PAD, STROKE_SYMBOLS, matrix_set
from training.synthesis.matrices import (
    HELD_OUT_MATRICES,
    TRAINED_MATRICES,
    MatrixFace,
    cell,
    designed,
    dots,
    matrix_face,
    pricked,
)
from training.synthesis.scripts import PRINTED_PER_DESIGN

DESIGNS = TRAINED_MATRICES + HELD_OUT_MATRICES
FACES = [matrix_face(design, n) for design in DESIGNS for n in range(PRINTED_PER_DESIGN)]


@pytest.mark.parametrize("design", DESIGNS)
def test_every_two_symbols_differ_by_three_dots_whatever_their_variants(design: str) -> None:
    drawn = designed(design)
    assert set(drawn) == set(STROKE_SYMBOLS)
    for a, b in combinations(drawn, 2):
        for one in drawn[a]:
            for other in drawn[b]:
                assert _dots_apart(one, other) >= 3, (a, b)


@pytest.mark.parametrize("design", DESIGNS)
def test_variants_of_a_symbol_are_different_pictures_on_the_same_grid(design: str) -> None:
    drawn = designed(design)
    assert len({picture.shape for pictures in drawn.values() for picture in pictures}) == 1
    for symbol, pictures in drawn.items():
        for one, other in combinations(pictures, 2):
            assert (one != other).any(), symbol


def test_no_training_design_has_the_grid_that_is_held_out() -> None:
    trained = {designed(design)["H"][0].shape for design in TRAINED_MATRICES}
    assert not trained & {designed(design)["H"][0].shape for design in HELD_OUT_MATRICES}


@pytest.mark.parametrize("design", DESIGNS)
def test_faces_use_plain_slashed_and_dotted_zeros_and_open_and_closed_fours(design: str) -> None:
    faces = [matrix_face(design, number) for number in range(PRINTED_PER_DESIGN)]
    zeros = [_counters(face.pictures["0"]) for face in faces]
    middles = [_middle_stands_free(face.pictures["0"]) for face in faces]
    assert {1, 2} <= set(zeros)  # plain or dotted, and slashed
    assert 3 <= sum(middles) <= len(faces) / 2
    assert {_counters(face.pictures["4"]) for face in faces} == {0, 1}
    for symbol, pictures in designed(design).items():
        used = {face.pictures[symbol].tobytes() for face in faces}
        assert len(used) == len(pictures), symbol


def test_dots_run_from_single_ones_to_merged_strokes_and_faces_from_narrow_to_wide() -> None:
    assert min(face.diameter for face in FACES) < 0.6
    assert max(face.diameter for face in FACES) > 1.1
    across, high = np.array([cell(face) for face in FACES]).T
    assert (across / high).max() > 2.5 * (across / high).min()
    for doubled in ((False, False), (True, False), (False, True), (True, True)):
        assert any(tuple(step > 0 for step in face.doubled) == doubled for face in FACES)
    assert 0.04 < np.mean([face.weak[1] < 1 for face in FACES]) < 0.25
    assert 0.2 < np.mean([face.scatter > 0 for face in FACES]) < 0.6


def test_one_empty_place_between_two_dots_stays_open() -> None:
    for face in FACES:
        assert face.diameter < 2 * face.column - face.doubled[0]
        assert face.diameter < 2 - face.doubled[1]


def test_dots_are_placed_doubled_and_weakened() -> None:
    face = replace(_regular(), column=0.8, doubled=(0.4, 0.0), weak=(6, 0.5))
    first, second = np.split(dots(face, "L"), 2)
    assert second[:, :2] - first[:, :2] == pytest.approx(np.tile([0.4, 0.0], (11, 1)))
    assert first[-5:] == pytest.approx(np.array([[0.8 * i, 6.0, 0.5] for i in range(5)]))
    assert first[:-5] == pytest.approx(np.array([[0.0, i, 1.0] for i in range(6)]))


def test_a_leaning_face_keeps_its_rows() -> None:
    stem = dots(replace(_regular(), lean=0.1), "1")
    upright = dots(_regular(), "1")
    assert stem[:, 1] == pytest.approx(upright[:, 1])
    shift = stem[:, 0] - upright[:, 0]
    assert shift == pytest.approx(0.1 * (3 - upright[:, 1]))


@pytest.mark.parametrize("needle", [False, True])
@pytest.mark.parametrize("design", DESIGNS)
def test_capitals_fill_the_height_and_characters_their_cells(design: str, needle: bool) -> None:
    for number in range(0, PRINTED_PER_DESIGN, 10):
        glyphs = matrix_set(design, number, needle)
        assert set(glyphs) == set(STROKE_SYMBOLS)
        rows = np.flatnonzero(glyphs["H"].mask.max(axis=1) > 60)
        assert rows[0] == pytest.approx(PAD, abs=3)
        assert rows[-1] == pytest.approx(PAD + CAP_HEIGHT, abs=3)
        assert len({glyph.advance for glyph in glyphs.values()}) == 1


def test_a_needle_on_a_grid_sets_single_pits() -> None:
    for design in DESIGNS:
        face = matrix_face(design, 3)
        mask = matrix_set(design, 3, needle=True)["L"].mask
        count, _ = cv2.connectedComponents((mask > 200).astype(np.uint8))
        assert count - 1 == face.pictures["L"].sum()
        assert pricked(face).doubled == (0.0, 0.0)


def test_the_same_number_is_the_same_face() -> None:
    again = matrix_face.__wrapped__("round", 5)
    assert again.diameter == matrix_face("round", 5).diameter
    assert all((again.pictures[s] == matrix_face("round", 5).pictures[s]).all() for s in "0147")
    assert again.diameter != matrix_face("round", 6).diameter
    assert again.diameter != matrix_face("square", 5).diameter


def _regular() -> MatrixFace:
    """A face without any defect."""
    drawn = {symbol: pictures[0] for symbol, pictures in designed("round").items()}
    return MatrixFace(drawn, 0.8, 1.0, 1.0, (0.0, 0.0), 0.0, 0.0, (0, 1.0))


def _dots_apart(one: np.ndarray, other: np.ndarray) -> int:
    """Dots that differ where the two are laid over each other as well as they can be."""
    still = np.pad(one, ((0, 0), (1, 1)))
    moved = [np.pad(other, ((0, 0), (1 + step, 1 - step))) for step in (-1, 0, 1)]
    return min(int((still != picture).sum()) for picture in moved)


def _counters(picture: np.ndarray) -> int:
    """Regions that the dots enclose, diagonal neighbours touching."""
    ground = np.pad(~picture, 1, constant_values=True).astype(np.uint8)
    count, _ = cv2.connectedComponents(ground, connectivity=4)
    return count - 2


def _middle_stands_free(picture: np.ndarray) -> bool:
    """Whether dots in the middle touch none of the others."""
    count, _ = cv2.connectedComponents(picture.astype(np.uint8), connectivity=8)
    return count - 1 == 2
