"""A line's own course, from the photo: how it is tilted and bent within the quad that was found.

Text is what changes quickly along a line and stops above and below it. So the band is moved to
where most of those changes lie inside it and least right beside it; a quad fitted to coarse maps
needs that when it is tilted against its line, too low or too high, or when the line is bent.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.rectification import Adjustment, Band, adjust, cut

__all__ = ["HuggingConfig", "hug"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class HuggingConfig:
    """What courses are tried, in heights of the band unless said otherwise."""

    around: float = 0.75
    """How far above and below the band is looked."""
    rows: int = 60
    """Pixels that the view is high."""
    columns: int = 640
    stretches: int = 16
    """Parts of the line whose rows are summed."""
    shifts: tuple[float, ...] = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
    tilts: tuple[float, ...] = (-0.5, -0.375, -0.25, -0.125, 0.0, 0.125, 0.25, 0.375, 0.5)
    bends: tuple[float, ...] = (-0.45, -0.3, -0.15, 0.0, 0.15, 0.3, 0.45)
    heights: tuple[float, ...] = (0.6, 0.75, 0.9, 1.05, 1.2)
    beside: float = 0.15
    """How far outside the band changes speak against it."""
    plain: float = 0.15
    """Share of all changes that has to be won for each height that the band is taller, and for four
    heights of tilt or bend: nothing is changed for nothing."""


def hug(grey: NDArray[np.uint8], band: Band, config: HuggingConfig | None = None) -> Band:
    """The band moved onto the text that it covers more or less, in a photo (H, W) uint8; its ends
    stay where they are."""
    config = config or HuggingConfig()
    flat = Band(band.quad)
    room = Adjustment(0, 0, config.around, config.around)
    size = (config.columns, config.rows)
    view = cut(grey, adjust(flat.quad, room)[None], size)[0]
    inside = _changes(view, config)
    shift, tilt, bend, height = _best_course(inside, config)
    moved = adjust(flat.quad, Adjustment(0, 0, -shift, shift, 0.0, tilt / 2))
    slack = (height - 1) / 2
    moved = adjust(moved, Adjustment(0, 0, slack, slack))
    # The course was moved as a whole: its ends lie above the middle by what it sags.
    chord = adjust(moved, Adjustment(0, 0, bend * 2 / 3 / height, -bend * 2 / 3 / height))
    return Band(chord, bend / height)


def _changes(view: NDArray[np.uint8], config: HuggingConfig) -> Values:
    """(stretches, rows + 1) sums, from the top, of how much each row changes along the line."""
    values = cv2.GaussianBlur(view.astype(np.float32), (0, 0), 1.5, sigmaY=0.7)
    steps = np.abs(np.diff(values, axis=1, prepend=values[:, :1])).astype(np.float64)
    parts = steps.reshape(config.rows, config.stretches, -1).mean(axis=2).T
    parts -= np.minimum(np.quantile(parts, 0.1, axis=1), parts.mean(axis=1))[:, None]
    parts = np.maximum(parts, 0.0)
    parts /= parts.sum(axis=1, keepdims=True) + 1e-6
    return np.concatenate([np.zeros((config.stretches, 1)), parts.cumsum(axis=1)], axis=1)


def _best_course(sums: Values, config: HuggingConfig) -> tuple[float, float, float, float]:
    """Shift, tilt and bend of the band's middle and its height, in heights of the band."""
    at = (np.arange(config.stretches) + 0.5) / config.stretches
    shift, tilt, bend, height, along = np.meshgrid(
        config.shifts, config.tilts, config.bends, config.heights, at, indexing="ij", sparse=True
    )
    middle = shift + tilt * (along - 0.5) + bend * (4 * along * (1 - along) - 2 / 3)
    top, bottom = middle + 0.5 - height / 2, middle + 0.5 + height / 2

    def above(edge: Values) -> Values:
        row = (edge + config.around) / (1 + 2 * config.around) * config.rows
        row = np.clip(row, 0, config.rows - 1e-6)
        whole = row.astype(np.intp)
        part = np.broadcast_to(np.arange(config.stretches), whole.shape)
        low, high = sums[part, whole], sums[part, whole + 1]
        return np.asarray(low + (high - low) * (row - whole))

    inside = above(bottom) - above(top)
    outer = above(bottom + config.beside) - above(top - config.beside)
    merit = (2 * inside - outer).mean(axis=-1)
    merit -= config.plain * (height + (np.abs(tilt) + np.abs(bend)) / 4)[..., 0]
    best = np.unravel_index(merit.argmax(), merit.shape)
    return (
        config.shifts[best[0]],
        config.tilts[best[1]],
        config.bends[best[2]],
        config.heights[best[3]],
    )
