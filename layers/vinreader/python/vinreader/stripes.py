"""Where a photo shows stripes side by side, as linear bar codes are, and what they look like from
left to right.

A reader of bar codes follows single rows of pixels. That is not enough where a code is small, is
blurred, leans, or was exposed so long that white eats the narrow bars. Here each patch of stripes
is cut out along its own directions, averaged along the bars, spread to its full contrast and drawn
in black and white at several thresholds: one of them is about where the printed edges were.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.halving import halved

__all__ = ["StripesConfig", "find_stripes", "profiles"]

Array = NDArray[np.float32]
Grey = NDArray[np.uint8]

_UNEVEN = 400.0
"""Mean squared slope that counts as even: the noise of a sensor."""


@dataclass(frozen=True)
class StripesConfig:
    """What is a patch of stripes, and how it is drawn. Sizes in pixels are those of the photo
    reduced to `long_side`."""

    long_side: int = 1200
    """At most; a narrow bar then still has more than a pixel where the code can be read at all."""
    cell: int = 4
    """Pixels of the side of a square that has one direction."""
    neighbours: int = 7
    """Cells of the side of a square that directions are averaged over: about a line of text, which
    has strokes of all directions."""
    parallel: float = 0.85
    """How much of the slopes lies in one direction (1 is all)."""
    slope: float = 57.0
    """Least root mean square of the slopes (Sobel, 3×3): an edge of seven grey levels a pixel."""
    fewest_cells: int = 60
    shortest: float = 100.0
    """Pixels of the photo: shorter, and a code of seventeen characters has no pixel for a bar."""
    flattest: float = 1.5
    """A code of seventeen characters is longer than high, at least so many times."""
    most: int = 2
    """Patches that are looked at, the largest first."""
    margin: float = 0.12
    """Room at both ends, in lengths: the quiet zone, and what blur hid of the code."""
    modules: float = 300.0
    """Narrow bars in a code of a VIN: from 220 (Code 128) to 330 (Code 39)."""
    samples: float = 5.0
    """Columns a module."""
    highest: int = 48
    bands: int = 3
    """Parts of the height that are drawn alone: glints and text hide some of them."""
    leans: tuple[float, ...] = (0.0, -0.05, 0.05)
    window: float = 18.0
    """Modules within which there is white and black: a character of Code 39 and its neighbours."""
    sharpening: tuple[float, ...] = (0.0, 1.5)
    blur: float = 1.2
    """Modules that sharpening undoes."""
    thresholds: tuple[float, ...] = (0.5, 0.65, 0.35, 0.78, 0.9)
    """Shares of the way from black to white. Over-exposed bars are thin: the high ones."""
    faint: float = 8.0
    """Grey levels: a smaller contrast is not spread further than this would be."""


def find_stripes(grey: Grey, config: StripesConfig) -> list[Array]:
    """Quads (4, 2) of patches of stripes in a photo (H, W), largest first: from the top left
    clockwise as the bars stand, the long side across the bars."""
    small, _ = halved(grey, config.long_side)
    unit = config.cell * grey.shape[1] / small.shape[1]
    mask, xx, yy, xy = _parallel(small, config)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    sizes = stats[1:, cv2.CC_STAT_AREA]
    quads = []
    for label in 1 + np.argsort(-sizes)[: config.most]:
        if stats[label, cv2.CC_STAT_AREA] < config.fewest_cells:
            break
        rows, columns = np.nonzero(labels == label)
        across = 0.5 * np.arctan2(
            2 * xy[rows, columns].sum(), (xx[rows, columns] - yy[rows, columns]).sum()
        )
        points = (np.stack([columns, rows], axis=1) + 0.5) * unit
        quad = _frame(points, float(across))
        length, height = np.hypot(*(quad[1] - quad[0])), np.hypot(*(quad[3] - quad[0]))
        if length >= max(config.shortest, config.flattest * height):
            quads.append(quad)
    return quads


def profiles(grey: Grey, quad: Array, config: StripesConfig) -> Iterator[Grey]:
    """Rows (W,) uint8, black and white, that may show the code of a quad from `find_stripes`; the
    likeliest first."""
    for lean in config.leans:
        cut = _cut(grey, quad, lean, config)
        bands = [band.mean(axis=0) for band in np.array_split(cut, config.bands)]
        for sharpening in config.sharpening:
            spread = [_spread(_sharpened(band, sharpening, config), config) for band in bands]
            for threshold in config.thresholds:
                for band in spread:
                    yield np.where(band > threshold, 255, 0).astype(np.uint8)


def _parallel(grey: Grey, config: StripesConfig) -> tuple[Grey, Array, Array, Array]:
    """Cells (h, w) with stripes of one direction, and the structure tensor xx, yy, xy of each."""
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=3)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=3)
    size = (max(1, grey.shape[1] // config.cell), max(1, grey.shape[0] // config.cell))
    window = (config.neighbours, config.neighbours)

    def averaged(products: Array) -> Array:
        cells = cv2.resize(products, size, interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.blur(cells, window), np.float32)

    xx, yy, xy = averaged(across * across), averaged(down * down), averaged(across * down)
    parallel = np.sqrt((xx - yy) ** 2 + 4 * xy * xy) / (xx + yy + _UNEVEN)
    mask = (parallel > config.parallel) & (xx + yy > config.slope**2)
    return mask.astype(np.uint8), xx, yy, xy


def _frame(points: NDArray[np.floating], across: float) -> Array:
    """The parallelogram around points (N, 2) whose bars stand at a right angle to `across`
    (radians); its long sides follow the points, as perspective lets bars lean in their row."""
    along = np.array([np.cos(across), np.sin(across)])
    down = np.array([-along[1], along[0]])
    x, y = points @ along, points @ down
    slope = float(np.clip(np.cov(x, y)[0, 1] / (x.var() or 1.0), -0.7, 0.7))
    base = along + slope * down
    left, right = np.percentile(x, [0.5, 99.5])
    top, bottom = np.percentile(y - slope * x, [8, 92])
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return np.array([a * base + b * down for a, b in corners], np.float32)


def _cut(grey: Grey, quad: Array, lean: float, config: StripesConfig) -> Array:
    """The patch (h, W) float32 level and enlarged, its bars leaning by `lean` (sideways a step
    down) set upright."""
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    height = float(np.hypot(*down))
    ahead = along / float(np.hypot(*along)) * (lean * height / 2)
    room = config.margin * along
    a = quad[0] - room + ahead
    source = np.stack([a, quad[1] + room + ahead, a + down - 2 * ahead])
    size = (
        round(config.samples * config.modules * (1 + 2 * config.margin)),
        int(np.clip(height, config.bands, config.highest)),
    )
    target = np.array([[0, 0], [size[0], 0], [0, size[1]]], np.float32)
    matrix = cv2.getAffineTransform(source.astype(np.float32), target)
    cut = cv2.warpAffine(grey, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return cut.astype(np.float32)


def _sharpened(row: Array, amount: float, config: StripesConfig) -> Array:
    if not amount:
        return row
    blurred = cv2.GaussianBlur(row[None], (0, 0), config.blur * config.samples)[0]
    return np.asarray(row + amount * (row - blurred), np.float32)


def _spread(row: Array, config: StripesConfig) -> Array:
    """The row with black at 0 and white at 1, whatever the light at each place."""
    window = 2 * round(config.window * config.samples / 2) + 1
    kernel = np.ones((1, window), np.uint8)
    black = cv2.blur(cv2.erode(row[None], kernel), (window, 1))[0]
    white = cv2.blur(cv2.dilate(row[None], kernel), (window, 1))[0]
    return np.asarray((row - black) / np.maximum(white - black, config.faint), np.float32)
