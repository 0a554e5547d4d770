"""Photos turned by any angle, and the way back for what is found in them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["back_to_photo", "turned_photo"]

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]


def turned_photo(grey: Grey, degrees: float, most: float = np.inf) -> tuple[Grey, Values]:
    """The photo (H, W) uint8 turned clockwise with room for all of it, its edges drawn out to fill
    the corners, its longer side reduced to `most` pixels at most; and the matrix (3, 3) that brings
    points of the turned photo back to the photo."""
    if degrees == 0 and max(grey.shape) <= most:
        return grey, np.eye(3)
    height, width = grey.shape
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    sides = abs(width * cos) + abs(height * sin), abs(width * sin) + abs(height * cos)
    scale = min(1.0, most / max(sides))
    cos, sin = scale * cos, scale * sin
    size = (
        round(abs(width * cos) + abs(height * sin)),
        round(abs(width * sin) + abs(height * cos)),
    )
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    there = _moved(size[0] / 2, size[1] / 2) @ turn @ _moved(-width / 2, -height / 2)
    middle = _moved(-0.5, -0.5)  # points count from the corners of pixels, the warp from middles
    matrix = (middle @ there @ np.linalg.inv(middle))[:2]
    turned = cv2.warpAffine(grey, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8), np.linalg.inv(there)


def back_to_photo(points: NDArray[np.float32], matrix: Values) -> NDArray[np.float32]:
    """Points (..., 2) of a turned photo in the photo itself; `matrix` as from `turned_photo`."""
    return np.asarray(points @ matrix[:2, :2].T + matrix[:2, 2], np.float32)


def _moved(x: float, y: float) -> Values:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
