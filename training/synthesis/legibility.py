"""How well a person could read a strip, from what the synthesiser knows and nothing else.

The picture under each character is explained by least squares from the known ink and its slopes:
the share of its variance that they explain falls with noise, reflections, dirt and whatever else
covers the ink, and works for print and for relief alike. What is too small, too blurred or cut off
counts on top of that. The worst character decides: a number is read whole or not.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

__all__ = ["READABLE", "Sight", "legibility"]

READABLE = 0.45
"""From here on a person reads every character without doubt: found by looking at strips in the
order of their legibility."""
LEVELS = 3.0
"""Grey levels of unevenness that the eye does not see through, whatever the noise."""
SMALL, LARGE = 3.5, 8.5
"""Pixels of a capital's smaller side that nobody and everybody reads."""
SOFT, SHARP = 0.19, 0.06
"""Blur against the cap height (standard deviation) that nobody and everybody reads through."""


@dataclass(frozen=True)
class Sight:
    """How the camera saw the line: `cap` and `width` are the pixels of the photo that a capital is
    high and the narrower characters are wide, `blur` the standard deviation of all blur in them."""

    cap: float
    width: float
    blur: float


def legibility(strip: np.ndarray, ink: np.ndarray, places: np.ndarray, sight: Sight) -> float:
    """0 to 1. `strip` (H, W) uint8 and `ink` (H, W) float32 coverage show the same; `places` (N, 4)
    are left, top, right and bottom of each character in it, 0 where there is none."""
    if len(places) == 0:
        return 0.0
    seen = _visible(places, strip.shape) * _explained(strip, ink, places)
    size = _ramp(min(sight.cap, 1.6 * sight.width), SMALL, LARGE)
    focus = _ramp(sight.blur / sight.cap, SOFT, SHARP)
    return float(seen.min() * np.sqrt(size * focus))


def _ramp(value: float, nothing: float, everything: float) -> float:
    return float(np.clip((value - nothing) / (everything - nothing), 0, 1))


def _visible(places: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(N,) 0 to 1: 1 where the whole character is in the strip, 0 where less than two thirds
    are."""
    left, top, right, bottom = places.T
    across = np.clip(right, 0, shape[1]) - np.clip(left, 0, shape[1])
    down = np.clip(bottom, 0, shape[0]) - np.clip(top, 0, shape[0])
    share = across * down / np.maximum((right - left) * (bottom - top), 1e-3)
    return np.clip((share - 0.66) / 0.24, 0, 1)


def _explained(strip: np.ndarray, ink: np.ndarray, places: np.ndarray) -> np.ndarray:
    """(N,) share of the variance under each character that the ink explains."""
    top = int(np.clip(places[:, 1].min() - 1, 0, strip.shape[0] - 2))
    bottom = int(np.clip(places[:, 3].max() + 2, top + 2, strip.shape[0]))
    rows = slice(top, bottom)
    smooth = cv2.GaussianBlur(ink, (0, 0), 0.8)
    parts = [
        smooth,
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3),
        cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3),
        strip.astype(np.float32),
    ]
    parts = [np.ones((bottom - top, strip.shape[1]), np.float32), *(part[rows] for part in parts)]
    count = len(parts)
    sums = np.zeros((count, count, strip.shape[1] + 1))
    for i in range(count):
        for j in range(i, count):
            column = cv2.reduce(parts[i] * parts[j], 0, cv2.REDUCE_SUM)[0]
            sums[i, j, 1:] = sums[j, i, 1:] = np.cumsum(column, dtype=np.float64)
    first = np.clip(np.floor(places[:, 0]), 0, strip.shape[1] - 3).astype(int)
    last = np.clip(np.ceil(places[:, 2]), first + 3, strip.shape[1]).astype(int)
    moments = (sums[:, :, last] - sums[:, :, first]).transpose(2, 0, 1)
    pixels = moments[:, 0, 0]
    normal = moments[:, :4, :4] + 1e-3 * pixels[:, None, None] * np.eye(4)
    right = moments[:, :4, 4]
    fitted = np.linalg.solve(normal, right[..., None])[..., 0]
    mean = moments[:, 0, 4] / pixels
    total = moments[:, 4, 4] / pixels - mean**2
    known = (fitted * right).sum(axis=1) / pixels - mean**2
    return np.clip(known / (np.maximum(total, known) + LEVELS**2), 0, 1)
