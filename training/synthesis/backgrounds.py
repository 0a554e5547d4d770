"""Patches of real photos for backgrounds and reflections, away from any VIN.

Where the folder of real photos is absent the synthesiser does without them: `Backgrounds(None)` has
none to give, and the callers fall back to procedural surfaces.
"""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

__all__ = ["Backgrounds"]

MARGIN = 0.25
"""The VIN's box is enlarged by this share of its size before a patch may come near it."""


class Backgrounds:
    """Grey photos with the box of their VIN, loaded once per process."""

    def __init__(self, real: Path | None, limit: int = 500, seed: int = 0) -> None:
        """`real` is a folder with `boxes.csv` (file, x0, y0, x1, y1 in pixels) and the files it
        names."""
        self.photos: list[tuple[np.ndarray, np.ndarray]] = []
        if real is None or not (real / "boxes.csv").exists():
            return
        with (real / "boxes.csv").open() as lines:
            rows = list(csv.DictReader(lines))
        order = np.random.default_rng(seed).permutation(len(rows))[:limit]
        for row in (rows[int(i)] for i in order):
            photo = cv2.imread(str(real / row["file"]), cv2.IMREAD_GRAYSCALE)
            if photo is not None:
                box = np.array([float(row[key]) for key in ("x0", "y0", "x1", "y1")])
                self.photos.append((photo, box))

    def patch(self, rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray | None:
        """(H, W) float32 in 0..1 stretched from a patch free of the VIN; None where there are no
        photos."""
        if not self.photos:
            return None
        for _ in range(8):
            photo, (x0, y0, x1, y1) = self.photos[int(rng.integers(len(self.photos)))]
            height, width = photo.shape
            w, h = int(rng.uniform(0.2, 0.9) * width), int(rng.uniform(0.06, 0.35) * height)
            x, y = int(rng.integers(0, width - w)), int(rng.integers(0, height - h))
            mx, my = MARGIN * (x1 - x0), MARGIN * (y1 - y0) + 4
            if x + w < x0 - mx or x > x1 + mx or y + h < y0 - my or y > y1 + my:
                patch = photo[y : y + h, x : x + w].astype(np.float32) / np.float32(255)
                if rng.random() < 0.5:
                    patch = patch[:, ::-1]
                return cv2.resize(patch, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
        return None
