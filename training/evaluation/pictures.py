"""One picture of an evaluation: the confusion matrix, the commonest confusions, the worst lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from PIL import Image, ImageDraw

from training.evaluation.confusions import confusion_counts, confusion_pairs, pair_name
from training.evaluation.drawing import GROUND, line_tile, sheet, write
from training.evaluation.matrix import matrix_picture
from training.evaluation.outcomes import Outcome, PhotoOutcome, StripOutcome
from training.evaluation.strips import held_out
from training.synthesis.strips import STRIP_HEIGHT, STRIP_WIDTH
from vinreader.photo import open_photo
from vinreader.rectification import Adjustment, adjust, cut
from vinreader.results import Status

__all__ = ["picture_of_photos", "picture_of_strips", "worst"]

MOST = 50
"""Lines on the contact sheet."""
COLUMNS = 2
PAIRS, PAIR_ROW = 120, 26
"""Confusions listed beside the matrix, and pixels from one to the next."""

Kind = TypeVar("Kind", bound=Outcome)


def picture_of_strips(outcomes: Sequence[StripOutcome], seed: int) -> Image.Image:
    """Of held-out strips; they are made anew from their `seed`."""
    makers = {style: held_out(style, seed) for style in {outcome.style for outcome in outcomes}}
    tiles = []
    for outcome in worst(outcomes, lambda o: o.readable):
        strip = makers[outcome.style].make(outcome.index)
        note = f"{outcome.name}   legibility {outcome.legibility:.2f}"
        tiles.append(line_tile(strip.image, outcome, note, STRIP_WIDTH))
    return _picture("held-out strips", outcomes, tiles)


def picture_of_photos(outcomes: Sequence[PhotoOutcome], real: Path) -> Image.Image:
    """Of the photos in the folder `real`."""
    tiles = []
    for outcome in worst(outcomes, lambda o: o.wrong_read):
        note = f"{outcome.name}   {outcome.location}   {outcome.status} {outcome.confidence:.2f}"
        tiles.append(line_tile(_line_of(outcome, real), outcome, note, STRIP_WIDTH))
    return _picture("photos", outcomes, tiles)


def worst(outcomes: Iterable[Kind], first: Callable[[Kind], bool], most: int = MOST) -> list[Kind]:
    """Misread lines: the `first` ones before the others, and of either those in which most
    characters are wrong and the net was surest of them."""
    misread = [o for o in outcomes if o.wrong_read or (o.label and not o.right)]
    return sorted(misread, key=lambda o: (not first(o), -o.sure_error, -o.edits, o.name))[:most]


def _line_of(outcome: PhotoOutcome, real: Path) -> np.ndarray:
    """The strip (32, 960) uint8 that the reader believed to be the number, or where it found none
    the whole photo, small; of a file that is no photo, white."""
    strip = np.full((STRIP_HEIGHT, STRIP_WIDTH), 255, np.uint8)
    if outcome.status == Status.REJECTED:
        return strip
    photo = open_photo((real / outcome.name).read_bytes())
    grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
    if outcome.quad is not None:
        quad = adjust(np.array(outcome.quad, np.float32), Adjustment())
        return cut(grey, quad[None], (STRIP_WIDTH, STRIP_HEIGHT))[0]
    width = max(1, round(grey.shape[1] * STRIP_HEIGHT / grey.shape[0]))
    small = cv2.resize(grey, (width, STRIP_HEIGHT), interpolation=cv2.INTER_AREA)
    strip[:, : min(width, STRIP_WIDTH)] = small[:, :STRIP_WIDTH]
    return strip


def _picture(name: str, outcomes: Sequence[Outcome], tiles: Sequence[Image.Image]) -> Image.Image:
    """The matrix and a list of its pairs above the tiles."""
    counts = confusion_counts(outcomes)
    matrix = matrix_picture(counts, f"Characters of {len(outcomes)} {name}")
    below = sheet(tiles, COLUMNS)
    picture = Image.new(
        "RGB", (max(below.width, 2 * matrix.width), matrix.height + below.height), GROUND
    )
    picture.paste(matrix, (0, 0))
    picture.paste(below, (0, matrix.height))
    draw = ImageDraw.Draw(picture)
    tall = (matrix.height - 60) // PAIR_ROW
    for number, pair in enumerate(confusion_pairs(counts)[:PAIRS]):
        column, row = divmod(number, tall)
        place = (matrix.width + 30 + column * 150, 60 + row * PAIR_ROW)
        write(draw, place, pair_name(pair), size=15)
    write(draw, (matrix.width + 30, 20), "Commonest confusions", size=16)
    return picture
