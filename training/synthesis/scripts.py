"""How a line is written: which alphabet, how wide it is set, how evenly.

A style of making (see `styles`) has a `Script`, the shares of what its tools do; `draw_hand` draws
one `Hand` from it, which writes one line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesis.chance import cumulative, pick
from training.synthesis.glyphs import (
    CAP_HEIGHT,
    Alphabet,
    draw_face,
    glyph_set,
    matrix_set,
    needle_set,
    restyle_zero,
    stroke_set,
)
from training.synthesis.matrices import HELD_OUT_MATRICES, TRAINED_MATRICES

__all__ = ["HELD_OUT_STROKES", "TRAINED_STROKES", "Hand", "Script", "draw_hand"]

TRAINED_STROKES = ("engraver", "stamp", "plate", "slab", "octagon")
HELD_OUT_STROKES = ("technical",)
FACES_PER_FAMILY, DOTTED_PER_FAMILY = 40, 20
"""Faces of a family of strokes that are drawn from; all of them fit the cache of alphabets."""
NEEDLE_DOTS = tuple(range(9, 16))
"""Dots of a marking needle in the height of a capital; with fewer, look-alikes are the same."""
PRINTED_PER_DESIGN = 60
"""Faces of a design of dot printers that are drawn from."""
NEEDLE_ON_GRID = 0.3
"""Marking needles that are led by a grid of dots, as printers are, and not along strokes."""

WEIGHTS = cumulative([0.1, 0.6, 0.2, 0.1])
"""Of lines thinner than their face, as it is, bolder and much bolder."""


@dataclass(frozen=True)
class Script:
    """Shares from 0 to 1 of what the lines of one style look like."""

    strokes: float = 0.3
    """Alphabets built from strokes; the others come from installed fonts."""
    families: tuple[str, ...] = TRAINED_STROKES
    dots: str = ""
    """`printer` or `needle`: the alphabet is set in dots, by a printer's grid or along strokes."""
    uneven: float = 0.1
    """Lines struck character by character: height, turn and depth differ."""
    starred: float = 0.1
    """Lines with the same mark at both ends."""
    wide: float = 0.25
    """Lines with a fixed pitch instead of each character's own width."""


@dataclass(frozen=True)
class Hand:
    """How one line is written; lengths in pixels of the glyphs."""

    alphabet: Alphabet
    tracking: float
    pitch: float | None
    weight: int
    jitter: float
    turn: float
    """Standard deviation of a character's turn, degrees."""
    depth: float
    """Standard deviation of how deep or dark a character is, 0 to 1."""
    sag: float
    step: float
    """How far the second part of the line stands lower than the first."""
    gaps: float
    """Room added between the sections of the number."""


def draw_hand(rng: np.random.Generator, script: Script, held_out: bool = False) -> Hand:
    """One way of writing a line."""
    alphabet = _draw_alphabet(rng, script, held_out)
    if rng.random() < 0.1 and not script.dots:
        style = "slash" if rng.random() < 0.65 else "dot"
        alphabet = alphabet.changed("0", restyle_zero(alphabet["0"], style))
    widest = max(alphabet[s].advance for s in "MW0")
    uneven = rng.random() < script.uneven
    tight = rng.random() < 0.85
    return Hand(
        alphabet=alphabet,
        tracking=CAP_HEIGHT * float(rng.uniform(-0.02, 0.2) if tight else rng.uniform(0.2, 0.7)),
        pitch=widest * float(rng.uniform(0.95, 1.35)) if rng.random() < script.wide else None,
        weight=0 if script.dots else (-2, 0, 2, 4)[pick(rng, WEIGHTS)],
        jitter=float(rng.gamma(2, 0.7)) if uneven else 0.0,
        turn=float(rng.gamma(2, 0.9)) if uneven else 0.0,
        depth=float(rng.uniform(0.05, 0.35)) if uneven else 0.0,
        sag=float(rng.normal(0, 7)) if rng.random() < 0.2 else 0.0,
        step=float(rng.normal(0, 6)) if rng.random() < 0.05 else 0.0,
        gaps=float(rng.uniform(6, 70)) if rng.random() < 0.1 else 0.0,
    )


def _draw_alphabet(rng: np.random.Generator, script: Script, held_out: bool) -> Alphabet:
    needle = script.dots == "needle"
    if script.dots == "printer" or (needle and rng.random() < NEEDLE_ON_GRID):
        designs = HELD_OUT_MATRICES if held_out else TRAINED_MATRICES
        design = designs[int(rng.integers(len(designs)))]
        return matrix_set(design, int(rng.integers(PRINTED_PER_DESIGN)), needle)
    if needle or rng.random() < script.strokes:
        families = HELD_OUT_STROKES if held_out else script.families
        family = families[int(rng.integers(len(families)))]
        number = int(rng.integers(FACES_PER_FAMILY))
        if not needle:
            return stroke_set(family, number)
        number %= DOTTED_PER_FAMILY
        return needle_set(family, number, NEEDLE_DOTS[number % len(NEEDLE_DOTS)])
    while True:
        alphabet = glyph_set(draw_face(rng, held_out))
        if alphabet.complete:
            return alphabet
