"""The confusion matrix as a picture."""

from __future__ import annotations

from math import log

import numpy as np
from PIL import Image, ImageDraw

from training.evaluation.confusions import NO_SYMBOL
from training.evaluation.drawing import GROUND, INK, blend, write
from vinreader.vin import ALPHABET

__all__ = ["CELL", "ORIGIN", "matrix_picture"]

CELL = 24
"""Pixels of a cell's side."""
ORIGIN = (64, 64)
"""Left and top edge of the first cell."""
RIGHT_COLOUR, WRONG_COLOUR = (24, 70, 150), (196, 24, 24)
"""Of the commonest entry on the diagonal and off it."""
FAINTEST = 0.12
"""Share of the colour that a single character has, so that it is seen."""
EMPTY, LINES = (246, 246, 248), (225, 225, 230)


def matrix_picture(counts: np.ndarray, title: str) -> Image.Image:
    """Counts (34, 34) on a logarithmic scale: true symbols downwards, seen ones to the right, the
    last of either for none; blue is right, red is wrong, and wrong ones are told in figures."""
    side = len(counts) * CELL
    left, top = ORIGIN
    picture = Image.new("RGB", (left + side + 90, top + side + 10), GROUND)
    draw = ImageDraw.Draw(picture)
    write(draw, (left, 14), title, size=16)
    write(draw, (left + side / 2, 34), "seen", anchor="mm")
    _write_upwards(picture, "true", (14, top + side // 2))
    most = max(int(counts.max()), 2)
    for i in range(len(counts)):
        name = ALPHABET[i] if i < NO_SYMBOL else "none"
        middle = (i + 0.5) * CELL
        write(draw, (left + middle, top - 10), name, size=12, anchor="mm")
        write(draw, (left - 6, top + middle), name, size=12, anchor="rm")
        for j in range(len(counts)):
            _draw_cell(draw, (i, j), int(counts[i, j]), most)
    _draw_scale(draw, (left + side + 20, top), most)
    return picture


def _draw_cell(draw: ImageDraw.ImageDraw, cell: tuple[int, int], count: int, most: int) -> None:
    row, column = cell
    x, y = ORIGIN[0] + column * CELL, ORIGIN[1] + row * CELL
    strongest = RIGHT_COLOUR if row == column else WRONG_COLOUR
    share = _share(count, most)
    fill = blend(share, GROUND, strongest) if count else EMPTY
    draw.rectangle((x, y, x + CELL - 1, y + CELL - 1), fill=fill, outline=LINES)
    if count and row != column:
        colour = GROUND if share > 0.5 else INK
        write(draw, (x + CELL / 2, y + CELL / 2), str(count), 10, colour, "mm")


def _share(count: int, most: int) -> float:
    """How strong the colour of a count is, 0 to 1."""
    return FAINTEST + (1 - FAINTEST) * log(max(count, 1)) / log(most)


def _draw_scale(draw: ImageDraw.ImageDraw, place: tuple[int, int], most: int) -> None:
    """What the colours say, from the highest count down to 1."""
    x, top = place
    tall = 240
    for y in range(tall):
        share = FAINTEST + (1 - FAINTEST) * (1 - y / tall)
        for shift, strongest in ((0, RIGHT_COLOUR), (12, WRONG_COLOUR)):
            draw.line(
                (x + shift, top + y, x + shift + 11, top + y), blend(share, GROUND, strongest)
            )
    decade = 1
    while decade <= most:
        write(draw, (x + 28, top + tall * (1 - log(decade) / log(most))), str(decade), size=11)
        decade *= 10


def _write_upwards(picture: Image.Image, text: str, middle: tuple[int, int]) -> None:
    label = Image.new("RGB", (60, 18), GROUND)
    write(ImageDraw.Draw(label), (30, 9), text, anchor="mm")
    turned = label.transpose(Image.Transpose.ROTATE_90)
    picture.paste(turned, (middle[0] - turned.width // 2, middle[1] - turned.height // 2))
