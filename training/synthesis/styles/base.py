"""What every style is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.scripts import Script

__all__ = ["Paint", "Style", "ground", "worn"]

Paint = Callable[[np.random.Generator, np.ndarray, float, Backgrounds], np.ndarray]
"""(rng, ink, cap, backgrounds): `ink` (H, W) float32 coverage in 0..1 at the photo's resolution,
`cap` the capital height in its pixels; the answer is the lit surface, (H, W) float32."""


@dataclass(frozen=True)
class Style:
    """One way of making a number: how it is written and what it looks like."""

    name: str
    share: float
    """Of all strips; set by hand, after looking at real photos."""
    script: Script
    paint: Paint
    low: float = 0.5
    """Share of the strips whose capitals are only 5.8 to 14 pixels high."""
    slant: float = 1.0
    """How far the view may be from straight on, against the usual."""


def ground(
    rng: np.random.Generator, shape: tuple[int, int], level: float, cap: float, unevenness: float
) -> np.ndarray:
    """A surface of about `level` under uneven light, blotched by up to `unevenness`."""
    image = level + effect.gradient(rng, shape) * float(rng.uniform(0, 0.3))
    if rng.random() < 0.5:
        cell = cap * float(np.exp(rng.uniform(np.log(0.3), np.log(6))))
        depth = float(rng.uniform(0, unevenness))
        image = image + effect.clouds(rng, shape, max(cell, 2.5)) * depth
    return np.asarray(image, np.float32)


def worn(rng: np.random.Generator, ink: np.ndarray, cap: float) -> np.ndarray:
    """Ink that printed unevenly or has come off in places."""
    if rng.random() < 0.6:
        return ink
    wear = effect.clouds(rng, ink.shape, max(1.5, cap * float(rng.uniform(0.1, 2.0))))
    return ink * (1 - float(rng.uniform(0, 0.5)) * cv2.min(cv2.max(wear, 0.0), 1.0))
