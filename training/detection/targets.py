"""The three maps that the net is to give for a page, and where it is held to them.

Characters and the gaps between them become Gaussians warped into their quads, as in CRAFT; the VIN
line becomes a band with the same profile across and even along. All at the stride of the maps.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.synthesis.pages import Page

__all__ = ["SIGMA", "Targets", "draw_targets"]

SIGMA = 0.5
"""Deviation of the Gaussians in half sides of the quad: 0.135 is left at its edge."""
_REACH = 1.6
"""Gaussians are cut off this many half sides from their centre."""


@dataclass(frozen=True)
class Targets:
    """`maps` (3, h, w) float32, region, affinity, line; `known` (2, h, w) float32 0 or 1, where
    characters and where the line are known; `box` (4, 2) float32 corners in map pixels, all zero
    where the page has none."""

    maps: np.ndarray
    known: np.ndarray
    box: np.ndarray


def draw_targets(page: Page, stride: int) -> Targets:
    """The targets of one page."""
    height, width = page.image.shape[0] // stride, page.image.shape[1] // stride
    maps = np.zeros((3, height, width), np.float32)
    quads = page.quads / stride
    centre = quads.mean(axis=1)
    along = (quads[:, 1] + quads[:, 2] - quads[:, 0] - quads[:, 3]) / 4
    across = (quads[:, 2] + quads[:, 3] - quads[:, 0] - quads[:, 1]) / 4
    along = _at_least(along, 0.7)
    _splat(maps[0], centre, along, _at_least(across, 0.7))
    pairs = np.flatnonzero(page.words[1:] == page.words[:-1])
    if len(pairs):
        half = (centre[pairs + 1] - centre[pairs]) / 2
        tall = (across[pairs] + across[pairs + 1]) / 4
        _splat(maps[1], centre[pairs] + half, _at_least(half, 0.7), _at_least(tall, 0.7))
    for word in np.unique(page.words[page.vin]):
        _band(maps[2], quads[page.vin & (page.words == word)])
    known = np.stack([_shrunk(page.text_known, stride), _shrunk(page.line_known, stride)])
    box = np.zeros((4, 2), np.float32) if page.box is None else page.box.astype(np.float32) / stride
    return Targets(maps, known, box)


def _at_least(vectors: np.ndarray, length: float) -> np.ndarray:
    """The vectors, the short ones drawn out to `length` so that a small character is still seen."""
    norm = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors * np.maximum(1.0, length / np.maximum(norm, 1e-6))


def _shrunk(mask: np.ndarray, stride: int) -> np.ndarray:
    return (mask[stride // 2 :: stride, stride // 2 :: stride] > 127).astype(np.float32)


def _splat(target: np.ndarray, centre: np.ndarray, along: np.ndarray, across: np.ndarray) -> None:
    """The maximum of one Gaussian each frame (centre, half side along, half side across)."""
    if len(centre) == 0:
        return
    height, width = target.shape
    extent = (np.abs(along) + np.abs(across)) * _REACH
    window = int(np.ceil(2 * np.quantile(extent, 0.98))) + 1
    steps = np.arange(window) - (window - 1) // 2
    x = np.round(centre[:, 0] - 0.5).astype(int)[:, None, None] + steps[None, None, :]
    y = np.round(centre[:, 1] - 0.5).astype(int)[:, None, None] + steps[None, :, None]
    dx = x + 0.5 - centre[:, 0, None, None]
    dy = y + 0.5 - centre[:, 1, None, None]
    det = along[:, 0] * across[:, 1] - along[:, 1] * across[:, 0]
    det = np.where(np.abs(det) < 1e-6, 1e-6, det)[:, None, None]
    a = (dx * across[:, 1, None, None] - dy * across[:, 0, None, None]) / det
    b = (dy * along[:, 0, None, None] - dx * along[:, 1, None, None]) / det
    values = np.exp(-(a * a + b * b) / (2 * SIGMA * SIGMA)).astype(np.float32)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    inside = inside & (np.abs(a) < _REACH) & (np.abs(b) < _REACH)
    where = np.broadcast_to(y * width + x, values.shape)[inside]
    np.maximum.at(target.reshape(-1), where, values[inside])


def _band(target: np.ndarray, quads: np.ndarray) -> None:
    """One row of the VIN: for each pair of neighbours a piece as tall as they are, joined. Across,
    its profile is the characters' Gaussian; along it is even and ends with the last character."""
    height, width = target.shape
    corners = np.concatenate([quads[:, :2], quads[:, [3, 2]]], axis=1)  # tops left, right; bottoms
    tops, bottoms = corners[:, :2].reshape(-1, 2), corners[:, 2:].reshape(-1, 2)
    rows = 24
    strip = np.exp(-(np.linspace(-_REACH, _REACH, rows) ** 2) / (2 * SIGMA * SIGMA))
    strip = np.repeat(strip[:, None].astype(np.float32), 8, axis=1)
    for n in range(len(tops) - 1):
        ends = np.stack([tops[n], tops[n + 1], bottoms[n + 1], bottoms[n]])
        middle = (ends[[0, 1]] + ends[[3, 2]]) / 2
        half = (ends[[3, 2]] - ends[[0, 1]]) / 2
        half = _at_least(half, 0.7)
        if np.linalg.norm(middle[1] - middle[0]) < 0.05:
            continue
        upper, lower = middle - half * _REACH, middle + half * _REACH
        aim = np.stack([upper[0], upper[1], lower[1], lower[0]]) - 0.5
        box = np.array([[-0.5, -0.5], [7.5, -0.5], [7.5, rows - 0.5], [-0.5, rows - 0.5]])
        x0, y0 = np.floor(aim.min(axis=0) - 1).astype(int)
        x1, y1 = np.ceil(aim.max(axis=0) + 2).astype(int)
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
        if x1 <= x0 or y1 <= y0:
            continue
        matrix = cv2.getPerspectiveTransform(
            box.astype(np.float32), (aim - [x0, y0]).astype(np.float32)
        )
        piece = cv2.warpPerspective(strip, matrix, (x1 - x0, y1 - y0))
        np.maximum(target[y0:y1, x0:x1], piece, out=target[y0:y1, x0:x1])
