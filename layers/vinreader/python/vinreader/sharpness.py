"""How sharp the edges of text are, and how much noise lies over them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["averaged", "edge_blur", "noise", "safe_log", "sharpness"]

Array = NDArray[np.float32]

STRONGEST = 0.97
"""Quantile of the steepness of edges from which on the blur is judged by them."""
ENOUGH = 100_000
"""Pixels that tell a quantile as well as more of them."""


def sharpness(pixels: Array, cap: int, scale: float) -> dict[str, float]:
    """The fields of `Measures` that tell of a line's sharpness: `pixels` (H, W) show its capitals,
    `cap` high; a pixel measures `scale` pixels of the photo."""
    reach = max(3, int(0.22 * cap) | 1)
    diagonal = np.asarray(np.eye(reach) / reach, np.float32)
    ways: dict[str, tuple[Array, tuple[int, int]]] = {
        "along": (np.full((1, reach), 1 / reach, np.float32), (0, 1)),
        "across": (np.full((reach, 1), 1 / reach, np.float32), (1, 0)),
        "falling": (diagonal, (1, 1)),
        "rising": (diagonal[::-1].copy(), (-1, 1)),
    }
    kept = {name: _kept(pixels, kernel, step) for name, (kernel, step) in ways.items()}
    stroke = cv2.GaussianBlur(pixels, (0, 0), max(0.08 * cap, 0.6))
    coarse = averaged(pixels, cap)
    calm = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.1 * cap), np.float32)
    return {
        "along": kept["along"],
        "across": kept["across"],
        "softest": max(kept.values()),
        "sharpest": min(kept.values()),
        "edge": safe_log(edge_blur(pixels, 1.0) * scale),
        "breadth": safe_log(edge_blur(calm, 0.15 * cap) / cap),
        "fine": safe_log(
            float((pixels - stroke).std() + 0.2) / float((stroke - coarse).std() + 0.2)
        ),
    }


def _kept(pixels: Array, kernel: Array, step: tuple[int, int]) -> float:
    """Share of the differences a step (rows, columns) apart that a blur with the kernel leaves."""
    blurred = cv2.filter2D(pixels, -1, kernel, borderType=cv2.BORDER_REPLICATE)
    powers = []
    for image in (pixels, blurred):
        shifted = np.roll(image, step, axis=(0, 1))
        power = (image - shifted)[1:-1, 1:-1]
        powers.append(float((power * power).sum()))
    return float(np.sqrt((powers[1] + 1.0) / (powers[0] + 1.0)))


def edge_blur(pixels: Array, more: float) -> float:
    """Standard deviation in pixels of the blur of the strongest edges: blurred by `more` pixels,
    sharp ones lose most of their steepness."""
    once = cv2.GaussianBlur(pixels, (0, 0), more)
    steep, less = (
        np.hypot(cv2.Sobel(i, cv2.CV_32F, 1, 0), cv2.Sobel(i, cv2.CV_32F, 0, 1))
        for i in (pixels, once)
    )
    some = steep.ravel()[:: 1 + steep.size // ENOUGH]
    strongest = steep >= np.quantile(some, STRONGEST)
    ratio = float(np.median(steep[strongest] / np.maximum(less[strongest], 0.5)))
    return float(np.clip(more / np.sqrt(max(ratio * ratio - 1, 1e-3)), 0.02, 40))


def noise(pixels: Array) -> float:
    """Standard deviation, in grey levels: what the difference of two Laplacians leaves."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    left = np.abs(cv2.filter2D(pixels, -1, kernel)[1:-1, 1:-1])
    return float(np.median(left)) / 0.6745 / 6


def averaged(pixels: Array, cap: int) -> Array:
    """Over squares of about a cap height, twice: the light, without the strokes."""
    side = (round(1.2 * cap), round(1.2 * cap))
    return np.asarray(cv2.blur(cv2.blur(pixels, side), side), np.float32)


def safe_log(value: float) -> float:
    """Natural logarithm of a figure that may be zero."""
    return float(np.log(max(value, 1e-3)))
