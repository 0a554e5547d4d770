"""Numbers of ink or film: labels from laser and thermal printers, needle printers, black film whose
top layer a laser took away."""

from __future__ import annotations

import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.scripts import Script
from training.synthesis.styles.base import Style, ground, worn

__all__ = ["DOT_MATRIX", "PRINTED_LABEL", "REVERSED_FILM", "printed_label", "reversed_film"]


def printed_label(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Dark on light paper or foil; the drum leaves bands, a worn ribbon streaks without ink."""
    paper = ground(rng, ink.shape, float(rng.uniform(0.45, 0.95)), cap, 0.03)
    colour = float(rng.uniform(0.0, 0.3))
    ink = worn(rng, ink, cap) * float(rng.uniform(0.65, 1.0))
    draw = rng.random()
    if draw < 0.1:
        ink = ink * _bands(rng, ink.shape, cap)
    elif draw < 0.2:
        ink = ink * _ribbon(rng, ink.shape, cap)
    return paper + (colour - paper) * ink


def dot_matrix(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Rows of dots on paper, the ribbon paler towards one side."""
    paper = ground(rng, ink.shape, float(rng.uniform(0.5, 0.95)), cap, 0.03)
    colour = float(rng.uniform(0.0, 0.35))
    strength = float(rng.uniform(0.6, 1.0)) + effect.gradient(rng, ink.shape) * 0.3
    return paper + (colour - paper) * ink * strength


def reversed_film(
    rng: np.random.Generator, ink: np.ndarray, cap: float, backgrounds: Backgrounds
) -> np.ndarray:
    """Light on black: laser-cut film and painted plates."""
    film = ground(rng, ink.shape, float(rng.uniform(0.0, 0.3)), cap, 0.03)
    level = float(film.mean()) + 0.15 + 0.75 * float(rng.beta(1.6, 1.2))
    return film + (level - film) * worn(rng, ink, cap)


def _bands(rng: np.random.Generator, shape: tuple[int, int], cap: float) -> np.ndarray:
    """(H, 1) or (1, W) of 0.4 to 1: paler at every turn of the drum."""
    side = int(rng.integers(2))
    period = float(rng.uniform(0.15, 1.5)) * cap
    wave = np.cos(np.arange(shape[side], dtype=np.float32) * np.float32(2 * np.pi / period))
    pale = 1 - np.float32(rng.uniform(0.1, 0.5)) * (wave > rng.uniform(0, 0.9))
    return np.expand_dims(pale.astype(np.float32), 1 - side)


def _ribbon(rng: np.random.Generator, shape: tuple[int, int], cap: float) -> np.ndarray:
    """Thin streaks along or across the line where a burnt-out dot of the head prints nothing."""
    side = int(rng.integers(2))
    clear = np.ones(shape[side], np.float32)
    for _ in range(int(rng.integers(1, 4 if side == 0 else 14))):
        at = int(rng.integers(shape[side]))
        clear[at : at + max(1, round(cap * float(rng.uniform(0.02, 0.08))))] = rng.uniform(0, 0.5)
    return np.expand_dims(clear, 1 - side)


PRINTED_LABEL = Style("printed_label", 0.14, Script(strokes=0.12, starred=0.06), printed_label)
DOT_MATRIX = Style(
    "dot_matrix", 0.08, Script(dots="printer", starred=0.06, uneven=0.03), dot_matrix, low=0.3
)
REVERSED_FILM = Style(
    "reversed_film", 0.13, Script(strokes=0.25, starred=0.12), reversed_film, low=0.55
)
