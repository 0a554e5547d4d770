"""What a HEIF file (HEIC, AVIF) makes a decoder do, told by its boxes before a pixel is decoded.

The size that such a file declares says little: a picture of 64×64 pixels may be put together from
thousands of tiles of any size. The boxes are those of ISO 14496-12 and 23008-12.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from vinreader import av1, hevc

__all__ = ["LIMITS", "HeifLimits", "TooMuchWork", "brands", "coded_pixels", "first_picture_only"]


@dataclass(frozen=True)
class HeifLimits:
    """How much of its structure is followed; photos stay far below."""

    max_items: int = 1000
    """As libheif has it: 64 megapixels in tiles of 256×256."""
    max_depth: int = 4
    """A picture of tiles in a frame that is a layer of another: more is never seen."""
    max_boxes: int = 4096
    """In one box: every item may bring some properties of its own."""


LIMITS = HeifLimits()

CODED, DERIVED = (b"hvc1", b"av01"), (b"grid", b"iovl", b"iden", b"tmap")
"""Types of the items that make a picture: those that have pixels, those that arrange others."""
USUAL_LENGTH_SIZE = 4


class TooMuchWork(ValueError):
    """The file is put together from more parts than a photo has, or is not put together at all."""


@dataclass
class _Meta:
    """The `meta` box: the items of a file, and what they are made of."""

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    sizes: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Declared width and height."""
    length_sizes: dict[int, int] = field(default_factory=dict)
    """Of HEVC: bytes of the number before each unit."""
    parts: dict[int, list[int]] = field(default_factory=dict)
    """Items that each item is arranged from, as often as they are used, and its transparency."""
    extents: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    """Where the bytes of each item lie: 0 for the file or 1 for `idat`, the start, the length."""
    store: bytes = b""
    """Contents of `idat`."""


def brands(data: bytes) -> frozenset[bytes]:
    """What an ISO media file says it is: its major brand and those it is compatible with."""
    if data[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(data[:4], "big"), len(data), 256)
    return frozenset(data[at : at + 4] for at in (8, *range(16, end - 3, 4)))


def first_picture_only(data: bytes) -> bytes:
    """The same AVIF file, its still picture to be decoded and not the first frame of its film."""
    return data[:8] + b"avif" + data[12:] if data[8:12] == b"avis" else data


def coded_pixels(data: bytes) -> int:
    """Pixels that a decoder computes for the primary picture, all its parts and its transparency.

    Raises:
        TooMuchWork: the file goes beyond `LIMITS`, or a part is of a kind that photos do not have.
        av1.TooManyUnits, hevc.TooManyUnits: the data of a part hold more than a picture.
        struct.error, IndexError, KeyError: the file is cut off or broken.
    """
    places = [box[1:] for box in _boxes(data, 0, len(data)) if box[0] == b"meta"]
    if len(places) != 1:
        raise TooMuchWork(f"{len(places)} lists of items")
    start, end = places[0]
    meta = _read_meta(data, start + 4, end)
    return _work(data, meta, meta.primary, 0, {})


