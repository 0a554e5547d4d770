"""Glyph bitmaps: every symbol of a face rendered once, then pasted into lines.

Pillow draws the outlines; the result is cached per process, so that writing a line costs a few
array copies and the generator's time goes into what a photo does to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw

from training.synthesis.fonts import faces, sized_font
from vinreader.vin import ALPHABET

__all__ = ["CAP_HEIGHT", "PAD", "Glyph", "draw_face", "glyph_set", "restyle_zero", "star"]

CAP_HEIGHT = 48
"""Height of a capital H in the bitmaps, pixels; the largest characters a strip can show are half of
it."""
PAD = 8
"""Rows kept above the cap line and below the baseline for overshoot, descenders and thick strokes.
"""
SYMBOLS = ALPHABET + "IOQ*#:.-/()abcdeghnoprstu"


@dataclass(frozen=True)
class Glyph:
    """`mask` (CAP_HEIGHT + 2·PAD, W) uint8 coverage, trimmed to its ink; `bearing` and `advance` in
    pixels."""

    mask: np.ndarray
    bearing: int
    advance: int


def draw_face(rng: np.random.Generator) -> Path:
    """A face drawn by the weights of its family."""
    all_faces = faces()
    return all_faces[int(rng.choice(len(all_faces), p=_weights()))].path


@lru_cache(maxsize=1)
def _weights() -> np.ndarray:
    return np.array([face.weight for face in faces()])


@lru_cache(maxsize=1200)
def glyph_set(path: Path, weight: int = 0) -> dict[str, Glyph]:
    """All symbols of a face; `weight` > 0 thickens the strokes by so many pixels, < 0 thins them.

    A face that lacks a symbol leaves it out.
    """
    font = sized_font(path, CAP_HEIGHT)
    glyphs: dict[str, Glyph] = {}
    top = font.getbbox("H", anchor="ls")[1]
    missing = font.getmask("\uffff").getbbox()
    for symbol in SYMBOLS:
        left, _, right, _ = font.getbbox(symbol, anchor="ls")
        if right <= left or (font.getmask(symbol).getbbox() == missing and missing):
            continue
        width = int(right - left) + 2 * PAD
        image = Image.new("L", (width, CAP_HEIGHT + 2 * PAD))
        ImageDraw.Draw(image).text(
            (PAD - left, PAD - top), symbol, fill=255, font=font, anchor="ls"
        )
        mask = _thicken(np.asarray(image), weight)
        columns = np.flatnonzero(mask.max(axis=0) > 64)
        if len(columns) == 0:
            continue
        first, last = int(columns[0]), int(columns[-1]) + 1
        advance = max(round(font.getlength(symbol)), last - first)
        glyphs[symbol] = Glyph(mask[:, first:last].copy(), int(left) + first - PAD, advance)
    return glyphs


def _thicken(mask: np.ndarray, weight: int) -> np.ndarray:
    if weight == 0:
        return mask
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(weight) + 1, abs(weight) + 1))
    thick = cv2.dilate(mask, kernel) if weight > 0 else cv2.erode(mask, kernel)
    if weight < 0 and float(thick.sum()) < 0.35 * float(mask.sum()):
        return mask  # a hairline face would vanish
    return thick


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
