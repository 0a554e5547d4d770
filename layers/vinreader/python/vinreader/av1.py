"""How many pixels AV1 data make a decoder compute, told by their headers alone.

A file of a few kilobytes may declare one small picture and hold a thousand large frames. The
structures are those of the AV1 specification, sections 5.3 (units) and 5.5 (sequence headers).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["LIMITS", "Av1Limits", "TooManyUnits", "coded_pixels"]


@dataclass(frozen=True)
class Av1Limits:
    """What one picture may consist of."""

    max_units: int = 512
    """Headers, and a unit for each group of tiles."""
    max_frames: int = 8
    """One, or one for each layer of a picture that grows clearer while it loads."""


LIMITS = Av1Limits()

SEQUENCE_HEADER, FRAME_HEADER, FRAME = 1, 3, 6
"""Types of units."""
TIERLESS_LEVELS = 7
"""Up to this level, a sequence header does not tell the tier."""


class TooManyUnits(ValueError):
    """The data are no picture, or one beyond `LIMITS`."""


class _Bits:
    """Numbers of any count of bits, the highest first."""

    def __init__(self, data: bytes) -> None:
        self.number, self.left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, count: int) -> int:
        """The next number, of `count` bits."""
        if count > self.left:
            raise TooManyUnits("a header is cut off")
        self.left -= count
        return self.number >> self.left & (1 << count) - 1

    def take_variable(self) -> int:
        """The next number in Exp-Golomb code; only its place matters here."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return self.take(zeros) + (1 << zeros) - 1 if zeros < 32 else (1 << 32) - 1


def coded_pixels(data: bytes) -> int:
    """Pixels of all frames in the data of one picture, at the largest size that is announced.

    Raises:
        TooManyUnits: the data go beyond `LIMITS`, or are cut off.
    """
    largest = frames = 0
    for kind, contents in _units(data):
        if kind == SEQUENCE_HEADER:
            largest = max(largest, _frame_pixels(contents))
        frames += kind in (FRAME_HEADER, FRAME)
    if frames > LIMITS.max_frames:
        raise TooManyUnits(f"{frames} frames")
    return largest * max(frames, 1)


def _units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and contents of each unit (OBU)."""
    at = 0
    for _ in range(LIMITS.max_units):
        if at >= len(data):
            return
        head = data[at]
        at += 2 if head & 4 else 1  # with an extension or without
        size = len(data) - at
        if head & 2:
            size, at = _size(data, at)
        yield head >> 3 & 15, data[at : at + size]
        at += size
    raise TooManyUnits("units without end")


def _size(data: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    number = 0
    for place in range(8):
        if at + place >= len(data):
            break
        number |= (data[at + place] & 127) << 7 * place
        if data[at + place] < 128:
            return number, at + place + 1
    raise TooManyUnits("a size is cut off")


def _frame_pixels(header: bytes) -> int:
    """Width × height of the largest frame that a sequence header allows."""
    bits = _Bits(header[:1024])
    bits.take(3 + 1)  # profile, still picture
    if bits.take(1):  # reduced header: the level is all that comes before the size
        bits.take(5)
    else:
        _skip_operating_points(bits)
    width_bits, height_bits = bits.take(4) + 1, bits.take(4) + 1
    return (bits.take(width_bits) + 1) * (bits.take(height_bits) + 1)


def _skip_operating_points(bits: _Bits) -> None:
    """Timing, decoder models and operating points of a full sequence header."""
    delay_bits = 0
    if bits.take(1):  # timing
        bits.take(32 + 32)
        if bits.take(1):  # equal intervals
            bits.take_variable()
        if bits.take(1):  # decoder model
            delay_bits = bits.take(5) + 1
            bits.take(32 + 5 + 5)
    initial_delays = bits.take(1)
    for _ in range(bits.take(5) + 1):
        bits.take(12)
        if bits.take(5) > TIERLESS_LEVELS:
            bits.take(1)
        if delay_bits and bits.take(1):
            bits.take(2 * delay_bits + 1)
        if initial_delays and bits.take(1):
            bits.take(4)
