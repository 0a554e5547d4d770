"""Bar codes as pictures: they look like Code 39 or a matrix, but carry nothing."""

from __future__ import annotations

import cv2
import numpy as np

__all__ = ["bars", "matrix"]


def bars(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """(height, width) uint8 ink of wide and narrow bars, as many as a Code 39 of 17 characters."""
    count = int(rng.integers(120, 200))
    runs = rng.choice([1, 1, 1, 2.6], count)
    edges = np.concatenate([[0], np.cumsum(runs)])
    where = (np.arange(width * 4) + 0.5) * edges[-1] / (width * 4)
    row = ((np.searchsorted(edges, where) % 2) * 255).astype(np.uint8)
    row = cv2.resize(row[None], (width, 1), interpolation=cv2.INTER_AREA)
    return np.repeat(row, height, axis=0)


def matrix(rng: np.random.Generator, side: int) -> np.ndarray:
    """(side, side) uint8 ink of a square code with a solid left and bottom edge."""
    cells = int(rng.integers(12, 26))
    code = (rng.random((cells, cells)) < 0.5).astype(np.uint8) * 255
    code[:, 0] = code[-1] = 255
    return cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST)
