"""Setting a line: glyph bitmaps put side by side with what stands around a VIN on real plates.

Everything is laid in one ink canvas at the glyphs' own size; the photo's geometry comes later.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan, degrees

import cv2
import numpy as np

from training.synthesis.chance import one_of
from training.synthesis.glyphs import CAP_HEIGHT, PAD, Alphabet, Glyph
from training.synthesis.neighbours import (
    ROOM,
    WORDS,
    add_neighbours,
    marks,
    other_words,
    write_words,
)
from training.synthesis.numbers import TAUGHT, Numbers, random_vin
from training.synthesis.scripts import Hand, Script, draw_hand

__all__ = ["LineConfig", "Serial", "SetLine", "set_other_line", "set_vin_line"]

SECTIONS = (3, 8, 9, 10, 11, 13)
"""Places where makers break the number or leave a gap: after the prefix, before or after the check
digit, the year, the plant, the first of the serial."""
SECOND_HAND = Script(strokes=0.8, uneven=0.3, wide=0.5)
"""What completes a number that a plate begins with: mostly strokes of a needle or a beam."""


@dataclass(frozen=True)
class LineConfig:
    """What the lines of a set of strips have in common."""

    numbers: Numbers = TAUGHT
    two_rows: float = 0.06
    """Lines that are one row of a number set in two."""
    two_hands: float = 0.0
    """Whole numbers that begin as the plate was printed and end as the works completed it."""
    held_out: bool = False


@dataclass(frozen=True)
class Serial:
    """The last `count` characters of a line where another tool made them: their coverage `ink`
    (H, W) uint8, which the line's has not, and their `alphabet`."""

    ink: np.ndarray
    alphabet: Alphabet
    count: int


@dataclass(frozen=True)
class SetLine:
    """`ink` (H, W) uint8 coverage, `own` that of the number without its neighbours; capitals stand
    between rows `top` and `top + cap`; `span` is the left and right end of the number itself;
    `edges` (N, 2, 2) float32 are the middles of the left and right edge of each of its characters
    (x, y), which `text` spells in `alphabet`, but for those of the `serial`."""

    ink: np.ndarray
    own: np.ndarray
    top: float
    cap: float
    span: tuple[float, float]
    edges: np.ndarray
    text: str
    alphabet: Alphabet
    serial: Serial | None = None


def set_vin_line(rng: np.random.Generator, script: Script, config: LineConfig) -> SetLine:
    """A VIN or one row of it, with random neighbours."""
    hand = draw_hand(rng, script, config.held_out)
    vin = random_vin(rng, config.numbers)
    first, second = vin, ""
    if rng.random() < config.two_rows:
        split = int(rng.choice(SECTIONS[1:]))
        first, second = vin[:split], vin[split:]
    elif config.two_hands and rng.random() < config.two_hands:
        return _set_by_two(rng, hand, draw_hand(rng, SECOND_HAND, config.held_out), vin)
    lower = bool(second) and rng.random() < 0.5
    shown, other = (second, first) if lower else (first, second)
    prefix, suffix = marks(rng, script.starred)
    ink, positions = _write(rng, hand, [*prefix, *shown, *suffix])
    own = positions[len(prefix) : len(prefix) + len(shown)]
    span = (float(own[0, 0]), float(own[-1, 1]))
    alone = ink.copy()
    if other:
        _add_other_row(rng, ink, hand, other, span, above=lower)
    elif not add_neighbours(rng, ink, span):
        alone = ink
    return SetLine(ink, alone, ROOM, CAP_HEIGHT, span, _edges(own), shown, hand.alphabet)


def _edges(positions: np.ndarray) -> np.ndarray:
    """(N, 2, 2) float32 middles of the left and right edge of each character at its position."""
    left, right, top = positions.T
    middle = top + CAP_HEIGHT / 2
    return np.stack([np.stack([left, middle], 1), np.stack([right, middle], 1)], axis=1).astype(
        np.float32
    )


def _set_by_two(rng: np.random.Generator, hand: Hand, other: Hand, vin: str) -> SetLine:
    """A number on a plate that came with its beginning printed; the rest was added to it."""
    split = int(rng.choice(SECTIONS[1:]))
    inks, placed, x = [], [], 0.0
    for writer, part in ((hand, vin[:split]), (other, vin[split:])):
        ink, positions = _write(rng, writer, [*part])
        first, last = int(positions[0, 0]), int(np.ceil(positions[-1, 1]))
        inks.append(ink[:, max(first - PAD, 0) : last + PAD])
        placed.append(positions - [first - x, first - x, 0])
        x += last - first + int(rng.uniform(0.05, 0.6) * CAP_HEIGHT)
    drop = float(placed[0][:, 2].mean() - placed[1][:, 2].mean() + rng.normal(0, 3))
    placed[1][:, 2] += round(drop)
    inks[1] = np.roll(inks[1], round(drop), axis=0)
    width = placed[1][-1, 1]
    side = int(0.55 * width + 2 * CAP_HEIGHT)
    printed, added = (np.zeros((len(inks[0]), int(width) + 2 * side), np.uint8) for _ in inks)
    for canvas, ink, positions in zip((printed, added), inks, placed, strict=True):
        left = side + int(positions[0, 0]) - PAD
        canvas[:, left : left + ink.shape[1]] = ink
    own = np.concatenate(placed) + np.array([side, side, 0])
    span = (float(own[0, 0]), float(own[-1, 1]))
    together = np.maximum(printed, added)
    add_neighbours(rng, printed, span)
    serial = Serial(added, other.alphabet, len(vin) - split)
    edges = _edges(own)
    return SetLine(printed, together, ROOM, CAP_HEIGHT, span, edges, vin, hand.alphabet, serial)


