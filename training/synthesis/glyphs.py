"""Glyph bitmaps: every symbol of a face rendered once, when a line first needs it, then pasted.

Outlines come from installed fonts by way of Pillow or from the alphabets of `strokes`, dots from
those of `matrices`; the result is cached per process, so that writing a line costs a few array
copies and the generator's time goes into what a photo does to it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
from PIL import ImageFont

from training.synthesis.chance import cumulative, pick
from training.synthesis.fonts import faces, sized_font
from training.synthesis.matrices import cell, dots, matrix_face, pricked
from training.synthesis.pens import dots_along, draw_dots, draw_strokes
from training.synthesis.strokes import StrokeFace, paths, stroke_face
from vinreader.vin import ALPHABET

__all__ = [
    "CAP_HEIGHT",
    "PAD",
    "Alphabet",
    "Glyph",
    "draw_face",
    "glyph_set",
    "matrix_set",
    "needle_set",
    "rendered",
    "restyle_zero",
    "star",
    "stroke_set",
]

CAP_HEIGHT = 48
"""Height of a capital H in the bitmaps, pixels; the largest characters a strip can show are half of
it."""
PAD = 8
"""Rows kept above the cap line and below the baseline for overshoot, descenders and thick strokes.
"""
SYMBOLS = ALPHABET + "IOQ*#:.-/()abcdeghnoprstu"
STROKE_SYMBOLS = ALPHABET + "IOQ*#:.-/"
NEEDLE_CORNER = 0.6
"""In single dots, corners are rounded at least so far, those of 0 and 8 wholly: they would be D and
B."""


@dataclass(frozen=True)
class Glyph:
    """`mask` (CAP_HEIGHT + 2·PAD, W) uint8 coverage, trimmed to its ink; `bearing` and `advance` in
    pixels."""

    mask: np.ndarray
    bearing: int
    advance: int

    @cached_property
    def digest(self) -> int:
        """What tells this mask from others."""
        return zlib.crc32(self.mask.tobytes())


class Alphabet(Mapping[str, Glyph]):
    """The symbols of a face, each drawn once it is asked for; one that `draw` has no glyph for is
    not in it."""

    def __init__(self, symbols: str, draw: Callable[[str], Glyph | None]) -> None:
        self._symbols = symbols
        self._draw = draw
        self._glyphs: dict[str, Glyph | None] = {}

    def __getitem__(self, symbol: str) -> Glyph:
        if symbol not in self._glyphs:
            self._glyphs[symbol] = self._draw(symbol) if symbol in self._symbols else None
        if (glyph := self._glyphs[symbol]) is None:
            raise KeyError(symbol)
        return glyph

    def changed(self, symbol: str, glyph: Glyph) -> Alphabet:
        """The same but for one symbol."""
        return Alphabet(self._symbols, lambda asked: glyph if asked == symbol else self.get(asked))

    @cached_property
    def digest(self) -> int:
        """What tells the characters of a number in this alphabet from those in others."""
        return hash(tuple(self[symbol].digest for symbol in ALPHABET))

    @cached_property
    def complete(self) -> bool:
        """Whether any number can be written in it."""
        return all(symbol in self for symbol in ALPHABET)

    def __iter__(self) -> Iterator[str]:
        return (symbol for symbol in self._symbols if symbol in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def draw_face(rng: np.random.Generator, held_out: bool = False) -> Path:
    """A face drawn by the weights of its family; of the reserved families if `held_out`."""
    all_faces = faces(held_out=held_out)
    return all_faces[pick(rng, _weights(held_out))].path


@lru_cache(maxsize=2)
def _weights(held_out: bool) -> tuple[float, ...]:
    return cumulative([face.weight for face in faces(held_out=held_out)])


@lru_cache(maxsize=400)
def glyph_set(path: Path) -> Alphabet:
    """The symbols of an installed face; one that it lacks is left out."""
    return Alphabet(SYMBOLS, partial(_glyph, path))


def _glyph(path: Path, symbol: str) -> Glyph | None:
    """None where the face lacks the symbol, or shows nothing for it."""
    font = sized_font(path, CAP_HEIGHT)
    top, missing = _measures(path)
    (width, height), data, (left, above) = rendered(font, symbol)
    if width == 0 or ((width, height), data) == missing:
        return None
    canvas = np.zeros((CAP_HEIGHT + 2 * PAD, width + 2 * PAD), np.uint8)
    first_row = PAD - top + above
    rows = slice(max(0, first_row), max(0, first_row + height))
    shown = np.frombuffer(data, np.uint8).reshape(height, width)[max(0, -first_row) :]
    canvas[rows, PAD : PAD + width] = shown[: canvas[rows].shape[0]]
    mask, first = _trimmed(canvas)
    if not mask.shape[1]:
        return None
    advance = max(round(font.getlength(symbol)), mask.shape[1])
    return Glyph(mask, left + first - PAD, advance)


@lru_cache(maxsize=400)
def _measures(path: Path) -> tuple[int, tuple[tuple[int, int], bytes]]:
    """Where the top of a capital H lies against the baseline, and what a face shows for a symbol
    that it lacks."""
    font = sized_font(path, CAP_HEIGHT)
    size, data, _ = rendered(font, "\uffff")
    return int(font.getbbox("H", anchor="ls")[1]), (size, data)


def rendered(
    font: ImageFont.FreeTypeFont, symbol: str
) -> tuple[tuple[int, int], bytes, tuple[int, int]]:
    """Width and height of the bitmap of a symbol, its bytes row by row, and where its left top
    lies against the origin on the baseline. A symbol is rendered once: that is what takes time."""
    mask, (left, above) = font.getmask2(symbol, anchor="ls")
    return mask.size, bytes(mask), (int(left), int(above))


@lru_cache(maxsize=400)
def stroke_set(family: str, number: int) -> Alphabet:
    """The symbols of a face built from strokes."""
    face = stroke_face(family, number)

    def draw(symbol: str) -> Glyph:
        drawn, width = paths(face, symbol)
        return _spaced(draw_strokes(drawn, width, face, CAP_HEIGHT, PAD), face)

    return Alphabet(STROKE_SYMBOLS, draw)


@lru_cache(maxsize=400)
def needle_set(family: str, number: int, per_cap: int) -> Alphabet:
    """The same face pricked along its strokes by a marking needle, `per_cap` dots in the height of
    a capital. A needle is lifted, so corners that were sharp are."""
    face = stroke_face(family, number)
    radius = 0.34 * CAP_HEIGHT / per_cap
    span = CAP_HEIGHT - 2 * radius
    usual = replace(face, corner=max(face.corner, NEEDLE_CORNER), soft=0.0)
    closed = replace(face, corner=1.0, soft=0.0)

    def draw(symbol: str) -> Glyph:
        drawn, _ = paths(closed if symbol in "08" else usual, symbol)
        points = dots_along(drawn, 1 / (per_cap - 1))
        return _spaced(draw_dots(points * span, radius, CAP_HEIGHT, PAD), face)

    return Alphabet(STROKE_SYMBOLS, draw)


@lru_cache(maxsize=400)
def matrix_set(design: str, number: int, needle: bool = False) -> Alphabet:
    """The symbols of a dot printer's face, or of a marking needle that is led by such a grid; each
    stands in a cell of the same width."""
    face = matrix_face(design, number)
    face = pricked(face) if needle else face
    width, height = cell(face)
    step = CAP_HEIGHT / height
    advance = round(width * step)

    def draw(symbol: str) -> Glyph:
        placed = dots(face, symbol)
        points, dark = placed[:, :2] * step, placed[:, 2]
        mask, first = _trimmed(draw_dots(points, face.diameter * step / 2, CAP_HEIGHT, PAD, dark))
        return Glyph(mask, first - PAD, advance)

    return Alphabet(STROKE_SYMBOLS, draw)


def _spaced(mask: np.ndarray, face: StrokeFace) -> Glyph:
    trimmed, _ = _trimmed(mask)
    side = round(face.tracking * CAP_HEIGHT / 2)
    return Glyph(trimmed, side, trimmed.shape[1] + 2 * side)


def _trimmed(mask: np.ndarray) -> tuple[np.ndarray, int]:
    """The columns that hold ink and the number of the first of them."""
    columns = (cv2.reduce(mask, 0, cv2.REDUCE_MAX)[0] > 64).nonzero()[0]
    if len(columns) == 0:
        return mask[:, :0], 0
    return mask[:, columns[0] : columns[-1] + 1].copy(), int(columns[0])


def restyle_zero(glyph: Glyph, style: str) -> Glyph:
    """The zero with a `slash` or a `dot` drawn into it, as makers mark it off from O and D."""
    mask = glyph.mask.copy()
    height, width = mask.shape
    if style == "slash":
        cv2.line(mask, (2, height - PAD - 5), (width - 3, PAD + 4), 255, 4, cv2.LINE_AA)
    else:
        cv2.circle(mask, (width // 2, height // 2), 4, 255, -1, cv2.LINE_AA)
    return Glyph(mask, glyph.bearing, glyph.advance)


def star(filled: bool) -> Glyph:
    """The five-pointed star that some makers put at both ends of the number."""
    size = CAP_HEIGHT
    mask = np.zeros((CAP_HEIGHT + 2 * PAD, size), np.uint8)
    angles = np.arange(10) * np.pi / 5 - np.pi / 2
    radii = np.where(np.arange(10) % 2 == 0, 0.5, 0.2) * size
    centre = np.array([size / 2, PAD + size / 2])
    points = (centre + radii[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)).astype(
        np.int32
    )
    if filled:
        cv2.fillPoly(mask, [points], 255, cv2.LINE_AA)
    else:
        cv2.polylines(mask, [points], True, 255, 3, cv2.LINE_AA)
    return Glyph(mask, 2, size + 4)
