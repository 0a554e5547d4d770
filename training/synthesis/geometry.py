"""From a set line to the strip: the quad that a rectifier would cut, and where things then lie."""

from __future__ import annotations

from math import ceil, floor

import cv2
import numpy as np

from training.synthesis.lines import SetLine

__all__ = ["Camera", "corners", "edges_in_strip", "project", "window"]

WHOLE = 17
"""Characters that a line has room for: a shorter row is cut with so much beside it that its own are
not stretched far beyond those of a whole number."""


def window(
    rng: np.random.Generator, line: SetLine, cap: float, slant: float
) -> tuple[np.ndarray, tuple[int, int]]:
    """The quad (4, 2) that a rectifier would cut, in pixels of the set line, and its size in the
    photo.

    It is wrong as real ones are: margins of any size, ends cut, rows missing, shear, tilt and
    keystone.
    """
    left, right = line.span
    margins = _margins(rng, line)
    rows = rng.normal(0.22, 0.16, 2).clip(-0.2, 0.8)
    if rng.random() < 0.25:  # the detector took a touching bar code or line for a part of this one
        rows[int(rng.integers(2))] = rng.uniform(0.5, 1.3)
    above, below = rows * line.cap
    shear = rng.normal(0, 0.22 * slant) * line.cap
    tilt = rng.normal(0, 0.16) * line.cap
    x0, x1 = left - margins[0], right + margins[1]
    y0, y1 = line.top - above, line.top + line.cap + below
    quad = np.array(
        [
            [x0 + shear, y0 - tilt],
            [x1 + shear, y0 + tilt],
            [x1 - shear, y1 + tilt],
            [x0 - shear, y1 - tilt],
        ]
    )
    quad[:, 1] += rng.normal(0, 0.05 * slant, 4) * line.cap
    squeeze = float(np.exp(rng.normal(0, 0.22 * slant)))
    scale = cap / line.cap
    size = (
        max(60, int((x1 - x0) * scale * squeeze)),
        max(8, int((y1 - y0) * scale)),
    )
    return quad.astype(np.float32), size


def _margins(rng: np.random.Generator, line: SetLine) -> np.ndarray:
    """(2,) room before and after the number, pixels of the set line."""
    width = line.span[1] - line.span[0]
    wide = rng.random() < 0.1
    margins = rng.uniform(0.0, 0.4 if wide else 0.1, 2) * width
    count = len(line.edges)
    if 0 < count < WHOLE:  # as long a line as the whole number would be
        missing = width * (WHOLE / count - 1) * float(rng.uniform(0.5, 1.0))
        margins += missing * np.array([share := rng.uniform(0, 1), 1 - share])
    return margins


class Camera:
    """What a quad (4, 2) of a line shows at the photo's resolution, filtered against aliasing;
    `size` is its width and height there and `scale` how much smaller that is."""

    def __init__(self, quad: np.ndarray, size: tuple[int, int], scale: float) -> None:
        self.size = size
        (left, top), (right, bottom) = quad.min(axis=0).tolist(), quad.max(axis=0).tolist()
        x, y = max(0, floor(left) - 2), max(0, floor(top) - 2)
        self.part = np.s_[y : ceil(bottom) + 2, x : ceil(right) + 2]
        self.shrink = max(1, round(1 / (1.2 * scale)))
        quad = (quad - np.array([x, y], np.float32)) / np.float32(self.shrink)
        half = np.float32(0.5)  # quads count from pixels' corners, the warp from their middles
        self.to_photo = cv2.getPerspectiveTransform(quad - half, corners(size) - half)

    def show(self, ink: np.ndarray) -> np.ndarray:
        """(H, W) float32 coverage in the photo of an ink (…, …) uint8."""
        ink, shrink = ink[self.part], self.shrink
        if shrink > 1:  # area averaging first: a warp alone would alias; whole factors are quick
            height, width = (side // shrink for side in ink.shape)
            ink = cv2.resize(
                ink[: height * shrink, : width * shrink],
                (width, height),
                interpolation=cv2.INTER_AREA,
            )
        warped = cv2.warpPerspective(ink, self.to_photo, self.size, flags=cv2.INTER_LINEAR)
        return warped.astype(np.float32) * np.float32(1 / 255)


def corners(size: tuple[int, int]) -> np.ndarray:
    """(4, 2) float32 corners of a picture of that width and height, clockwise from the top left."""
    width, height = size
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


def edges_in_strip(line: SetLine, to_photo: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """(N, 2) float32 left and right edge of each character."""
    return (project(line.edges, to_photo)[:, :, 0] * scale[0]).astype(np.float32)


def project(points: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """Points (…, 2) through a (3, 3) homography."""
    homogeneous = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1)
    moved = homogeneous @ homography.T
    return np.asarray(moved[..., :2] / moved[..., 2:])