def set_other_line(
    rng: np.random.Generator, script: Script, config: LineConfig, empty: bool
) -> SetLine:
    """Words, numbers or nothing at all where a VIN might stand."""
    hand = draw_hand(rng, script, config.held_out)
    ink, positions = _write(rng, hand, other_words(rng))
    span = (float(positions[0, 0]), float(positions[-1, 1]))
    if empty:
        ink[:] = 0
    alone = ink.copy()
    if rng.random() < 0.7:
        add_neighbours(rng, ink, span)
    none = np.zeros((0, 2, 2), np.float32)
    return SetLine(ink, alone, ROOM, CAP_HEIGHT, span, none, "", hand.alphabet)


def _write(
    rng: np.random.Generator, hand: Hand, text: list[str | Glyph]
) -> tuple[np.ndarray, np.ndarray]:
    """The canvas and (N, 3) left, right and top of each piece of `text`, spaces included."""
    pieces = [t if isinstance(t, Glyph) else hand.alphabet.get(t) for t in text]
    advances = _advances(rng, hand, pieces)
    width = float(advances.sum())
    side = 0.55 * width + 2 * CAP_HEIGHT
    canvas = np.zeros((2 * ROOM + CAP_HEIGHT, int(width + 2 * side)), np.uint8)
    positions = np.zeros((len(pieces), 3), np.float64)
    x = side
    broken = int(rng.integers(4, 14))
    for i, (piece, advance) in enumerate(zip(pieces, advances, strict=True)):
        along = 2 * (x - side) / width - 1
        y = ROOM + hand.sag * along**2 + (hand.step if i >= broken else 0.0)
        y += rng.normal(0, hand.jitter) if hand.jitter else 0.0
        if piece is None:
            positions[i] = (x, x + advance, y)
        else:
            slope = degrees(atan(4 * hand.sag * along / width))
            turn = slope + (float(rng.normal(0, hand.turn)) if hand.turn else 0.0)
            depth = min(1.0, 1 - abs(float(rng.normal(0, hand.depth)))) if hand.depth else 1.0
            offset = piece.bearing
            if hand.pitch:
                offset = int((hand.pitch - piece.mask.shape[1]) / 2)
            mask = _turned(piece.mask, turn, max(depth, 0.35))
            positions[i] = _paste(canvas, mask, int(x) + offset, round(y))
        x += advance
    if hand.weight:
        canvas, grown = _thickened(canvas, hand.weight)
        positions[:, 0] -= grown
        positions[:, 1] += grown
    return canvas, positions


def _advances(rng: np.random.Generator, hand: Hand, pieces: list[Glyph | None]) -> np.ndarray:
    """Room for each piece, pixels; the gaps between sections come after their last character."""
    advances = np.array(
        [
            CAP_HEIGHT * 0.4 if piece is None else (hand.pitch or piece.advance) + hand.tracking
            for piece in pieces
        ]
    )
    if hand.gaps:
        places = rng.choice(SECTIONS, int(rng.integers(1, 4)), replace=False)
        advances[places[places < len(pieces)] - 1] += hand.gaps
    return advances


def _turned(mask: np.ndarray, degrees: float, depth: float) -> np.ndarray:
    """The mask as struck: turned about its middle, less deep."""
    if abs(degrees) > 0.3:
        height, width = mask.shape
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
        mask = cv2.warpAffine(mask, turn, (width, height), flags=cv2.INTER_LINEAR)
    return mask if depth >= 1 else cv2.convertScaleAbs(mask, alpha=depth)


def _paste(canvas: np.ndarray, mask: np.ndarray, x: int, y: int) -> tuple[float, float, float]:
    height, width = mask.shape
    x = max(0, min(x, canvas.shape[1] - width))
    target = canvas[y - PAD : y - PAD + height, x : x + width]
    np.maximum(target, mask[: target.shape[0]], out=target)
    return (float(x), float(x + width), float(y))


def _thickened(canvas: np.ndarray, weight: int) -> tuple[np.ndarray, float]:
    """Strokes `weight` pixels bolder, or thinner where every stroke survives it, and by how much
    each edge moved outwards."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(weight) + 1, abs(weight) + 1))
    if weight > 0:
        return cv2.dilate(canvas, kernel), weight / 2
    thin = cv2.erode(canvas, kernel)
    kept = cv2.sumElems(cv2.dilate(thin, kernel))[0]
    hairlines = kept < 0.97 * cv2.sumElems(canvas)[0]  # they would vanish
    return (canvas, 0.0) if hairlines else (thin, weight / 2)


def _add_other_row(
    rng: np.random.Generator,
    ink: np.ndarray,
    hand: Hand,
    text: str,
    span: tuple[float, float],
    above: bool,
) -> None:
    """The row of the number that this strip is not about."""
    gap = rng.uniform(0.25, 0.9) * CAP_HEIGHT
    top = int(ROOM - gap - CAP_HEIGHT) if above else int(ROOM + CAP_HEIGHT + gap)
    write_words(ink, hand.alphabet, text, span[0], top - PAD, 1.0)
    if rng.random() < 0.3:
        words = " ".join(one_of(rng, WORDS) for _ in range(3))
        write_words(ink, hand.alphabet, words, span[1] + 2 * CAP_HEIGHT, ROOM - PAD, 0.8)
