"""The reliability diagram (DeGroot and Fienberg 1983): of all answers at some confidence, how many
are right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw

from training.evaluation.calibration import bins, calibration_error
from training.evaluation.drawing import GROUND, INK, Colour, write
from training.evaluation.outcomes import PhotoOutcome

__all__ = ["SIDE", "place", "reliability_picture"]

SIDE = 420
"""Pixels from no confidence to all of it."""
ORIGIN = (70, 40)
"""The top left corner of the diagram."""
SIZE = (ORIGIN[0] + SIDE + 30, ORIGIN[1] + SIDE + 110)
FAINT: Colour = (214, 214, 220)
COLOURS: tuple[Colour, ...] = ((24, 70, 150), (214, 120, 20), (70, 160, 90))
LARGEST = 9
"""Radius of a point that stands for all answers."""
SMALLEST = 2.5


def reliability_picture(groups: Mapping[str, Sequence[PhotoOutcome]]) -> Image.Image:
    """A point a bin, as large as there are many answers in it, and its 95 % interval; on the line
    where confidence is what it says. At most three groups, by what they are called."""
    picture = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(picture)
    for tenth in range(0, 11, 2):
        share = tenth / 10
        draw.line((*place(share, 0), *place(share, 1)), fill=FAINT)
        draw.line((*place(0, share), *place(1, share)), fill=FAINT)
        write(draw, (place(share, 0)[0], place(0, 0)[1] + 14), f"{share:g}", anchor="mm")
        write(draw, (ORIGIN[0] - 12, place(0, share)[1]), f"{share:g}", anchor="rm")
    draw.line((*place(0, 0), *place(1, 1)), fill=INK)
    write(draw, (ORIGIN[0], ORIGIN[1] - 20), "share of answers that are right", size=14)
    write(draw, (ORIGIN[0], place(0, 0)[1] + 36), "confidence of the reading", size=14)
    for number, (name, outcomes) in enumerate(groups.items()):
        colour = COLOURS[number]
        _points(draw, outcomes, colour)
        error = 100 * calibration_error(outcomes)
        text = f"{name}: {len([o for o in outcomes if o.vin])} answers, error {error:.1f} %"
        write(draw, (ORIGIN[0], place(0, 0)[1] + 58 + 18 * number), text, colour=colour)
    return picture


def place(confidence: float, right: float) -> tuple[float, float]:
    """The pixel of a point of the diagram."""
    return ORIGIN[0] + SIDE * confidence, ORIGIN[1] + SIDE * (1 - right)


def _points(draw: ImageDraw.ImageDraw, outcomes: Sequence[PhotoOutcome], colour: Colour) -> None:
    told = [one for one in bins(outcomes) if one.confidence is not None]
    count = max(1, sum(one.right.n for one in told))
    for one in told:
        low, high = one.right.interval
        x, y = place(one.confidence or 0.0, one.right.hits / one.right.n)
        draw.line((x, place(0, low)[1], x, place(0, high)[1]), fill=colour)
        radius = max(SMALLEST, LARGEST * (one.right.n / count) ** 0.5)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
