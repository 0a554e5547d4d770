"""A line of a photo cut out level, with its surroundings, part by part: a part for each character.

Unlike the strips of the recogniser it keeps the photo's own resolution, so that sharpness and size
can be measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["BESIDE", "Level", "level"]

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

TALLEST = 32
"""Height in pixels, of a line's band, that larger ones are reduced to: less would take the edges'
sharpness away, more only costs."""
BESIDE = 0.4
"""What is cut out above and below the band as well, in heights of it."""
JUMP = 3.0
"""Characters further apart than so many pitches stand in different rows."""
FURTHEST = 32_000
"""Columns and rows that OpenCV can look up."""


@dataclass(frozen=True)
class Level:
    """A line cut out level: `pixels` (H, W) float32 grey levels, W a multiple of twice the `parts`;
    `room` (H, W) float32, how far a pixel is from the photo's nearest edge in heights of the
    line's band, negative outside; `scale` photo pixels a pixel; `end` and `side` (float), room
    beyond the line's ends and beside it."""

    pixels: Array
    room: Array
    parts: int
    scale: float
    end: float
    side: float


def level(photo: Pixels, characters: Array) -> Level:
    """The line of a photo (H, W) or (H, W, 3) uint8 RGB whose characters are the quads (N, 4, 2),
    N >= 1, clockwise from the top left in reading direction; they may stand in rows and on a
    curve."""
    height = max(float(np.median(_lengths(characters, 3, 0))), 2.0)
    scale = max(1.0, height / TALLEST)
    tops, bottoms = _boundaries(np.asarray(characters, np.float32))
    count = len(tops)
    sums = np.asarray(tops + bottoms, np.float32)
    wide = float(np.median(np.hypot(*(sums[:, 1] - sums[:, 0]).T))) / 2
    columns = 2 * int(np.clip(round(wide / scale / 2), 2, TALLEST))
    rows = max(10, round(height * (1 + 2 * BESIDE) / scale))
    across = ((np.arange(columns) + 0.5) / columns).astype(np.float32)[None, :, None]
    top = (tops[:, :1] + across * (tops[:, 1:] - tops[:, :1])).reshape(-1, 2)
    bottom = (bottoms[:, :1] + across * (bottoms[:, 1:] - bottoms[:, :1])).reshape(-1, 2)
    down = ((np.arange(rows) + 0.5) / rows * (1 + 2 * BESIDE) - BESIDE).astype(np.float32)
    at = np.asarray(top[None] + down[:, None, None] * (bottom - top)[None], np.float32)
    size = np.array([photo.shape[1], photo.shape[0]], np.float32)
    room = _to_edge(at, size) / np.float32(height)
    from_edge = _to_edge(sums * np.float32(0.5), size) / np.float32(height)
    side = float(from_edge[1:-1].min()) if count > 2 else float(from_edge.min())
    return Level(
        pixels=_sampled(photo, at, scale),
        room=np.asarray(room, np.float32),
        parts=count,
        scale=scale,
        end=float(min(from_edge[0, 0], from_edge[-1, 1])),
        side=side - 0.5,
    )


def _to_edge(points: Array, size: Array) -> Array:
    """(…) how far points (…, 2) are from the nearest edge of a photo of `size` (W, H)."""
    x, y = points[..., 0], points[..., 1]
    return np.asarray(
        np.minimum(np.minimum(x, size[0] - x), np.minimum(y, size[1] - y)), np.float32
    )


def _lengths(quads: Array, to: int, start: int) -> Array:
    return np.asarray(np.hypot(*(quads[:, to] - quads[:, start]).T), np.float32)


def _boundaries(quads: Array) -> tuple[Array, Array]:
    """(N, 2, 2) upper and lower ends of both boundaries of each part: half-way to its neighbours,
    or as far beyond its character at the end of a row."""
    left, right = quads[:, [0, 3]].copy(), quads[:, [1, 2]].copy()
    middles = quads.mean(axis=1)
    steps = np.hypot(*np.diff(middles, axis=0).T) if len(quads) > 1 else np.ones(1)
    near = steps < JUMP * max(float(np.median(steps)), 1e-3) if len(quads) > 1 else steps < 0
    between = (right[:-1] + left[1:]) / 2
    slack = np.median((left[1:] - right[:-1])[near], axis=0) / 2 if near.any() else 0.0
    new_left, new_right = left - slack, right + slack
    joined = near[: len(between), None, None]
    new_left[1:] = np.where(joined, between, new_left[1:])
    new_right[:-1] = np.where(joined, between, new_right[:-1])
    ends = np.stack([new_left, new_right], axis=2)  # (N, top and bottom, left and right, 2)
    return np.asarray(ends[:, 0], np.float32), np.asarray(ends[:, 1], np.float32)


def _sampled(photo: Pixels, at: Array, scale: float) -> Array:
    """(H, W) values of a photo at places (H, W, 2) in its pixels, averaged over `scale` pixels."""
    size = np.array([photo.shape[1], photo.shape[0]])
    outline = np.concatenate([at[0], at[-1]])  # no row goes further
    low = np.clip(np.floor(outline.min(axis=0)) - 2, 0, size - 1).astype(int)
    high = np.clip(np.ceil(outline.max(axis=0)) + 3, low + 1, size).astype(int)
    window = photo[low[1] : high[1], low[0] : high[0]]
    if window.ndim == 3:
        window = np.asarray(cv2.cvtColor(window, cv2.COLOR_RGB2GRAY), np.uint8)
    if scale > 1:
        shape = [max(1, round(side / scale)) for side in window.shape[::-1]]
        shrunk = cv2.resize(window, shape, interpolation=cv2.INTER_AREA)
        factor = np.array(shrunk.shape[::-1], np.float32) / window.shape[::-1]
        window = np.asarray(shrunk, np.uint8)
    else:
        factor = np.ones(2, np.float32)
    places = ((at - low.astype(np.float32)) * factor.astype(np.float32) - 0.5).astype(np.float32)
    places = np.clip(places, -1, FURTHEST)
    x, y = np.moveaxis(places, -1, 0)
    found = cv2.remap(window, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float32)
