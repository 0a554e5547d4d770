"""What looks say together, in figures that can be told by hand."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_quality import NOT_APPLICABLE, VALID, VOLUNTEERED, look
from vinreader.looks import Look, elect
from vinreader.rectification import Band
from vinreader.support import Support, another_number, support_of

MISREAD = VALID[:16] + "6"
LIMIT = float(np.log(0.999 / 0.001))
OTHER = "JS3TD62V6Y4100123"


def told(*looks: Look) -> Support:
    best, votes = elect(list(looks), temperature=1.5, checked=1.4)
    return support_of(best, list(looks), votes)


def lower(shown: Look, down: float) -> Look:
    """The same look at a line so many pixels further down."""
    return replace(shown, bands=(Band(shown.bands[0].quad + np.array([0, down], np.float32)),))


def test_looks_that_agree() -> None:
    said = told(*[look(VALID, weakest=0.9, score=-0.5, sight=-1.0)] * 3)
    assert (said.weakest, said.usual) == pytest.approx((np.log(9), np.log(9)), abs=1e-3)
    assert said.whole == pytest.approx(np.log(0.9) + 16 * np.log(0.995), abs=1e-3)
    assert (said.sight, said.others, said.disputed, said.corrected) == (-1.0, 0.0, 0.0, 0.0)
    assert said.agreeing == pytest.approx(np.log(3))
    assert (said.votes, said.rival, said.against) == pytest.approx((LIMIT, -LIMIT, -LIMIT))
    assert (said.pooled, said.plain) == pytest.approx((np.log(9), np.log(9)), abs=1e-3)
    assert (said.demanded, said.volunteered, said.on_record) == (1.0, 0.0, 1.0)
    assert said.uneven == pytest.approx(np.log(0.02), abs=0.01)


def test_one_look_in_four_that_sees_another_character() -> None:
    said = told(*[look(VALID, score=-0.5)] * 3, look(MISREAD, score=-0.5))
    assert said.others == pytest.approx(np.log(2))
    assert said.votes == pytest.approx(np.log(3))
    assert (said.rival, said.against) == pytest.approx((np.log(1 / 3), np.log(1 / 3)))
    seen = (3 * 0.995 + 0.0001) / 4
    assert said.plain == pytest.approx(np.log(seen / (1 - seen)), abs=1e-3)
    assert said.weakest == pytest.approx(np.log(99), abs=0.01)  # the fourth, not the last


def test_characters_that_are_partly_beyond_the_edges_of_the_photo_are_counted() -> None:
    shown = look(VALID)
    first, last = (float(shown.candidate.centres[n]) for n in (0, -1))
    half = float(shown.candidate.widths[0]) / 2

    def outside(right: float, down: float, width: float = 3000) -> float:
        quad = shown.bands[0].quad + np.array([right, down], np.float32)
        return told(replace(shown, bands=(Band(quad),), photo=(int(width), 200))).outside

    assert outside(500, 50) == 0.0
    assert outside(half - first + 1, 50) == 0.0
    assert outside(-first, 50) == 1.0
    assert outside(500, 50, width=500 + last) == 1.0
    assert outside(500, 50, width=500 + (first + last) / 2) == 3.0  # no more are told
    # a margin may be beyond the upper edge, a half of the characters may not
    assert outside(500, -6) == 0.0
    assert outside(500, -16) == 3.0


def test_looks_at_another_line_are_others_but_no_rivals() -> None:
    said = told(*[look(VALID)] * 2, look(OTHER))
    assert said.others == pytest.approx(np.log(2))
    assert (said.rival, said.against) == pytest.approx((-LIMIT, -LIMIT))


def test_the_check_digit_denies_other_symbols_but_those_of_equal_value() -> None:
    """J and A and 1 count the same, 6 and 7 do not (49 CFR 565, table III)."""
    blind = told(*[look(VALID)] * 3, look("J" + VALID[1:]))
    assert blind.undenied > np.log(0.2)
    denied = told(*[look(VALID)] * 3, look(MISREAD))
    assert denied.undenied == pytest.approx(-LIMIT)
    nobody = told(*[look(NOT_APPLICABLE)] * 3, look(NOT_APPLICABLE[:16] + "7"))
    assert nobody.undenied > np.log(0.2)


def test_who_vouches_for_a_number() -> None:
    for number, expected in ((VALID, (1, 0)), (VOLUNTEERED, (0, 1)), (NOT_APPLICABLE, (0, 0))):
        said = told(look(number))
        assert (said.demanded, said.volunteered) == expected


@given(
    st.lists(
        st.tuples(st.sampled_from((VALID, MISREAD, OTHER)), st.floats(0, 1), st.floats(-90, 1)),
        min_size=1,
        max_size=6,
    )
)
def test_all_figures_are_finite_and_bounded(shown: list[tuple[str, float, float]]) -> None:
    vector = told(*[look(text, weakest, score, score) for text, weakest, score in shown]).vector()
    assert vector.shape == (len(fields(Support)),)
    assert np.all(np.isfinite(vector))
    assert np.abs(vector).max() < 150


def test_another_number_stands_on_another_line_and_is_clear() -> None:
    mine, other = look(VALID), look(OTHER, score=-1.0)
    assert another_number(mine, [mine, lower(other, 60)], clear=-3.0) is not None
    assert another_number(mine, [mine, other], clear=-3.0) is None  # a misread look at this line
    assert another_number(mine, [mine, lower(look(OTHER, score=-5.0), 60)], clear=-3.0) is None


@pytest.mark.parametrize("text", [VALID, MISREAD, VALID[2:] + "77", "ZZZ" + VALID[:14]])
def test_the_same_number_printed_twice_is_one(text: str) -> None:
    mine = look(VALID)
    assert another_number(mine, [mine, lower(look(text), 60)], clear=-3.0) is None
