"""Which line of text looks like a VIN, judged by the detector's maps alone.

A VIN is seen as such along its whole length and no further, holds seventeen characters, and there
is one in a photo. The weights are fitted by `training.detection.ranking`.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Merit", "features", "merits"]

Array = NDArray[np.float32]

CHARACTERS = 17
_COLUMNS = 8 * CHARACTERS
_ROWS = 5
"""Samples taken along and across a line."""
_PEAK = 0.15
"""Characters fainter than this are not counted."""


@dataclass(frozen=True)
class Merit:
    """What each feature of a line adds to the log odds that it is the VIN.

    Fitted to 403 photos (`low`, certain, and `unlabelled`, held out) that the detector was not
    trained on.
    """

    mean: float = 2.31
    """The line map along the line, its mean."""
    faintest: float = 4.68
    """The tenth of the line where the line map is lowest."""
    miscount: float = -4.04
    """Characters more or fewer than seventeen, in seventeenths, one at most."""
    beyond: float = -10.48
    """The line map one height beyond the ends, the higher of both."""
    share: float = 10.57
    """Root of the share of all that the line map shows that lies under the line."""
    constant: float = -4.14


def features(maps: Array, quads: Array) -> Array:
    """(N, 5) float32 of the quads (N, 4, 2) on maps (3, h, w) region, affinity, line: the fields of
    `Merit` in order."""
    along, down = quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]
    length, height = np.hypot(*along.T), np.hypot(*down.T)
    x = (np.arange(_COLUMNS, dtype=np.float32) + 0.5) / _COLUMNS
    y = (np.arange(_ROWS, dtype=np.float32) + 0.5) / _ROWS
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(1, -1, 2).astype(np.float32)
    line = _sampled(maps[2], quads, grid).reshape(-1, _ROWS, _COLUMNS).max(axis=1)
    region = _sampled(maps[0], quads, grid).reshape(-1, _ROWS, _COLUMNS).max(axis=1)
    middle = region[:, 1:-1]
    peaks = (middle > region[:, :-2]) & (middle >= region[:, 2:]) & (middle > _PEAK)
    reach = height / np.maximum(length, 1e-3)
    outside = np.stack([-reach, 1 + reach], axis=1)
    ends = np.stack([outside, np.full_like(outside, 0.5)], axis=-1).astype(np.float32)
    beyond = _sampled(maps[2], quads, ends).max(axis=1)
    # counted as if it were even across, so that a faded line next to nothing still gets a whole
    under = line.mean(axis=1) * length * height
    share = under / max(float(maps[2].sum()), 1e-3)
    miscount = np.abs(peaks.sum(axis=1) - CHARACTERS) / CHARACTERS
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
    w = weights
    vector = np.array([w.mean, w.faintest, w.miscount, w.beyond, w.share], np.float32)
    return np.asarray(features(maps, quads) @ vector + np.float32(w.constant), np.float32)


def _sampled(plane: Array, quads: Array, at: Array) -> Array:
    """(N, M) values of a map (h, w) at places (1 or N, M, 2) given in shares of each quad."""
    along, down = quads[:, 1] - quads[:, 0], quads[:, 3] - quads[:, 0]
    points = quads[:, None, 0] + at[..., :1] * along[:, None] + at[..., 1:] * down[:, None]
    points = (points - 0.5).astype(np.float32)  # the map's values stand in the middle of pixels
    found = cv2.remap(plane, points[..., 0], points[..., 1], cv2.INTER_LINEAR)
    return np.asarray(found, np.float32).reshape(len(quads), -1)
