"""Setting a line: glyph bitmaps put side by side with what stands around a VIN on real plates.

Everything is laid in one ink canvas at the glyphs' own size; the photo's geometry comes later.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training.synthesis.glyphs import (
    CAP_HEIGHT,
    PAD,
    Glyph,
    draw_face,
    glyph_set,
    restyle_zero,
    star,
)
from training.synthesis.numbers import random_vin
from vinreader.vin import ALPHABET

__all__ = ["SetLine", "set_other_line", "set_vin_line"]

ROOM = 2 * CAP_HEIGHT
"""Rows above the cap line and below the baseline for neighbouring lines and bar codes."""
_WORD_LIST = """
MFD BY MOTOR CORP VEHICLE GVWR GAWR KG LB DATE TYPE MODEL COLOR TRIM MADE IN TC RU EAC PAINT
AXLE PASSENGER CAR TRUCK THIS CONFORMS TO ALL SAFETY STANDARDS e1*98/14*0110 No. Nr. 1870 2265
1-1055 2-0945 FRONT REAR TIRE RIM PSI KPA COLD ENGINE
"""
WORDS = _WORD_LIST.split()


@dataclass(frozen=True)
class SetLine:
    """`ink` (H, W) uint8 coverage; capitals stand between rows `top` and `top + cap`; `span` is
    the left and right end of the number itself; `edges` (17, 2, 2) float32 are the middles of
    the left and right edge of each character (x, y)."""

    ink: np.ndarray
    top: float
    cap: float
    span: tuple[float, float]
    edges: np.ndarray
    text: str


@dataclass(frozen=True)
class _Hand:
    """How one line is written: glyphs, pitch and unevenness."""

    glyphs: dict[str, Glyph]
    tracking: float
    pitch: float | None
    jitter: float
    sag: float
    dots: int


def set_vin_line(rng: np.random.Generator, valid_share: float) -> SetLine:
    """A VIN with random neighbours: marks at its ends, a bar code, lines above and below, a
    frame."""
    hand = _draw_hand(rng)
    vin = random_vin(rng, valid_share)
    prefix, suffix = _marks(rng)
    text = [*prefix, *vin, *suffix]
    ink, positions = _write(rng, hand, text)
    own = positions[len(prefix) : len(prefix) + 17]
    span = (float(own[0, 0]), float(own[-1, 1]))
    _add_neighbours(rng, ink, span)
    heights = own[:, 2] + CAP_HEIGHT / 2
    edges = np.stack([np.stack([own[:, 0], heights], 1), np.stack([own[:, 1], heights], 1)], axis=1)
    return SetLine(ink, ROOM, CAP_HEIGHT, span, edges.astype(np.float32), vin)


def set_other_line(rng: np.random.Generator, empty: bool) -> SetLine:
    """Words, numbers or nothing at all where a VIN might stand."""
    hand = _draw_hand(rng)
    count = int(rng.integers(2, 6))
    text: list[str | Glyph] = list(" ".join(str(rng.choice(WORDS)) for _ in range(count)))
    if rng.random() < 0.3:
        text = list("".join(rng.choice(list("0123456789ABCDEFGH -./"), int(rng.integers(4, 13)))))
    ink, positions = _write(rng, hand, text)
    span = (float(positions[0, 0]), float(positions[-1, 1]))
    if empty:
        ink[:] = 0
    if rng.random() < 0.7:
        _add_neighbours(rng, ink, span)
    return SetLine(ink, ROOM, CAP_HEIGHT, span, np.zeros((0, 2, 2), np.float32), "")


def _draw_hand(rng: np.random.Generator) -> _Hand:
    while True:
        weight = int(rng.choice([-3, -2, 0, 2, 3, 5], p=[0.08, 0.12, 0.45, 0.15, 0.12, 0.08]))
        glyphs = glyph_set(draw_face(rng), weight)
        if all(symbol in glyphs for symbol in ALPHABET):
            break
    if rng.random() < 0.12:
        style = "slash" if rng.random() < 0.6 else "dot"
        glyphs = {**glyphs, "0": restyle_zero(glyphs["0"], style)}
    widest = max(glyphs[s].advance for s in "MW0")
    pitch = None
    if rng.random() < 0.35:
        pitch = widest * float(rng.uniform(0.95, 1.5))
    uneven = rng.random() < 0.15
    return _Hand(
        glyphs=glyphs,
        tracking=float(rng.uniform(-0.01, 0.30) if rng.random() < 0.7 else rng.uniform(0.3, 0.6)),
        pitch=pitch,
        jitter=float(rng.uniform(0.5, 3.0)) if uneven else 0.0,
        sag=float(rng.normal(0, 5)) if rng.random() < 0.25 else 0.0,
        dots=int(rng.integers(4, 9)) if rng.random() < 0.1 else 0,
    )


def _marks(rng: np.random.Generator) -> tuple[list[str | Glyph], list[str | Glyph]]:
    draw = rng.random()
    if draw < 0.12:
        return ["*"], ["*"]
    if draw < 0.16:
        mark = star(filled=bool(rng.random() < 0.4))
        return [mark], [mark]
    if draw < 0.19:
        return ["#"], ["#"]
    if draw < 0.30:
        label = str(
            rng.choice(["VIN:", "VIN: ", "VIN ", "V.I.N. ", "Nr. ", "No. ", "*VIN*", "ID: "])
        )
        return list(label), []
    if draw < 0.36:
        return [_logo(rng), " "], []
    return [], []


def _logo(rng: np.random.Generator) -> Glyph:
    """A maker's mark or DataMatrix: any compact shape that is no character."""
    size = CAP_HEIGHT
    mask = np.zeros((CAP_HEIGHT + 2 * PAD, size + 8), np.uint8)
    centre = (size // 2 + 4, PAD + size // 2)
    if rng.random() < 0.4:
        cells = (rng.random((12, 12)) < 0.5).astype(np.uint8) * 255
        mask[PAD : PAD + size, 4 : 4 + size] = cv2.resize(
            cells, (size, size), interpolation=cv2.INTER_NEAREST
        )
    else:
        axes = (int(size * rng.uniform(0.3, 0.5)), int(size * rng.uniform(0.3, 0.5)))
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, int(rng.choice([-1, 3, 5])), cv2.LINE_AA)
        cv2.line(mask, (8, PAD + 8), (size, PAD + size - 8), int(rng.choice([0, 255])), 4)
    return Glyph(mask, 2, size + 10)


