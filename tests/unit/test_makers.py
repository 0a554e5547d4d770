"""What makers are known to write where ISO 3779 leaves it to them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.makers import departures
from vinreader.vin import ALPHABET, check_digit

vins = st.text(ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize(
    ("vin", "where"),
    [
        ("WF0AXXGCAA0000003", ()),
        ("WF0AXX8CAA0000003", (7,)),
        ("SFAAXX81AA0000003", (7, 8)),
        ("WF0AXY81AA0000003", ()),  # no filler: built another way
        ("1FAAXX81AA0000003", ()),  # Ford of North America has a scheme of its own
        ("WVWZZZ1KZ8W000001", ()),
        ("WVWZZZ1K28W000001", (9,)),
        ("WVWZZY1K28W000001", ()),
    ],
)
def test_fillers_tell_how_a_number_goes_on(vin: str, where: tuple[int, ...]) -> None:
    assert departures(vin) == where


@given(vins)
def test_a_check_digit_may_stand_for_the_last_filler(vin: str) -> None:
    filled = vin[:3] + "ZZZ" + vin[6:]
    assert departures(filled[:8] + check_digit(filled) + filled[9:]) == ()


@given(vins)
def test_most_numbers_are_free(vin: str) -> None:
    if vin[4:6] != "XX" and vin[3:6] != "ZZZ":
        assert departures(vin) == ()
