"""Shares with their intervals, error rates, and tables in Markdown that read well in a terminal
too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from training.evaluation.outcomes import Outcome

__all__ = ["NOTHING", "Share", "character_error_rate", "markdown"]

NOTHING = "–"
"""A figure of which there is none."""
Z = 1.959964
"""Standard deviations of a normal distribution that hold its middle 95 %."""


@dataclass(frozen=True)
class Share:
    """`hits` of `n`, with the interval that holds the true share 19 times in 20."""

    hits: int
    n: int

    @classmethod
    def of(cls, judged: Iterable[bool]) -> Share:
        """The share of those that are true."""
        verdicts = list(judged)
        return cls(sum(verdicts), len(verdicts))

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end (Wilson 1927): right for small n and for shares close to 0 or 1."""
        if self.n == 0:
            return 0.0, 1.0
        share, weight = self.hits / self.n, Z**2 / self.n
        middle = (share + weight / 2) / (1 + weight)
        half = Z * sqrt(share * (1 - share) / self.n + weight / (4 * self.n)) / (1 + weight)
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        if self.n == 0:
            return NOTHING
        low, high = self.interval
        return f"{100 * self.hits / self.n:.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def character_error_rate(outcomes: Iterable[Outcome]) -> str:
    """Edits over characters, of the outcomes that have a label. Without an interval: errors of one
    line are not independent."""
    labelled = [outcome for outcome in outcomes if outcome.label]
    if not labelled:
        return NOTHING
    edits = sum(outcome.edits for outcome in labelled)
    return f"{100 * edits / sum(len(outcome.label) for outcome in labelled):.2f} %"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with padded columns, the first to the left, the others, figures, to the right."""
    table = [list(header), *(list(row) for row in rows)]
    widths = [max(3, *(len(cell) for cell in column)) for column in zip(*table, strict=True)]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        others = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
        return "| " + " | ".join([first, *others]) + " |"

    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([line(table[0]), line(ruler), *(line(row) for row in table[1:])])
