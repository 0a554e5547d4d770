"""Numbers in two parts: which lines belong together, and what they show one after the other."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.test_decoding import BOXES, evidence
from vinreader.decoding import decode
from vinreader.rectification import Band
from vinreader.rows import RowsConfig, join, pairs, trimmed

VIN = "1M8GDM9AXKP042788"
CONFIG = RowsConfig()


def line(
    left: float, top: float, length: float = 200, height: float = 24, angle: float = 0
) -> Band:
    """A level line turned about the photo's origin."""
    right, bottom = left + length, top + height
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return Band((corners @ turn.T).astype(np.float32))


@pytest.mark.parametrize("angle", [0, 0.5, -1.4, 3.0])
def test_lines_close_below_one_another_are_a_pair_from_the_top(angle):
    upper, lower = line(100, 100, angle=angle), line(100, 135, 180, angle=angle)
    assert pairs([upper, lower], CONFIG) == [(0, 1)]
    assert pairs([lower, upper], CONFIG) == [(1, 0)]


def test_rows_between_ornaments_are_a_pair_though_they_are_long():
    """Lada stamps 9 and 8 characters between two ornaments each, as long as a whole number."""
    assert pairs([line(100, 100, 320), line(110, 135, 290)], CONFIG) == [(0, 1)]


def test_pieces_of_one_row_are_a_pair_from_the_left():
    assert pairs([line(420, 100), line(100, 102)], CONFIG) == [(1, 0)]


@pytest.mark.parametrize(
    "other",
    [
        line(100, 260),  # far below
        line(100, 105),  # on top of it
        line(320, 135),  # below, but beside
        line(100, 145, height=44),  # much taller
        line(100, 135, length=400),  # long enough for a whole number
        line(100, 135, angle=0.3),  # in another direction
        line(900, 100),  # too far away
    ],
)
def test_other_lines_are_no_pair(other):
    assert pairs([line(100, 100), other], CONFIG) == []


def test_pairs_of_likelier_lines_come_first():
    rows = [line(100, 100), line(100, 400), line(100, 135), line(100, 435)]
    assert pairs(rows, CONFIG) == [(0, 2), (1, 3)]


def test_two_rows_joined_read_as_one_number():
    joined = join(evidence(VIN[:9]), evidence(VIN[9:], start=40))
    candidate = decode(joined)[0]
    assert joined.width == 1920
    assert joined.seams == (960.0,)
    assert candidate.text == VIN
    assert candidate.corrected == candidate.disputed == ()
    assert candidate.centres[[0, 8, 9, 16]].tolist() == [60, 460, 1000, 1350]
    whole = decode(evidence(VIN))[0]
    assert candidate.sight == pytest.approx(whole.sight, abs=0.2)  # no cost for the seam


def test_a_strip_is_trimmed_at_a_whole_frame():
    short = trimmed(evidence(VIN), 300)
    assert len(short.frames) == 19
    assert short.width == 304
    assert short.centres.tolist() == [60, 110, 160, 210, 260]
    assert {len(getattr(short, name)) for name in BOXES} == {5}
    assert trimmed(evidence(VIN), 5000).width == 960
