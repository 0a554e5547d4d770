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
VEILED = 0.16
"""Numbers under a mirrored sky that whoever takes the photo stands in the way of."""
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
    draw = rng.random()
    if draw < VEILED:
        picture = _veiled(rng, picture, cap)
    elif draw < 0.8:
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


def _veiled(rng: np.random.Generator, picture: np.ndarray, cap: float) -> np.ndarray:
    """Under a bright sky that the glass mirrors everywhere but where whoever takes the photo and
    the phone stand in its way: there the plate shows clearly, beside it through a veil."""
    height, width = picture.shape
    sky = float(rng.uniform(0.5, 1.1)) + 0.3 * effect.gradient(rng, picture.shape)
    if rng.random() < 0.5:
        sky = sky + 0.08 * effect.clouds(rng, picture.shape, max(2.5, cap * rng.uniform(0.5, 5)))
    screen = np.zeros(picture.shape, np.float32)
    centre = (float(rng.uniform(0, width)), float(rng.uniform(-1.0, 2.0)) * height)
    size = (float(rng.uniform(3, 16)) * cap, float(rng.uniform(1.5, 4)) * height)
    phone = cv2.boxPoints((centre, size, float(rng.normal(0, 8))))
    cv2.fillConvexPoly(screen, np.round(phone).astype(np.int32), 1.0)
    for _ in range(int(rng.integers(0, 3))):  # hand, arm, head
        at = (int(centre[0] + rng.normal(0, 6) * cap), int(rng.uniform(-1.0, 2.0) * height))
        axes = (int(rng.uniform(1, 8) * cap), int(rng.uniform(0.3, 1.5) * height) + 1)
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(screen, at, axes, turn, 0, 360, float(rng.uniform(0.6, 1)), -1)
    screen = cv2.GaussianBlur(screen, (0, 0), float(rng.uniform(0.4, 0.5 + 0.12 * cap)))
    seen = sky * (1 - screen) + float(rng.uniform(0, 0.2)) * screen
    strength = float(rng.uniform(0.25, 0.8))
    return np.asarray(picture * (1 - 0.6 * strength) + seen * strength, np.float32)


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
