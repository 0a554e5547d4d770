"""What a VIN is written on and how: ink coverage in, lit surface out.

Each surface is one function of (rng, ink, cap, backgrounds): `ink` (H, W) float32 coverage in 0..1
at the photo's resolution, `cap` the capital height in its pixels; the answer is a (H, W) float32
image.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds

__all__ = ["SURFACES", "paint"]

Surface = Callable[[np.random.Generator, np.ndarray, float, Backgrounds], np.ndarray]


def printed_label(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Dark on light paper or foil."""
    paper = _ground(rng, ink.shape, float(rng.uniform(0.45, 0.95)), cap, 0.03)
    colour = float(rng.uniform(0.0, 0.35))
    return paper + (colour - paper) * _worn(rng, ink, cap) * float(rng.uniform(0.6, 1.0))


def reversed_film(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Light on black: laser-cut film and painted plates."""
    film = _ground(rng, ink.shape, float(rng.uniform(0.0, 0.3)), cap, 0.03)
    level = film.mean() + float(rng.uniform(0.2, 0.8))
    return film + (level - film) * _worn(rng, ink, cap)


def windshield(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Light characters behind glass that mirrors the world, with dust on it."""
    picture = reversed_film(rng, ink, cap, backgrounds)
    if rng.random() < 0.35:  # the plate is a lighter, worn strip
        picture = picture * float(rng.uniform(0.5, 0.9)) + float(rng.uniform(0.05, 0.35))
    scene = backgrounds.patch(rng, ink.shape) if rng.random() < 0.6 else None
    if scene is None:
        scene = 0.3 + 0.3 * effect.bands(rng, ink.shape)
    mirror = float(rng.uniform(0.0, 0.55))
    picture = picture * (1 - 0.6 * mirror) + scene * mirror
    if rng.random() < 0.4:
        picture = effect.dust(picture, rng, cap)
    if rng.random() < 0.3:
        picture = effect.glare(picture, rng)
    return picture


def embossed_plate(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Characters raised from painted or bare sheet: shading at their edges, little difference of
    colour."""
    sheet = _ground(rng, ink.shape, float(rng.uniform(0.15, 0.8)), cap, 0.05)
    pressed = cv2.GaussianBlur(ink, (0, 0), max(0.4, cap * float(rng.uniform(0.02, 0.06))))
    slope = effect.relief(pressed, rng, float(rng.uniform(0.08, 0.5)))
    fill = float(rng.normal(0, 0.12))
    return sheet + slope + fill * ink


def stamped_metal(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Characters struck into steel, grey on grey, of uneven depth; grainy metal."""
    metal = _ground(rng, ink.shape, float(rng.uniform(0.1, 0.7)), cap, 0.04)
    metal = effect.grain(metal, rng, float(rng.gamma(2, 0.015)))
    depth = 1 + 0.35 * effect.clouds(rng, ink.shape, cap * 1.5)
    pressed = cv2.GaussianBlur(ink * depth.clip(0.25, 1.6), (0, 0), max(0.4, cap * 0.025))
    slope = effect.relief(pressed, rng, float(rng.uniform(0.05, 0.3)))
    return metal - slope + float(rng.normal(-0.03, 0.08)) * ink


SURFACES: dict[str, tuple[float, Surface]] = {
    "printed_label": (0.27, printed_label),
    "reversed_film": (0.20, reversed_film),
    "windshield": (0.33, windshield),
    "embossed_plate": (0.10, embossed_plate),
    "stamped_metal": (0.10, stamped_metal),
}
"""Name, share and function of each surface; the shares are set by hand, after
looking at real photos."""


def paint(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> tuple[np.ndarray, str]:
    """A lit surface of a random kind and the name of that kind."""
    names = list(SURFACES)
    name = names[int(rng.choice(len(names), p=[SURFACES[n][0] for n in names]))]
    picture = SURFACES[name][1](rng, ink, cap, backgrounds)
    if rng.random() < 0.2:
        picture = effect.shade_edge(picture, rng)
    if rng.random() < 0.08:
        picture = effect.glare(picture, rng)
    if rng.random() < 0.08:
        picture = effect.scratches(picture, rng, cap)
    return picture, name


def _ground(
    rng: np.random.Generator, shape: tuple[int, int], level: float, cap: float, unevenness: float
) -> np.ndarray:
    ground = level + effect.gradient(rng, shape) * float(rng.uniform(0, 0.3))
    if rng.random() < 0.7:
        cell = cap * float(np.exp(rng.uniform(np.log(0.15), np.log(5))))
        ground = ground + effect.clouds(rng, shape, max(cell, 1.5)) * float(
            rng.uniform(0, unevenness)
        )
    return np.asarray(ground, np.float32)


def _worn(rng: np.random.Generator, ink: np.ndarray, cap: float) -> np.ndarray:
    """Ink that printed unevenly or has come off in places."""
    if rng.random() < 0.6:
        return ink
    wear = effect.clouds(rng, ink.shape, max(1.5, cap * float(rng.uniform(0.1, 2.0))))
    return ink * (1 - float(rng.uniform(0, 0.5)) * wear.clip(0, 1))
