"""The ways a number is made, one `Style` each, drawn by their shares."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from training.synthesis.chance import cumulative, pick
from training.synthesis.styles.base import Style
from training.synthesis.styles.glass import WINDSHIELD
from training.synthesis.styles.metal import DOT_PEEN, EMBOSSED_PLATE, LASER_ETCHED, STAMPED_STEEL
from training.synthesis.styles.printed import DOT_MATRIX, PRINTED_LABEL, REVERSED_FILM

__all__ = ["STYLES", "Style", "draw_style"]

STYLES: dict[str, Style] = {
    style.name: style
    for style in (
        PRINTED_LABEL,
        DOT_MATRIX,
        REVERSED_FILM,
        EMBOSSED_PLATE,
        STAMPED_STEEL,
        DOT_PEEN,
        LASER_ETCHED,
        WINDSHIELD,
    )
}


def draw_style(rng: np.random.Generator, names: Sequence[str] = ()) -> Style:
    """One of the named styles (none: of all) by share."""
    chosen, shares = _chosen(tuple(names))
    return chosen[pick(rng, shares)]


@cache
def _chosen(names: tuple[str, ...]) -> tuple[list[Style], tuple[float, ...]]:
    chosen = [STYLES[name] for name in names] or list(STYLES.values())
    return chosen, cumulative([style.share for style in chosen])
