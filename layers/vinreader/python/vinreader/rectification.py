"""From lines in the photo to strips for the recogniser.

A line is a quad that may be bent. It is moved and bent in its own frame: along the line in shares
of its length, across it in shares of its height. That way one list of adjustments serves lines of
every size and direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.halving import halved

__all__ = ["Adjustment", "Band", "Sizes", "adjust", "cut", "section", "turned"]

Array = NDArray[np.float32]

LARGEST_CUT = (2400, 200)
"""Width and height in pixels over which a line is sampled more coarsely, well over what a strip
shows."""
PLENTY = (1.5, 3.0)
"""How many times wider and higher than its strip a line has to be for half the photo to do: a
strip is flatter than a line."""
SMALL, FINER = 28, 2
"""Lines lower than so many pixels are sampled so many times as densely: at their own resolution a
line that leans, or stands between two rows of pixels, would be smeared by the sampling alone."""
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
    return _placed(quad, np.array([[left, 0], [right, 0], [right, 1], [left, 1]], np.float32))


def _placed(quad: Array, shares: Array) -> Array:
    """Points (N, 2) of a quad, given in shares of its width and height, in the photo."""
    unit = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    to_photo = cv2.getPerspectiveTransform(unit, np.asarray(quad, np.float32))
    return np.asarray(cv2.perspectiveTransform(shares[None], to_photo)[0], np.float32)


@dataclass(frozen=True)
class Band:
    """A stretch of a line: its quad (4, 2), clockwise from the top left in reading direction, and
    how far its middle sags under the chord of its ends, in heights of the quad (negative: it
    arches). The baseline is a parabola between them."""

    quad: Array
    bend: float = 0.0

    @property
    def aspect(self) -> float:
        """Length in heights."""
        return _length(self.quad) / (_height(self.quad) or 1.0)

    def adjusted(self, change: Adjustment) -> Band:
        """Changed in its own frame; the line keeps its curve."""
        if not self.bend:
            return Band(adjust(self.quad, change))
        height, share = _height(self.quad), 1 / (self.aspect or 1.0)
        part = self.section(-change.before * share, 1 + change.after * share)
        quad = adjust(part.quad, replace(change, before=0.0, after=0.0))
        return Band(quad, part.bend * height / (_height(quad) or 1.0))

    def turned(self) -> Band:
        """The same line read from its other end."""
        return Band(turned(self.quad), -self.bend)

    def section(self, left: float, right: float) -> Band:
        """The part between two upright cuts, in shares of the strip's width; see `section`."""
        low, high = self._sag(left), self._sag(right)
        corners = [[left, low], [right, high], [right, 1 + high], [left, 1 + low]]
        part = _placed(self.quad, np.array(corners, np.float32))
        return Band(part, self.bend * (right - left) ** 2)

    def _sag(self, along: float) -> float:
        """How far under the chord the line is there, in heights."""
        return 4 * self.bend * along * (1 - along)


def cut(
    grey: NDArray[np.uint8], quads: Array, size: tuple[int, int], bends: Sequence[float] = ()
) -> NDArray[np.uint8]:
    """Strips (N, H, W) uint8 of `size` (W, H) under the quads (N, 4, 2) of a photo (H, W) uint8;
    `bends` (N,) as in `Band`, none where left out.

    Each is first taken at about the photo's own resolution and then stretched: that is how the
    strips of the training came about.
    """
    width, height = size
    strips = np.empty((len(quads), height, width), np.uint8)
    for i, quad in enumerate(np.asarray(quads, np.float32)):
        patch = _patch(grey, quad, bends[i] if len(bends) else 0.0)
        how = cv2.INTER_AREA if patch.shape[0] > AREA_FROM * height else cv2.INTER_CUBIC
        strips[i] = cv2.resize(patch, size, interpolation=how)
    return strips


def _patch(grey: NDArray[np.uint8], quad: Array, bend: float) -> NDArray[np.uint8]:
    """What lies under a quad, level, at the photo's own resolution, or finer."""
    wide, tall = _own_size(quad)
    how = cv2.INTER_CUBIC if tall < SMALL else cv2.INTER_LINEAR
    if tall < SMALL:
        wide, tall = FINER * wide, FINER * tall
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    sag = (bend * (quad[2] + quad[3] - quad[0] - quad[1]) / 2).astype(np.float32)
    window, origin = _window(grey, np.concatenate([quad, quad + sag]))
    # Quads count from the corners of pixels, the warp from their middles.
    half = np.float32(0.5)
    if not bend:
        transform = cv2.getPerspectiveTransform(quad - origin - half, corners - half)
        patch = cv2.warpPerspective(
            window, transform, (wide, tall), flags=how, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(patch, np.uint8)
    along, across = np.meshgrid((np.arange(wide) + half) / wide, (np.arange(tall) + half) / tall)
    shares = np.stack([along, across + 4 * bend * along * (1 - along)], axis=-1)
    points = _placed(quad - origin - half, shares.reshape(-1, 2).astype(np.float32))
    x, y = np.moveaxis(points.reshape(tall, wide, 2), -1, 0)
    patch = cv2.remap(window, x, y, how, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(patch, np.uint8)


def _length(quad: Array) -> float:
    return float(np.hypot(*(quad[1] + quad[2] - quad[0] - quad[3]))) / 2


def _height(quad: Array) -> float:
    return float(np.hypot(*(quad[2] + quad[3] - quad[0] - quad[1]))) / 2


class Sizes:
    """A photo (H, W) uint8, halved as often as anybody asked."""

    def __init__(self, grey: NDArray[np.uint8]) -> None:
        self._halves = [grey]

    def enough(self, quad: Array, size: tuple[int, int]) -> tuple[NDArray[np.uint8], int]:
        """The smallest that shows the line under a quad of the photo well enough for a strip of
        `size` (W, H), and by how much it is smaller: large cuts take long."""
        wide, tall = _extent(quad)
        times = min(wide / (PLENTY[0] * size[0]), tall / (PLENTY[1] * size[1]))
        steps = int(np.log2(times)) + 1 if times >= 1 else 0
        while len(self._halves) <= steps:
            last = self._halves[-1]
            self._halves.append(halved(last, max(last.shape) - 1)[0])
        return self._halves[steps], 2**steps


def _own_size(quad: Array) -> tuple[int, int]:
    """Width and height of a quad in pixels, held between what can be shown and what is of use."""
    wide, tall = _extent(quad)
    return (
        int(np.clip(round(wide), 16, LARGEST_CUT[0])),
        int(np.clip(round(tall), 4, LARGEST_CUT[1])),
    )


def _extent(quad: Array) -> tuple[float, float]:
    """The longer of its long sides and of its short ones."""
    wide = max(np.hypot(*(quad[1] - quad[0])), np.hypot(*(quad[2] - quad[3])))
    tall = max(np.hypot(*(quad[3] - quad[0])), np.hypot(*(quad[2] - quad[1])))
    return float(wide), float(tall)


def _window(grey: NDArray[np.uint8], quad: Array) -> tuple[NDArray[np.uint8], Array]:
    """The part of the photo that the quad needs, and its top left corner: warping copies no
    more."""
    low = np.clip(np.floor(quad.min(axis=0)).astype(int) - 2, 0, None)
    high = np.clip(np.ceil(quad.max(axis=0)).astype(int) + 3, 1, (grey.shape[1], grey.shape[0]))
    low = np.minimum(low, high - 1)
    return grey[low[1] : high[1], low[0] : high[0]], low.astype(np.float32)
