"""What a plate or label lies on: its edge often shows in the strip, with dashboard, sheet metal or
anything else beyond it."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.lines import SetLine

__all__ = ["plate_outline", "set_on_ground", "textured"]


def plate_outline(rng: np.random.Generator, line: SetLine) -> np.ndarray:
    """(4, 2) float32 corners of the plate around the number, pixels of the set line."""
    beside = rng.uniform(0.35, 3.0, 2) * line.cap
    over, under = rng.uniform(0.15, 0.9, 2) * line.cap
    x0, x1 = line.span[0] - beside[0], line.span[1] + beside[1]
    y0, y1 = line.top - over, line.top + line.cap + under
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def set_on_ground(
    rng: np.random.Generator, picture: np.ndarray, outline: np.ndarray, backgrounds: Backgrounds
) -> np.ndarray:
    """The picture (H, W) float32 inside the outline (4, 2) in its pixels, something else beyond
    it; the edge casts a shadow or catches the light."""
    inside = np.zeros(picture.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.round(outline * 16).astype(np.int32), 255, cv2.LINE_AA, 4)
    cover = inside.astype(np.float32) * np.float32(1 / 255)
    beyond = _ground(rng, picture.shape, backgrounds)
    edge = cv2.morphologyEx(cover, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return beyond + (picture - beyond) * cover + edge * float(rng.normal(0, 0.12))


def textured(rng: np.random.Generator, picture: np.ndarray, backgrounds: Backgrounds) -> np.ndarray:
    """The surface with the unevenness of a real one; as it was where there are no photos."""
    patch = backgrounds.patch(rng, picture.shape)
    if patch is None:
        return picture
    return picture + (patch - float(patch.mean())) * float(rng.uniform(0.1, 0.45))


def _ground(
    rng: np.random.Generator, shape: tuple[int, int], backgrounds: Backgrounds
) -> np.ndarray:
    patch = backgrounds.patch(rng, shape) if rng.random() < 0.5 else None
    if patch is not None:
        return patch
    level = float(rng.uniform(0.0, 0.9))
    if rng.random() < 0.5:
        return level + effect.clouds(rng, shape, max(2.0, 0.3 * shape[0])) * 0.08
    return level + effect.gradient(rng, shape) * 0.5
