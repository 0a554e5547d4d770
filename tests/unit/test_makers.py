"""What makers are known to write where ISO 3779 leaves it to them."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from vinreader.makers import carries_check_digit, departures
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
    if vin[4:6] != "XX" and vin[3:6] != "ZZZ" and not carries_check_digit(vin):
        assert departures(vin) == ()


@given(st.sampled_from(["WBA", "TMB", "XW8", "YS3"]), vins)
def test_some_makers_write_a_check_digit_unasked(maker: str, vin: str) -> None:
    number = maker + vin[3:]
    assume(number[3:6] != "ZZZ")
    assert carries_check_digit(number)
    right = number[:8] + check_digit(number) + number[9:]
    assert departures(right) == ()
    wrong = "1" if right[8] != "1" else "2"
    assert departures(right[:8] + wrong + right[9:]) == (9,)


def test_volkswagen_in_russia_writes_fillers_or_a_check_digit() -> None:
    assert not carries_check_digit("XW8ZZZ5NZCG000001")
    assert departures("XW8ZZZ5NZCG000001") == ()
    assert carries_check_digit("XW8AN4NX0NH000001")
