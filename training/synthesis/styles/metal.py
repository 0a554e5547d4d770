"""Numbers that are a shape and not a colour: pressed, struck, pricked or burnt into metal.

What shows them is the light: a slope towards it is bright, one away from it dark, and the
difference of colour is small or none.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.scripts import Script
from training.synthesis.styles.base import Style, ground, worn

__all__ = [
    "DOT_PEEN",
    "EMBOSSED_PLATE",
    "LASER_ETCHED",
    "STAMPED_STEEL",
    "added",
    "embossed_plate",
    "laser_etched",
    "struck_steel",
]


OUTLINED = 0.14
"""Struck and raised numbers of which the tool shows only the contour of each character."""


def embossed_plate(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Characters raised from bare or painted sheet; paint may cover the tops or be rubbed off
    them."""
    sheet = _metal(rng, ink.shape, cap, float(rng.uniform(0.15, 0.8)), 0.035)
    if cap > 12 and rng.random() < OUTLINED:
        ink = _outline(rng, ink, cap)
    pressed = cv2.GaussianBlur(ink, (0, 0), max(0.4, cap * float(rng.uniform(0.02, 0.06))))
    slope = effect.relief(pressed, rng, float(rng.uniform(0.1, 0.5)))
    tops = float(rng.normal(0, 0.2)) * worn(rng, pressed, cap)
    return sheet + slope + tops - float(rng.uniform(0, 0.4)) * _walls(pressed)


