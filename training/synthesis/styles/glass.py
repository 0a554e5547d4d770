"""A plate or film behind the windshield: what it is made of, seen through what the glass mirrors
and what lies on it."""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.chance import cumulative, pick
from training.synthesis.scripts import Script
from training.synthesis.styles.base import Style
from training.synthesis.styles.metal import embossed_plate, laser_etched
from training.synthesis.styles.printed import printed_label, reversed_film

__all__ = ["WINDSHIELD", "windshield"]

UNDERNEATH = (
    (0.72, reversed_film),
    (0.1, embossed_plate),
    (0.08, laser_etched),
    (0.1, printed_label),
)
SHARES = cumulative([share for share, _ in UNDERNEATH])


def windshield(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Light on dark more often than not, behind glass that mirrors the world, with dirt on it."""
    paint = UNDERNEATH[pick(rng, SHARES)][1]
    picture = paint(rng, ink, cap, backgrounds)
    if rng.random() < 0.35:  # the plate is a lighter, worn strip
        picture = picture * float(rng.uniform(0.5, 0.9)) + float(rng.uniform(0.05, 0.35))
    if rng.random() < 0.3:
        picture = picture * float(rng.uniform(0.4, 0.9))  # tinted glass
    if rng.random() < 0.8:
        mirror = float(rng.beta(1.1, 2.2)) * 0.75
        picture = picture * (1 - 0.6 * mirror) + _scene(rng, ink.shape, backgrounds) * mirror
    draw = rng.random()
    if draw < 0.3:
        picture = effect.dust(picture, rng, cap)
    elif draw < 0.38:
        picture = effect.drops(picture, rng, cap)
    if rng.random() < 0.2:
        picture = effect.glare(picture, rng)
    if rng.random() < 0.06:
        picture = effect.sparkle(picture, rng, cap)
    return picture


def _scene(
    rng: np.random.Generator, shape: tuple[int, int], backgrounds: Backgrounds
) -> np.ndarray:
    """What the glass mirrors: a piece of another photo, or sky, roofs and trees made up."""
    scene = backgrounds.patch(rng, shape) if rng.random() < 0.55 else None
    if scene is not None and rng.random() < 0.5:
        return cv2.min(scene * float(rng.uniform(1.0, 2.0)), 1.2)
    if scene is not None:
        return scene
    made = float(rng.uniform(0.1, 0.6)) + float(rng.uniform(0.2, 0.7)) * effect.bands(rng, shape)
    if rng.random() < 0.3:  # leaves, clouds
        made = made + 0.15 * effect.clouds(rng, shape, max(2.0, shape[0] * rng.uniform(0.1, 1)))
    return np.asarray(made, np.float32)


WINDSHIELD = Style(
    "windshield",
    0.18,
    Script(
        strokes=0.4,
        # Plates with serifed bold faces are read through glass more often than anywhere else.
        families=("engraver", "stamp", "plate", "octagon", "slab", "slab"),
        starred=0.14,
        wide=0.4,
    ),
    windshield,
    low=0.6,
    slant=1.3,
)
