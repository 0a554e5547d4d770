"""Bars for people who do not read tables."""

from __future__ import annotations

from collections.abc import Sequence

from PIL import Image, ImageDraw

from benchmarks.comparison_tables import by_group, verdicts
from benchmarks.engines import OURS, Answered
from benchmarks.figures import percentile
from training.evaluation.drawing import GROUND, INK, Colour, write

__all__ = ["comparison_chart"]

NAMES = 210
"""Pixels for the names of readers."""
BARS = 300
FIGURES = 60
ROW = 26
BAR = 16
HEADING = 40
GAP = 18
OWN: Colour = (24, 70, 150)
OTHER: Colour = (170, 178, 190)
RIGHT: Colour = (70, 160, 90)
FALSE: Colour = (214, 40, 40)


def comparison_chart(answers: Sequence[Answered]) -> Image.Image:
    """For each set of photos: on the left how long a reader takes at the median, on the right what
    share of the photos it reads right, and wrong."""
    groups = by_group(answers)
    rows = sum(len(readers) for readers in groups.values())
    width = NAMES + 2 * (BARS + FIGURES) + 2 * GAP
    height = len(groups) * (HEADING + GAP) + rows * ROW + GAP
    picture = Image.new("RGB", (width, height), GROUND)
    draw = ImageDraw.Draw(picture)
    top = GAP
    for group, readers in groups.items():
        _heading(draw, top, f"{group} ({len(next(iter(readers.values())))} photos)")
        top += HEADING
        longest = max(_median(told) for told in readers.values())
        for name, told in readers.items():
            _row(draw, top, name, told, longest)
            top += ROW
        top += GAP
    return picture


def _heading(draw: ImageDraw.ImageDraw, top: int, group: str) -> None:
    right = NAMES + BARS + FIGURES + GAP
    write(draw, (GAP, top + HEADING / 3), group, size=15)
    write(draw, (NAMES, top + HEADING / 3), "processor time, median", size=13)
    write(draw, (right, top + HEADING / 3), "right (green), wrong (red)", size=13)


def _row(
    draw: ImageDraw.ImageDraw, top: int, name: str, told: Sequence[Answered], longest: float
) -> None:
    middle = top + BAR / 2
    write(draw, (GAP, middle), name)
    ms = _median(told)
    end = NAMES + BARS * ms / longest
    draw.rectangle((NAMES, top, end, top + BAR), fill=OWN if name == OURS.name else OTHER)
    write(draw, (end + 5, middle), f"{ms:.0f} ms")
    left = NAMES + BARS + FIGURES + GAP
    verdict = verdicts(told)
    for share, colour, upper in (
        (verdict.exact, RIGHT, top),
        (verdict.wrong, FALSE, top + BAR / 2),
    ):
        if share.n:
            reach = left + BARS * share.hits / share.n
            draw.rectangle((left, upper, reach, upper + BAR / 2 - 1), fill=colour)
    shares = [f"{100 * s.hits / s.n:.0f}" if s.n else "-" for s in (verdict.exact, verdict.wrong)]
    write(draw, (left + BARS + 5, middle), f"{' / '.join(shares)} %", colour=INK)


def _median(told: Sequence[Answered]) -> float:
    return percentile([answer.cpu_ms for answer in told], 0.5)