def stamped_steel(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Struck steel, some of it with rust, or with paint that has filled it."""
    picture = struck_steel(rng, ink, cap, backgrounds)
    if rng.random() < 0.25:
        picture = _rusty(rng, picture, cap)
    return picture


def struck_steel(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Struck or engraved, grey on grey: one wall of each groove in light, one in shade, dirt or
    shadow on its floor, depth uneven."""
    metal = _metal(rng, ink.shape, cap, float(rng.uniform(0.15, 0.75)), 0.04)
    if rng.random() < 0.4:
        uneven = 1 + 0.3 * effect.clouds(rng, ink.shape, cap * float(rng.uniform(0.5, 3)))
        ink = ink * cv2.min(cv2.max(uneven, 0.3), 1.5)
    if cap > 12 and rng.random() < OUTLINED:
        ink = _outline(rng, ink, cap)
    pressed = cv2.GaussianBlur(ink, (0, 0), max(0.4, cap * float(rng.uniform(0.015, 0.045))))
    # Light mostly falls from above or below: the surface lies or stands.
    angle = float(rng.choice([-1, 1])) * np.pi / 2 + float(rng.normal(0, 0.6))
    slope = effect.relief(
        pressed, rng, float(np.exp(rng.uniform(np.log(0.08), np.log(0.4)))), angle
    )
    if rng.random() < 0.3:  # where a wall mirrors the lamp
        slope = slope - float(rng.uniform(0.5, 3)) * cv2.max(-slope - float(slope.std()), 0.0)
    faint = float(rng.uniform(0.5, 1.0))
    floor = float(rng.normal(-0.14, 0.1))
    return metal + faint * (floor * pressed - slope - rng.uniform(0, 0.25) * _walls(pressed))


def dot_peen(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Pits of a needle: a dark or bright point with a rim, on bare metal or a dark coat."""
    metal = _metal(rng, ink.shape, cap, float(rng.uniform(0.1, 0.7)), 0.05)
    pits = cv2.GaussianBlur(ink, (0, 0), max(0.35, cap * 0.015))
    slope = effect.relief(pits, rng, float(rng.uniform(0.05, 0.3)))
    sign = 1.0 if float(metal.mean()) < 0.35 or rng.random() < 0.3 else -1.0
    return metal - slope + sign * float(rng.uniform(0.12, 0.5)) * pits


def laser_etched(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Burnt by a beam into metal or black plastic: an even matt tone, sometimes only the outline or
    a hatching, on a glittering ground."""
    level = float(rng.uniform(0.02, 0.3) if rng.random() < 0.5 else rng.uniform(0.3, 0.75))
    metal = _metal(rng, ink.shape, cap, level, 0.05)
    draw = rng.random()
    if draw < 0.2 and cap > 20:
        ink = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    elif draw < 0.4 and cap > 20:
        period = int(rng.integers(2, 5))
        rows = (np.arange(ink.shape[0]) % period > 0).astype(np.float32)
        ink = ink * (float(rng.uniform(0.2, 0.7)) + (1 - 0.5) * rows[:, None])
    tone = float(rng.uniform(0.15, 0.55))
    if level > 0.45 or (level > 0.3 and rng.random() < 0.5):
        tone = -tone
    return metal + tone * worn(rng, ink, cap)


def added(rng: np.random.Generator, picture: np.ndarray, ink: np.ndarray, cap: float) -> np.ndarray:
    """Characters (H, W) added later to a plate as it is in the picture, burnt, pricked or struck:
    another tone than the plate's, lighter more often than not, with a little relief."""
    pressed = cv2.GaussianBlur(ink, (0, 0), max(0.35, cap * float(rng.uniform(0.015, 0.04))))
    slope = effect.relief(pressed, rng, float(rng.uniform(0, 0.25)))
    lighter = float(picture.mean()) < 0.75 and rng.random() < 0.75
    tone = float(rng.uniform(0.08, 0.45)) * (1 if lighter else -1)
    return picture - slope + tone * worn(rng, pressed, cap)


def _outline(rng: np.random.Generator, ink: np.ndarray, cap: float) -> np.ndarray:
    """The contour alone, as hollow punches strike it."""
    width = max(2, round(cap * float(rng.uniform(0.04, 0.09))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
    return cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, kernel)


def _walls(pressed: np.ndarray) -> np.ndarray:
    """(H, W) 0 to 1: where the sheet is steep it mirrors less of the sky and holds the dirt."""
    dilated = cv2.dilate(pressed, np.ones((3, 3), np.uint8))
    return dilated - cv2.erode(pressed, np.ones((3, 3), np.uint8))


def _metal(
    rng: np.random.Generator, shape: tuple[int, int], cap: float, level: float, rough: float
) -> np.ndarray:
    """Sheet as rolled, cast, painted or speckled; `rough` is how far it strays from smooth."""
    metal = ground(rng, shape, level, cap, rough)
    draw = rng.random()
    if draw < 0.3:
        metal = metal + effect.brushed(rng, shape, cap * float(rng.uniform(1, 20))) * float(
            rng.uniform(0, 1.2 * rough)
        )
    elif draw < 0.7:
        metal = effect.grain(metal, rng, float(rng.gamma(2, 0.3)) * rough)
    if rng.random() < 0.15:  # a milled or folded sheet mirrors in broad stripes
        metal = metal + effect.bands(rng, shape) * float(rng.uniform(0.05, 0.25))
    return metal


def _rusty(rng: np.random.Generator, picture: np.ndarray, cap: float) -> np.ndarray:
    """Blotches of rust, filler or dirt with ragged edges, darker or lighter than the metal."""
    blotches = effect.clouds(rng, picture.shape, cap * float(rng.uniform(0.4, 2)))
    ragged = blotches + 0.4 * effect.clouds(rng, picture.shape, max(1.5, cap * 0.12))
    cover = cv2.min(cv2.max((ragged - float(rng.uniform(0.4, 1.4))) * 2, 0.0), 1.0)
    return picture + cover * float(rng.normal(-0.08, 0.1))


EMBOSSED_PLATE = Style("embossed_plate", 0.1, Script(strokes=0.5), embossed_plate, low=0.4)
STAMPED_STEEL = Style(
    "stamped_steel",
    0.21,
    Script(
        strokes=0.8,
        families=("engraver", "engraver", "stamp", "stamp", "octagon", "slab"),
        uneven=0.65,
        starred=0.5,
        wide=0.6,
    ),
    stamped_steel,
    low=0.12,
    slant=0.6,  # whoever looks for it under the bonnet holds the phone over it
)
DOT_PEEN = Style(
    "dot_peen", 0.09, Script(dots="needle", uneven=0.1, starred=0.35, wide=0.5), dot_peen, low=0.2
)
LASER_ETCHED = Style("laser_etched", 0.07, Script(strokes=0.5, starred=0.2), laser_etched, low=0.35)
