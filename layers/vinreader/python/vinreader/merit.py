"""Which line of text looks like a VIN, judged by the detector's maps alone.

A VIN is seen as such along its whole length and no further, holds seventeen characters, and there
is one in a photo. The weights are fitted by `training.detection.ranking`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Merit", "completed", "features", "merits", "weighed"]

Array = NDArray[np.float32]

CHARACTERS = 17
_COLUMNS = 8 * CHARACTERS
_ROWS = 5
"""Samples taken along and across a line."""
_PEAK = 0.15
"""Characters fainter than this are not counted."""
_COUNTABLE = 4.0
"""Characters closer than this, in map pixels, run together and are not counted reliably."""
_GOES_ON = 0.2
"""Beyond a line's end, text or gaps between characters fainter than this are its end."""
_STEPS = 26
"""Places looked at beyond an end."""
_FURTHEST = 2.6
"""How far beyond an end a character may be missing, in heights."""


@dataclass(frozen=True)
class Merit:
    """What each feature of a line adds to the log odds that it is the VIN.

    Fitted to 403 photos (`low`, certain, and `unlabelled`, held out) that the detector was not
    trained on, as they are and turned by 45° and 90°.
    """

    mean: float = 1.06
    """The line map along the line, its mean."""
    faintest: float = 7.72
    """The tenth of the line where the line map is lowest."""
    miscount: float = -1.17
    """Characters more or fewer than seventeen, in seventeenths, one at most."""
    beyond: float = -7.9
    """The line map one height beyond the ends, the higher of both."""
    share: float = 5.05
    """Root of the share of all that the line map shows that lies under the line."""
    constant: float = -5.69


def features(maps: Array, quads: Array) -> Array:
    """(N, 5) float32 of the quads (N, 4, 2) on maps (3, h, w) region, affinity, line: the fields of
    `Merit` in order."""
    along, down = quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]
    length, height = np.hypot(*along.T), np.hypot(*down.T)
    grid = _grid(_COLUMNS, _ROWS)
    line = _sampled(maps[2], quads, grid).reshape(-1, _ROWS, _COLUMNS).max(axis=1)
    peaks = _peaks(_sampled(maps[0], quads, grid).reshape(-1, _ROWS, _COLUMNS).max(axis=1))
    reach = height / np.maximum(length, 1e-3)
    outside = np.stack([-reach, 1 + reach], axis=1)
    ends = np.stack([outside, np.full_like(outside, 0.5)], axis=-1).astype(np.float32)
    beyond = _sampled(maps[2], quads, ends).max(axis=1)
    # counted as if it were even across, so that a faded line next to nothing still gets a whole
    under = line.mean(axis=1) * length * height
    share = under / max(float(maps[2].sum()), 1e-3)
    miscount = np.abs(peaks - CHARACTERS) / CHARACTERS
    columns = [
        line.mean(axis=1),
        np.quantile(line, 0.1, axis=1),
        np.minimum(miscount, 1.0),
        beyond,
        np.sqrt(np.clip(share, 0, 1)),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def merits(maps: Array, quads: Array, weights: Merit) -> Array:
    """(N,) log odds that the quads (N, 4, 2) on maps (3, h, w) are the VIN."""
    if len(quads) == 0:
        return np.zeros(0, np.float32)
    return weighed(features(maps, quads), weights)


def weighed(seen: Array, weights: Merit) -> Array:
    """(N,) log odds of lines with the features `seen` (N, 5)."""
    w = weights
    vector = np.array([w.mean, w.faintest, w.miscount, w.beyond, w.share], np.float32)
    return np.asarray(seen @ vector + np.float32(w.constant), np.float32)


def completed(maps: Array, quads: Array) -> Array:
    """The quads (N, 4, 2) on maps (3, h, w), drawn out where text goes on beyond an end: by what
    is missing of seventeen characters, and by one in any case, since an edge or a rivet may have
    been counted. A threshold that the others pass cuts faint characters off."""
    if len(quads) == 0:
        return quads
    along, down = quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]
    length, height = np.hypot(*along.T), np.hypot(*down.T)
    grid = _grid(_COLUMNS, _ROWS)
    count = _peaks(_sampled(maps[0], quads, grid).reshape(-1, _ROWS, _COLUMNS).max(axis=1))
    pitch = length / np.maximum(count, 1)
    missing = np.where(pitch >= _COUNTABLE, np.maximum(CHARACTERS - count, 1), 0)
    reach = np.minimum(_FURTHEST * height, missing * pitch) / np.maximum(length, 1e-3)
    text = np.maximum(maps[0], maps[1])
    steps = np.arange(1, _STEPS + 1, dtype=np.float32) / _STEPS
    drawn = quads.copy()
    for start, sign, ends in ((0.0, -1.0, (0, 3)), (1.0, 1.0, (1, 2))):
        x = start + sign * steps[None] * reach[:, None]
        at = np.stack([x, np.full_like(x, 0.5)], axis=-1).astype(np.float32)
        goes_on = np.cumprod(_sampled(text, quads, at) > _GOES_ON, axis=1).sum(axis=1)
        by = (sign * reach * goes_on / _STEPS).astype(np.float32)
        for corner in ends:
            drawn[:, corner] += by[:, None] * along
    return drawn


def _grid(columns: int, rows: int) -> Array:
    """(1, rows * columns, 2) places all over a quad, in shares of it."""
    x = (np.arange(columns) + 0.5) / columns
    y = (np.arange(rows) + 0.5) / rows
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(1, -1, 2).astype(np.float32)


def _peaks(region: Array) -> NDArray[np.int64]:
    """(N,) how many characters profiles (N, columns) of the region map show."""
    middle = region[:, 1:-1]
    higher = (middle > region[:, :-2]) & (middle >= region[:, 2:]) & (middle > _PEAK)
    return np.asarray(higher.sum(axis=1), np.int64)


def _sampled(plane: Array, quads: Array, at: Array) -> Array:
    """(N, M) values of a map (h, w) at places (1 or N, M, 2) given in shares of each quad."""
    along, down = quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]
    points = quads[:, None, 0] + at[..., :1] * along[:, None] + at[..., 1:] * down[:, None]
    points = (points - 0.5).astype(np.float32)  # the map's values stand in the middle of pixels
    found = cv2.remap(plane, points[..., 0], points[..., 1], cv2.INTER_LINEAR)
    return np.asarray(found, np.float32).reshape(len(quads), -1)
