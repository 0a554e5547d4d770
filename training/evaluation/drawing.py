"""Pieces of the evaluation's pictures: text, a line with its characters, sheets of tiles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.evaluation.outcomes import Outcome, aligned

__all__ = ["GROUND", "INK", "WRONG", "blend", "line_tile", "sheet", "strip_picture", "write"]

Colour = tuple[int, int, int]

GROUND: Colour = (255, 255, 255)
INK: Colour = (30, 30, 36)
FAINT: Colour = (120, 120, 130)
WRONG: Colour = (214, 40, 40)
UNSURE: Colour = (250, 190, 60)
SURE: Colour = (70, 160, 90)

ROW = 18
"""Pixels of a line of text in a tile."""
BAR = 5
GAP = 10


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)


def write(
    draw: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    size: int = 13,
    colour: Colour = INK,
    anchor: str = "lm",
) -> None:
    """Text at a place in pixels, anchored as Pillow's two letters say."""
    draw.text(place, text, fill=colour, font=_font(size), anchor=anchor)


def blend(share: float, low: Colour, high: Colour) -> Colour:
    """The colour at 0..1 between two."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(low, high, strict=True))
    return red, green, blue


def strip_picture(strip: np.ndarray, size: tuple[int, int]) -> Image.Image:
    """A strip (H, W) uint8 in grey at `size` (width, height)."""
    shrunk = size[0] < strip.shape[1]
    how = cv2.INTER_AREA if shrunk else cv2.INTER_CUBIC
    return Image.fromarray(cv2.resize(strip, size, interpolation=how)).convert("RGB")


def line_tile(strip: np.ndarray, outcome: Outcome, note: str, width: int) -> Image.Image:
    """A strip (H, W) uint8 above its true and its seen characters, misread ones white on red, and a
    bar under each that was seen: full and green where the net was sure of it."""
    height = round(strip.shape[0] * width / strip.shape[1] * 1.4)  # characters less flat
    tile = Image.new("RGB", (width, ROW + height + 2 * ROW + BAR), GROUND)
    draw = ImageDraw.Draw(tile)
    write(draw, (2, ROW / 2), note, size=12)
    tile.paste(strip_picture(strip, (width, height)), (0, ROW))
    pairs = aligned(outcome.label, outcome.vin)
    confidences = iter(outcome.confidences)
    step = width / max(len(pairs), 1)
    top = ROW + height
    for column, (true, seen) in enumerate(pairs):
        left, middle = column * step, (column + 0.5) * step
        if true != seen:
            draw.rectangle((left + 1, top + ROW, left + step - 2, top + 2 * ROW - 1), fill=WRONG)
        write(draw, (middle, top + ROW / 2), true or "-", colour=FAINT, anchor="mm")
        colour = INK if true == seen else GROUND
        write(draw, (middle, top + 1.5 * ROW), seen or "-", colour=colour, anchor="mm")
        if seen:
            confidence = next(confidences)
            end = left + 1 + (step - 3) * confidence
            bar = (left + 1, top + 2 * ROW, end, top + 2 * ROW + BAR - 2)
            draw.rectangle(bar, fill=blend(confidence, UNSURE, SURE))
    return tile


def sheet(tiles: Sequence[Image.Image], columns: int) -> Image.Image:
    """Tiles of one size side by side, from left to right and from top to bottom."""
    wide, tall = (tiles[0].width + GAP, tiles[0].height + GAP) if tiles else (GAP, GAP)
    rows = -(-len(tiles) // columns)
    picture = Image.new("RGB", (columns * wide + GAP, rows * tall + GAP), GROUND)
    for number, tile in enumerate(tiles):
        row, column = divmod(number, columns)
        picture.paste(tile, (GAP + column * wide, GAP + row * tall))
    return picture
