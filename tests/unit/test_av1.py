"""What AV1 data cost, told by their headers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.av1 import LIMITS, TooManyUnits, coded_pixels

SEQUENCE, FRAME = 1, 6


def unit(kind: int, contents: bytes, extension: bytes = b"") -> bytes:
    """An OBU with its size."""
    head = kind << 3 | 2 | (4 if extension else 0)
    size = bytes([len(contents) & 127 | 128, len(contents) >> 7])
    return bytes([head]) + extension + size + contents


def packed(*fields: tuple[int, int]) -> bytes:
    """Numbers and their counts of bits, the highest bit first."""
    bits = "".join(f"{number:0{count}b}" for number, count in fields if count)
    return int(bits + "0" * (-len(bits) % 8), 2).to_bytes((len(bits) + 7) // 8, "big")


def frame_size(width: int, height: int) -> list[tuple[int, int]]:
    """The last fields of a sequence header that are read: 16 bits for each side."""
    return [(15, 4), (15, 4), (width - 1, 16), (height - 1, 16)]


def still_header(width: int, height: int) -> bytes:
    return unit(SEQUENCE, packed((0, 3), (1, 1), (1, 1), (5, 5), *frame_size(width, height)))


sides = st.integers(1, 65_536)


@given(sides, sides)
def test_a_still_picture_costs_its_size(width, height):
    assert coded_pixels(still_header(width, height) + unit(FRAME, b"")) == width * height


@given(sides, sides, st.booleans(), st.integers(0, 31), st.integers(1, 32), st.booleans())
def test_the_size_is_found_behind_all_that_a_header_may_hold(
    width, height, equal, level, points, models
):
    timing = [(1, 1), (1, 32), (25, 32), (int(equal), 1), *([(0b00101, 5)] if equal else [])]
    model = [(1, 1), (9, 5), (1, 32), (4, 5), (4, 5)] if models else [(0, 1)]
    point = [(0, 12), (level, 5), (0, 1 if level > 7 else 0)]
    point += [(1, 1), (5, 10), (6, 10), (0, 1)] if models else []
    point += [(1, 1), (3, 4)]
    fields = [(0, 3), (0, 1), (0, 1), *timing, *model, (1, 1), (points - 1, 5), *(point * points)]
    header = unit(SEQUENCE, packed(*fields, *frame_size(width, height)))
    assert coded_pixels(header + unit(FRAME, b"")) == width * height


def test_every_frame_costs():
    assert coded_pixels(still_header(100, 50) + unit(FRAME, b"pixels") * 3) == 3 * 100 * 50


def test_the_largest_header_counts_and_extensions_are_passed():
    data = still_header(10, 10) + still_header(300, 200) + unit(FRAME, b"", extension=b"\0")
    assert coded_pixels(data) == 300 * 200


@pytest.mark.parametrize(
    "data",
    [
        still_header(9, 9) + unit(FRAME, b"") * (LIMITS.max_frames + 1),
        unit(2, b"") * LIMITS.max_units,
        unit(SEQUENCE, b"\0"),
        bytes([SEQUENCE << 3 | 2]),
        bytes([SEQUENCE << 3 | 2]) + b"\xff" * 9,
    ],
)
def test_what_is_no_picture_is_refused(data):
    with pytest.raises(TooManyUnits):
        coded_pixels(data)


@given(st.binary(max_size=300))
def test_any_data_cost_something_or_are_refused(data):
    with contextlib.suppress(TooManyUnits):
        assert coded_pixels(data) >= 0
