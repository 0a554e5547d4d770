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
LEVELS = 5.0
"""Grey levels of unevenness that the eye does not see through, whatever the noise."""
RELIEF = 0.65
"""What shading tells against what a difference of tone does: strokes along the light have none."""
POOR, GOOD = 0.1, 0.85
"""Explained shares of variance that nobody and everybody reads."""
SLIM = 1.5
"""Height against width of a character of usual build; a narrower one is judged by its width."""
FADED, CRISP = 0.03, 0.2
"""Evenness of the blurred ink, see `_explained`, at which counters and gaps are closed or open."""
SMALL, LARGE = 3.5, 9.5
"""Pixels of a capital's smaller side that nobody and everybody reads."""
SOFT, SHARP = 0.18, 0.06
"""Blur against the cap height (standard deviation) that nobody and everybody reads through."""


@dataclass(frozen=True)
class Sight:
    """How the camera saw the line: `cap` and `width` are the pixels of the photo that a capital is
    high and the narrower characters are wide, `blur` the standard deviation of all blur in them."""

    cap: float
    width: float
    blur: float


def legibility(strip: np.ndarray, ink: np.ndarray, places: np.ndarray, sight: Sight) -> float:
    """0 to 1. `strip` (H, W) uint8 shows the number whose own coverage, blurred as the photo is, is
    `ink` (H, W) float32; `places` (N, 4) are left, top, right and bottom of its characters."""
    if len(places) == 0:
        return 0.0
    explained, crisp = _explained(strip, ink, places)
    shown = np.clip((explained - POOR) / (GOOD - POOR), 0, 1) * _visible(places, strip.shape)
    side = min(sight.cap, SLIM * sight.width)
    size = _ramp(side, SMALL, LARGE)
    focus = _ramp(sight.blur / side, SOFT, SHARP)
    edges = _ramp(float(np.quantile(crisp, 0.2)), FADED, CRISP)
    return float(shown.min() * size * focus * edges)


def _ramp(value: float, nothing: float, everything: float) -> float:
    return float(np.clip((value - nothing) / (everything - nothing), 0, 1))


def _visible(places: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """(N,) 0 to 1: 1 where the whole character is in the strip, 0 where a quarter of it is
    cut off."""
    left, top, right, bottom = places.T
    across = np.clip(right, 0, shape[1]) - np.clip(left, 0, shape[1])
    down = np.clip(bottom, 0, shape[0]) - np.clip(top, 0, shape[0])
    share = across * down / np.maximum((right - left) * (bottom - top), 1e-3)
    return np.clip((share - 0.75) / 0.2, 0, 1)


def _explained(
    strip: np.ndarray, ink: np.ndarray, places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(N,) share of the variance under each character that the ink explains, and (N,) how far the
    ink is from an even grey: 1 for strokes with hard edges."""
    parts = [
        np.ones(strip.shape, np.float32),
        ink,
        cv2.Sobel(ink, cv2.CV_32F, 1, 0, ksize=3),
        cv2.Sobel(ink, cv2.CV_32F, 0, 1, ksize=3),
        strip.astype(np.float32),
    ]
    corners = _whole_pixels(places, strip.shape)
    count = len(parts)
    moments = np.empty((len(places), count, count))
    for i in range(count):
        for j in range(i, count):
            moments[:, i, j] = moments[:, j, i] = _sums(parts[i] * parts[j], corners)
    pixels = moments[:, 0, 0]
    normal = moments[:, :4, :4] + 1e-3 * pixels[:, None, None] * np.eye(4)
    right = moments[:, :4, 4]
    fitted = np.linalg.solve(normal, right[..., None])[..., 0]
    mean = moments[:, 0, 4] / pixels
    total = np.maximum(moments[:, 4, 4] / pixels - mean**2, 0) + LEVELS**2
    known = (fitted * right).sum(axis=1) / pixels - mean**2
    mean_ink = moments[:, 0, 1] / pixels
    spread = np.maximum(moments[:, 1, 1] / pixels - mean_ink**2, 1e-4)
    toned = (moments[:, 1, 4] / pixels - mean_ink * mean) ** 2 / spread
    crisp = spread / np.maximum(mean_ink * (1 - mean_ink), 1e-3)
    return np.clip((toned + RELIEF * np.maximum(known - toned, 0)) / total, 0, 1), crisp


def _whole_pixels(places: np.ndarray, shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    """(N,) first and last column and row of each place, at least three by three pixels."""
    left = np.clip(np.floor(places[:, 0]), 0, shape[1] - 3).astype(int)
    top = np.clip(np.floor(places[:, 1]), 0, shape[0] - 3).astype(int)
    right = np.clip(np.ceil(places[:, 2]), left + 3, shape[1]).astype(int)
    bottom = np.clip(np.ceil(places[:, 3]), top + 3, shape[0]).astype(int)
    return left, top, right, bottom


def _sums(image: np.ndarray, corners: tuple[np.ndarray, ...]) -> np.ndarray:
    """(N,) sums of the image over the places."""
    left, top, right, bottom = corners
    table = cv2.integral(image)
    return table[bottom, right] - table[top, right] - table[bottom, left] + table[top, left]
