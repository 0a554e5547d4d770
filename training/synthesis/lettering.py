"""Flat lines of text from cached glyph bitmaps, fast enough for a page of a hundred characters.

Every face is rendered once per symbol with a cap height of `CAP` pixels; a line is pasted together
at that size and scaled once. Coordinates are pixels of the line's own bitmap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from training.synthesis.fonts import sized_font
from training.synthesis.glyphs import rendered

__all__ = ["CAP", "Line", "Style", "set_line", "stacked"]

CAP = 48
"""Cap height of the cached glyphs, pixels."""

_ABOVE, _BELOW = 12, 14
"""Room over the cap line and under the baseline (accents, descenders), pixels at `CAP`."""


@dataclass(frozen=True)
class Style:
    """How a line is set. `pitch` is the distance of character centres in cap heights, None for the
    face's own widths; `gap` is extra space in cap heights; `weight` thickens (> 0) or thins."""

    face: Path
    pitch: float | None = None
    gap: float = 0.0
    weight: int = 0
    dotted: bool = False
    stretch: float = 1.0


@dataclass(frozen=True)
class Line:
    """`ink` (H, W) uint8; `boxes` (N, 4) float32 x0 y0 x1 y1, from cap line to baseline, of the N
    characters that are no spaces; `words` (N,) int, which word of the line each belongs to; `text`,
    these N characters."""

    ink: np.ndarray
    boxes: np.ndarray
    words: np.ndarray
    text: str


@dataclass(frozen=True)
class _Glyph:
    ink: np.ndarray
    left: int
    advance: float


@cache
def _glyph(face: Path, symbol: str, weight: int, dotted: bool) -> _Glyph:
    """The bitmap of one symbol, cut to its ink from side to side."""
    font = sized_font(face, CAP)
    advance = float(font.getlength(symbol))
    ink = np.zeros((_ABOVE + CAP + _BELOW, int(advance) + CAP), np.uint8)
    (width, height), data, (left, above) = rendered(font, symbol)
    x, y = CAP // 2 + left, _ABOVE + CAP + above
    shown = np.frombuffer(data, np.uint8).reshape(height, width)[max(0, -y) :, max(0, -x) :]
    place = ink[max(0, y) : max(0, y + height), max(0, x) : max(0, x + width)]
    place[:] = shown[: place.shape[0], : place.shape[1]]
    if dotted:
        ink = _dots(ink)
    elif weight:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(weight) + 1,) * 2)
        ink = cv2.dilate(ink, kernel) if weight > 0 else cv2.erode(ink, kernel)
    columns = (cv2.reduce(ink, 0, cv2.REDUCE_MAX)[0] > 60).nonzero()[0]
    if len(columns) == 0:
        return _Glyph(np.zeros((ink.shape[0], 1), np.uint8), 0, advance)
    left, right = int(columns[0]), int(columns[-1]) + 1
    return _Glyph(np.ascontiguousarray(ink[:, left:right]), left - CAP // 2, advance)


def _dots(ink: np.ndarray, step: int = 8) -> np.ndarray:
    """The same symbol pricked in dots, as a needle or an ink jet sets it."""
    coarse = cv2.resize(ink, None, fx=1 / step, fy=1 / step, interpolation=cv2.INTER_AREA)
    dots = np.zeros_like(ink)
    for y, x in np.argwhere(coarse > 95):
        cv2.circle(dots, (int(x) * step + step // 2, int(y) * step + step // 2), 3, 255, -1)
    return dots


def set_line(text: str, style: Style, height: float) -> Line:
    """The text in one line with a cap height of `height` pixels, tight around the ink."""
    glyphs = [_glyph(style.face, c, style.weight, style.dotted) for c in text]
    boxes, words = [], []
    pen, word = 2.0, 0
    places: list[tuple[int, _Glyph]] = []
    for symbol, glyph in zip(text, glyphs, strict=True):
        width = glyph.ink.shape[1]
        if style.pitch is None:
            left, step = pen + glyph.left, glyph.advance + style.gap * CAP
        else:
            step = max(style.pitch * CAP, width + 2.0)
            left = pen + (step - width) / 2
        left = max(0.0, left)
        if symbol == " ":
            word += 1
        else:
            places.append((round(left), glyph))
            boxes.append((round(left), _ABOVE, round(left) + width, _ABOVE + CAP))
            words.append(word)
        pen += step
    total = max([int(pen) + 2, *(x + g.ink.shape[1] for x, g in places)])
    ink = np.zeros((_ABOVE + CAP + _BELOW, total), np.uint8)
    for x, glyph in places:
        part = ink[:, x : x + glyph.ink.shape[1]]
        np.maximum(part, glyph.ink, out=part)
    scale_y = height / CAP
    scale_x = scale_y * style.stretch
    size = (max(1, round(total * scale_x)), max(1, round(ink.shape[0] * scale_y)))
    scaled = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    ratio = np.array([size[0] / total, size[1] / ink.shape[0]] * 2, np.float32)
    found = np.array(boxes, np.float32).reshape(-1, 4) * ratio
    return Line(scaled, found, np.array(words, int), text.replace(" ", ""))


def stacked(upper: Line, lower: Line, gap: int, shift: int) -> Line:
    """Two lines as one, the lower `gap` pixels further down than its bitmap's own room asks for
    and `shift` to the right; its words go on counting."""
    top = max(1, upper.ink.shape[0] + gap)
    width = max(upper.ink.shape[1], lower.ink.shape[1] + shift)
    ink = np.zeros((top + lower.ink.shape[0], width), np.uint8)
    for line, x, y in ((upper, 0, 0), (lower, shift, top)):
        part = ink[y : y + line.ink.shape[0], x : x + line.ink.shape[1]]
        np.maximum(part, line.ink[: part.shape[0]], out=part)
    moved = lower.boxes + np.array([shift, top, shift, top], np.float32)
    words = np.concatenate([upper.words, lower.words + upper.words.max() + 1])
    return Line(ink, np.concatenate([upper.boxes, moved]), words, upper.text + lower.text)
