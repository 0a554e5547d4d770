"""How many pictures HEVC data hold."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.hevc import LIMITS, TooManyUnits, coded_pictures

KEY_SLICE, NOTE = 20, 39


def unit(kind: int, first: bool = True) -> bytes:
    """A unit with its length, in four bytes."""
    return struct.pack(">IBBB", 7, kind << 1, 1, 0x80 if first else 0) + b"data"


def test_each_first_slice_begins_a_picture():
    assert coded_pictures(b"", 4) == 0
    assert coded_pictures(unit(NOTE) + unit(KEY_SLICE), 4) == 1
    assert coded_pictures(unit(KEY_SLICE) + unit(KEY_SLICE, first=False) * 9, 4) == 1
    assert coded_pictures(unit(KEY_SLICE) * 3, 4) == 3


def test_lengths_may_be_short():
    assert coded_pictures((b"\x03" + bytes([KEY_SLICE << 1, 1, 0x80])) * 2, 1) == 2


@pytest.mark.parametrize(
    "data",
    [
        unit(KEY_SLICE) * (LIMITS.max_pictures + 1),
        unit(KEY_SLICE, first=False) * (LIMITS.max_units + 1),
        bytes(5000),
    ],
)
def test_more_than_a_picture_is_refused(data):
    with pytest.raises(TooManyUnits):
        coded_pictures(data, 4)


@given(st.binary(max_size=300), st.integers(1, 4))
def test_any_data_hold_some_pictures_or_are_refused(data, length_size):
    try:
        count = coded_pictures(data, length_size)
    except TooManyUnits:
        return
    assert 0 <= count <= LIMITS.max_pictures
