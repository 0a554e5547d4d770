"""From quads in the photo to strips for the recogniser.

A quad is moved and bent in its own frame: along the line in shares of its length, across it in
shares of its height. That way one list of adjustments serves lines of every size and direction.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Adjustment", "adjust", "cut", "section", "turned"]

Array = NDArray[np.float32]

LARGEST_CUT = (2400, 200)
"""Width and height in pixels over which a line is sampled more coarsely, well over what a strip
shows."""
AREA_FROM = 1.5
"""From this reduction on pixels are averaged, as the synthesiser does it for training."""


@dataclass(frozen=True)
class Adjustment:
    """How the cut differs from the quad found. `before` and `after` lengthen the line at its ends
    and `above` and `below` heighten it, all in heights of the line (negative cuts off); `lean`
    moves the top edge forward, `tilt` the right end down, in heights too."""

    before: float = 0.5
    after: float = 0.5
    above: float = 0.2
    below: float = 0.2
    lean: float = 0.0
    tilt: float = 0.0


def adjust(quad: Array, change: Adjustment) -> Array:
    """The quad (4, 2), clockwise from the top left in reading direction, changed in its own
    frame."""
    along = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
    down = (quad[2] + quad[3] - quad[0] - quad[1]) / 2
    height = float(np.hypot(*down)) or 1.0
    ahead = along / (float(np.hypot(*along)) or 1.0) * height
    a, b, c, d = quad
    shift = change.lean * ahead
    sink = change.tilt * down
    return np.stack(
        [
            a - change.before * ahead - change.above * down + shift - sink,
            b + change.after * ahead - change.above * down + shift + sink,
            c + change.after * ahead + change.below * down - shift + sink,
            d - change.before * ahead + change.below * down - shift - sink,
        ]
    ).astype(np.float32)


def turned(quad: Array) -> Array:
    """The same quad read from its other end."""
    return np.roll(quad, 2, axis=0)


def section(quad: Array, left: float, right: float) -> Array:
    """The part (4, 2) of a quad between two upright cuts, given as shares of its width as a strip
    shows it: 0 is the left end, 1 the right one, and either may lie outside."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    to_photo = cv2.getPerspectiveTransform(unit, np.asarray(quad, np.float32))
    part = np.array([[[left, 0], [right, 0], [right, 1], [left, 1]]], np.float32)
    return np.asarray(cv2.perspectiveTransform(part, to_photo)[0], np.float32)


def cut(grey: NDArray[np.uint8], quads: Array, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Strips (N, H, W) uint8 of `size` (W, H) under the quads (N, 4, 2) of a photo (H, W) uint8.

    Each is first taken at the photo's own resolution and then stretched: that is how the strips of
    the training came about, and it keeps small characters from being smeared twice.
    """
    width, height = size
    strips = np.empty((len(quads), height, width), np.uint8)
    for i, quad in enumerate(np.asarray(quads, np.float32)):
        wide, tall = _own_size(quad)
        corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
        window, origin = _window(grey, quad)
        # Quads count from the corners of pixels, the warp from their middles.
        half = np.float32(0.5)
        transform = cv2.getPerspectiveTransform(quad - origin - half, corners - half)
        patch = cv2.warpPerspective(
            window, transform, (wide, tall), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        how = cv2.INTER_AREA if tall > AREA_FROM * height else cv2.INTER_CUBIC
        strips[i] = cv2.resize(patch, size, interpolation=how)
    return strips


def _own_size(quad: Array) -> tuple[int, int]:
    """Width and height of a quad in pixels, held between what can be shown and what is of use."""
    wide = max(np.hypot(*(quad[1] - quad[0])), np.hypot(*(quad[2] - quad[3])))
    tall = max(np.hypot(*(quad[3] - quad[0])), np.hypot(*(quad[2] - quad[1])))
    return (
        int(np.clip(round(float(wide)), 16, LARGEST_CUT[0])),
        int(np.clip(round(float(tall)), 4, LARGEST_CUT[1])),
    )


def _window(grey: NDArray[np.uint8], quad: Array) -> tuple[NDArray[np.uint8], Array]:
    """The part of the photo that the quad needs, and its top left corner: warping copies no
    more."""
    low = np.clip(np.floor(quad.min(axis=0)).astype(int) - 2, 0, None)
    high = np.clip(np.ceil(quad.max(axis=0)).astype(int) + 3, 1, (grey.shape[1], grey.shape[0]))
    low = np.minimum(low, high - 1)
    return grey[low[1] : high[1], low[0] : high[0]], low.astype(np.float32)