def _write(
    rng: np.random.Generator, hand: _Hand, text: list[str | Glyph]
) -> tuple[np.ndarray, np.ndarray]:
    """The canvas and (N, 3) left, right and top of each piece of `text`, spaces included."""
    space = CAP_HEIGHT * 0.4
    pieces = [t if isinstance(t, Glyph) else hand.glyphs.get(t) for t in text]
    tracking = hand.tracking * CAP_HEIGHT
    advances = [
        space if piece is None else (hand.pitch or piece.advance) + tracking for piece in pieces
    ]
    width = sum(advances)
    side = 0.55 * width + CAP_HEIGHT
    canvas = np.zeros((2 * ROOM + CAP_HEIGHT, int(width + 2 * side)), np.uint8)
    positions = np.zeros((len(pieces), 3), np.float64)
    x = side
    for i, (piece, advance) in enumerate(zip(pieces, advances, strict=True)):
        bow = hand.sag * (2 * (x - side) / width - 1) ** 2
        y = ROOM + bow + (rng.normal(0, hand.jitter) if hand.jitter else 0.0)
        if piece is None:
            positions[i] = (x, x + advance, y)
        else:
            offset = piece.bearing
            if hand.pitch:
                offset = int((hand.pitch - piece.mask.shape[1]) / 2)
            positions[i] = _paste(canvas, piece, int(x) + offset, round(y))
        x += advance
    if hand.dots:
        canvas = _as_dots(canvas, hand.dots)
    return canvas, positions


def _paste(canvas: np.ndarray, piece: Glyph, x: int, y: int) -> tuple[float, float, float]:
    height, width = piece.mask.shape
    x = max(0, min(x, canvas.shape[1] - width))
    target = canvas[y - PAD : y - PAD + height, x : x + width]
    np.maximum(target, piece.mask[: target.shape[0]], out=target)
    return (float(x), float(x + width), float(y))


