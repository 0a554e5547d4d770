"""How many pictures HEVC data hold, told by their units alone.

Only the first picture is shown, and a stream can have any number of others decoded before it.
The structures are those of ITU-T H.265, sections 7.3.1.2 (unit header) and 7.3.6.1 (slice header).
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LIMITS", "HevcLimits", "TooManyUnits", "coded_pictures"]


@dataclass(frozen=True)
class HevcLimits:
    """What one item of a HEIC file may consist of: one picture, in so many slices and notes."""

    max_units: int = 1024
    """The largest level allows 600 slices."""
    max_pictures: int = 8
    """As of AV1."""


LIMITS = HevcLimits()

SLICE_TYPES = 32
"""Units of types below are slices."""
FIRST_SLICE = 0x80
"""The first bit of a slice says that it begins a picture."""


class TooManyUnits(ValueError):
    """The data go beyond `LIMITS`."""


def coded_pictures(data: bytes, length_size: int) -> int:
    """Pictures that begin in units which are each preceded by their length, of `length_size` bytes.

    Raises:
        TooManyUnits: the data go beyond `LIMITS`.
    """
    at = pictures = units = 0
    while at + length_size + 2 < len(data):
        length = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        pictures += (data[at] >> 1 & 63) < SLICE_TYPES and bool(data[at + 2] & FIRST_SLICE)
        units += 1
        if units > LIMITS.max_units or pictures > LIMITS.max_pictures:
            raise TooManyUnits(f"{pictures} pictures in {units} units")
        at += length
    return pictures
