"""Photos turned by any angle, and the way back for what is found in them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["back_to_photo", "frame_around", "turned_photo", "turned_size"]

Array = NDArray[np.float32]
Grey = NDArray[np.uint8]
Values = NDArray[np.float64]


def turned_photo(
    grey: Grey, degrees: float, most: float = np.inf, frame: Values | None = None
) -> tuple[Grey, Values]:
    """The photo (H, W) uint8 turned clockwise with room for all of it, its edges drawn out to fill
    the corners, its longer side reduced to `most` pixels at most; and the matrix (3, 3) that brings
    points of the turned photo back to the photo.

    `frame`, two corners (2, 2) in pixels of the photo turned and not reduced, is what is shown of
    it.
    """
    if degrees == 0 and frame is None and max(grey.shape) <= most:
        return grey, np.eye(3)
    whole = np.stack([np.zeros(2), turned_size(grey, degrees)])
    low, high = whole if frame is None else frame
    scale = min(1.0, most / max(high - low))
    middle = _moved(-0.5, -0.5)  # points count from the corners of pixels, the warp from middles
    shown = np.maximum(np.round(scale * (high - low)), 1).astype(int)
    aimed = _moved(*(shown / 2)) @ np.diag([scale, scale, 1]) @ _moved(*(-(low + high) / 2))
    there = aimed @ _turned(grey, degrees)
    matrix = (middle @ there @ np.linalg.inv(middle))[:2]
    size = int(shown[0]), int(shown[1])
    turned = cv2.warpAffine(grey, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(turned, np.uint8), np.asarray(np.linalg.inv(there), np.float64)


def turned_size(grey: Grey, degrees: float) -> Values:
    """Width and height (2,) in pixels of the photo (H, W) turned, with room for all of it."""
    height, width = grey.shape
    cos, sin = abs(np.cos(np.deg2rad(degrees))), abs(np.sin(np.deg2rad(degrees)))
    return np.array([width * cos + height * sin, width * sin + height * cos])


def frame_around(points: Array, grey: Grey, degrees: float, margin: float, least: float) -> Values:
    """The frame for `turned_photo` that shows points (N, 2) of the photo (H, W) and, all around,
    `margin` times its longer side, and as much more as it takes to span a share of `least` of the
    photo turned, if it has that much there."""
    turned = back_to_photo(np.asarray(points, np.float32), _turned(grey, degrees))
    low, high = turned.min(axis=0), turned.max(axis=0)
    whole, longer = turned_size(grey, degrees), max(high - low)
    more = max(margin * longer, (least * max(whole) - longer) / 2)
    return np.stack([np.maximum(low - more, 0), np.minimum(high + more, whole)])


def back_to_photo(points: Array, matrix: Values) -> Array:
    """Points (..., 2) of a turned photo in the photo itself; `matrix` as from `turned_photo`."""
    return np.asarray(points @ matrix[:2, :2].T + matrix[:2, 2], np.float32)


def _turned(grey: Grey, degrees: float) -> Values:
    """The matrix (3, 3) from the photo to the photo turned, and not reduced."""
    height, width = grey.shape
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    there = _moved(*(turned_size(grey, degrees) / 2)) @ turn @ _moved(-width / 2, -height / 2)
    return np.asarray(there, np.float64)


def _moved(x: float, y: float) -> Values:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1.0]])