def _as_dots(canvas: np.ndarray, spacing: int) -> np.ndarray:
    """The ink replaced by round dots on a grid, as needle printers and dot-peen markers write."""
    grid = np.zeros((spacing * 4, spacing * 4), np.uint8)
    for row in range(4):
        for column in range(4):
            centre = (column * spacing + spacing // 2, row * spacing + spacing // 2)
            cv2.circle(grid, centre, max(1, round(spacing * 0.42)), 255, -1, cv2.LINE_AA)
    height, width = canvas.shape
    tiles = np.tile(grid, (height // grid.shape[0] + 1, width // grid.shape[1] + 1))
    return cv2.min(canvas, np.ascontiguousarray(tiles[:height, :width]))


def _add_neighbours(rng: np.random.Generator, ink: np.ndarray, span: tuple[float, float]) -> None:
    for above in (True, False):
        draw = rng.random()
        if draw < 0.2:
            _add_bar_code(rng, ink, span, above)
        elif draw < 0.42:
            _add_text(rng, ink, span, above)
        elif draw < 0.5:
            gap = int(rng.uniform(0.1, 0.9) * CAP_HEIGHT)
            y = ROOM - gap if above else ROOM + CAP_HEIGHT + gap
            cv2.line(
                ink, (0, y), (ink.shape[1], y), int(rng.integers(120, 256)), int(rng.integers(1, 6))
            )


def _add_bar_code(
    rng: np.random.Generator, ink: np.ndarray, span: tuple[float, float], above: bool
) -> None:
    gap = int(rng.uniform(-0.04, 0.4) * CAP_HEIGHT)
    tall = int(rng.uniform(0.5, 1.9) * CAP_HEIGHT)
    rows = slice(max(0, ROOM - gap - tall), ROOM - gap)
    if not above:
        rows = slice(ROOM + CAP_HEIGHT + gap, ROOM + CAP_HEIGHT + gap + tall)
    module = float(rng.uniform(1.5, 4.5))
    left = max(0, int(span[0] + rng.uniform(-3, 3) * CAP_HEIGHT))
    right = min(ink.shape[1], int(span[1] + rng.uniform(-3, 3) * CAP_HEIGHT))
    runs = np.cumsum(np.where(rng.random(600) < 0.4, 2.5, 1.0) * module).astype(int)
    columns = np.searchsorted(runs, np.arange(max(1, right - left))) % 2 == 0
    ink[rows, left : left + len(columns)] = np.where(columns, 255, 0).astype(np.uint8)


def _add_text(
    rng: np.random.Generator, ink: np.ndarray, span: tuple[float, float], above: bool
) -> None:
    glyphs = glyph_set(draw_face(rng), int(rng.choice([0, 2])))
    scale = float(rng.uniform(0.6, 1.3))
    gap = rng.uniform(0.12, 0.8) * CAP_HEIGHT
    tall = int((CAP_HEIGHT + 2 * PAD) * scale)
    centre = ROOM - gap - tall / 2 + PAD if above else ROOM + CAP_HEIGHT + gap + tall / 2 - PAD
    top = int(centre - tall / 2)
    if top < 0 or top + tall > ink.shape[0]:
        return
    x = span[0] + rng.uniform(-4, 4) * CAP_HEIGHT
    end = span[1] + rng.uniform(-8, 4) * CAP_HEIGHT
    while x < end:
        for symbol in str(rng.choice(WORDS)):
            glyph = glyphs.get(symbol)
            if glyph is None:
                continue
            mask = cv2.resize(glyph.mask, None, fx=scale, fy=tall / glyph.mask.shape[0])
            left = int(x)
            if left >= 0 and left + mask.shape[1] < ink.shape[1]:
                target = ink[top : top + mask.shape[0], left : left + mask.shape[1]]
                np.maximum(target, mask[: target.shape[0]], out=target)
            x += (glyph.advance + 4) * scale
        x += CAP_HEIGHT * 0.45 * scale