def _work(data: bytes, meta: _Meta, item: int, depth: int, known: dict[int, int]) -> int:
    if item in known:
        return known[item]
    if depth > LIMITS.max_depth:
        raise TooMuchWork("parts of parts of parts")
    kind = meta.kinds[item]
    if kind not in CODED + DERIVED:
        raise TooMuchWork(f"a part of the type {kind!r}")
    width, height = meta.sizes[item] if kind in CODED else (0, 0)
    pixels = width * height
    if kind == b"av01":
        pixels = max(pixels, av1.coded_pixels(_bytes_of(data, meta, item)))
    elif kind == b"hvc1":
        length_size = meta.length_sizes.get(item, USUAL_LENGTH_SIZE)
        pixels *= max(1, hevc.coded_pictures(_bytes_of(data, meta, item), length_size))
    pixels += sum(_work(data, meta, part, depth + 1, known) for part in meta.parts.get(item, ()))
    known[item] = pixels
    return pixels


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The type of each box between two offsets, and where its contents start and end."""
    for _ in range(LIMITS.max_boxes):
        if start >= end:
            return
        size, kind = struct.unpack_from(">I4s", data, start)
        contents = start + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, contents)
            contents += 8
        after = start + size if size else end  # 0: to the end
        if not contents <= after <= end:
            raise TooMuchWork("a box that does not fit")
        yield kind, contents, after
        start = after
    raise TooMuchWork("boxes without end")


def _read_meta(data: bytes, start: int, end: int) -> _Meta:
    meta = _Meta()
    properties: list[tuple[bytes, int, int]] = []
    seen = set()
    for kind, at, after in _boxes(data, start, end):
        if kind in seen:  # one decoder may believe the first, another the last
            raise TooMuchWork(f"several boxes {kind!r}")
        seen.add(kind)
        match kind:
            case b"pitm":
                meta.primary = _Numbers(data, at + 4, after).take(4 if data[at] else 2)
            case b"iinf":
                _read_kinds(data, at, after, meta)
            case b"iloc":
                _read_extents(_Numbers(data, at, after), meta)
            case b"iref":
                _read_parts(data, at, after, meta)
            case b"idat":
                meta.store = data[at:after]
            case b"iprp":
                for inner, first, last in _boxes(data, at, after):
                    if inner == b"ipco":
                        properties = list(_boxes(data, first, last))
                    elif inner == b"ipma":
                        _read_properties(_Numbers(data, first, last), properties, meta)
    return meta


class _Numbers:
    """Big-endian numbers, one after the other, between two offsets."""

    def __init__(self, data: bytes, start: int, end: int) -> None:
        self.data, self.at, self.end = data, start, end

    def take(self, size: int) -> int:
        """The next number, of `size` bytes."""
        if self.at + size > self.end:
            raise struct.error("cut off")
        self.at += size
        return int.from_bytes(self.data[self.at - size : self.at], "big")

    def count(self, size: int) -> int:
        """The next number, which says how many things follow."""
        number = self.take(size)
        if number > LIMITS.max_items:
            raise TooMuchWork(f"{number} items")
        return number


def _read_kinds(data: bytes, start: int, end: int, meta: _Meta) -> None:
    numbers = _Numbers(data, start, end)
    wide = 4 if numbers.take(4) >> 24 else 2
    numbers.count(wide)
    for kind, at, after in _boxes(data, numbers.at, end):
        if kind == b"infe" and data[at] >= 2:
            entry = _Numbers(data, at + 4, after)
            item = entry.take(2 if data[at] == 2 else 4)
            entry.take(2)
            if item in meta.kinds:
                raise TooMuchWork(f"several items {item}")
            meta.kinds[item] = entry.take(4).to_bytes(4, "big")
    if len(meta.kinds) > LIMITS.max_items:
        raise TooMuchWork(f"{len(meta.kinds)} items")


def _read_extents(numbers: _Numbers, meta: _Meta) -> None:
    version = numbers.take(4) >> 24
    sizes = numbers.take(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(numbers.count(4 if version == 2 else 2)):
        item = numbers.take(4 if version == 2 else 2)
        place = numbers.take(2) & 15 if version else 0
        numbers.take(2)  # another file, which nobody may name
        start = numbers.take(base)
        extents = []
        for _ in range(numbers.count(2)):
            numbers.take(index if version else 0)
            extents.append((place, start + numbers.take(offset), numbers.take(length)))
        meta.extents[item] = extents


def _read_parts(data: bytes, start: int, end: int, meta: _Meta) -> None:
    wide = 4 if data[start] else 2
    for kind, at, after in _boxes(data, start + 4, end):
        numbers = _Numbers(data, at, after)
        item = numbers.take(wide)
        others = [numbers.take(wide) for _ in range(numbers.count(2))]
        if kind == b"dimg":
            meta.parts.setdefault(item, []).extend(others)
        elif kind == b"auxl":
            for other in others:
                meta.parts.setdefault(other, []).append(item)


def _read_properties(
    numbers: _Numbers, properties: list[tuple[bytes, int, int]], meta: _Meta
) -> None:
    """What each item declares of itself."""
    head = numbers.take(4)
    wide, mask = (2, 0x7FFF) if head & 1 else (1, 0x7F)
    for _ in range(numbers.count(4)):
        item = numbers.take(4 if head >> 24 else 2)
        for _ in range(numbers.take(1)):
            place = numbers.take(wide) & mask
            if not 0 < place <= len(properties):
                continue
            kind, start, end = properties[place - 1]
            if kind == b"ispe":
                declared = _Numbers(numbers.data, start + 4, end)
                size = declared.take(4), declared.take(4)
                meta.sizes[item] = max(size, meta.sizes.get(item, size), key=math.prod)
            elif kind == b"hvcC":
                meta.length_sizes[item] = (numbers.data[start + 21] & 3) + 1


def _bytes_of(data: bytes, meta: _Meta, item: int) -> bytes:
    parts = []
    for place, start, length in meta.extents[item]:
        whole = (data, meta.store)[place] if place < 2 else b""
        parts.append(whole[start : start + length] if length else whole[start:])
    return b"".join(parts)
