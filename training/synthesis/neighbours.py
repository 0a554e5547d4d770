"""What stands around a number on real plates: bar codes, other text, rules, frames, rivets, marks.

All are drawn into the ink canvas of a line (see `lines`), whose capitals stand between the rows
`ROOM` and `ROOM + CAP_HEIGHT`.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.synthesis.chance import one_of
from training.synthesis.glyphs import CAP_HEIGHT, PAD, Alphabet, Glyph, draw_face, glyph_set, star

__all__ = ["ROOM", "WORDS", "add_neighbours", "logo", "marks", "other_words", "write_words"]

ROOM = 2 * CAP_HEIGHT
"""Rows above the cap line and below the baseline for neighbouring lines and bar codes."""
_WORD_LIST = """
MFD BY MOTOR CORP VEHICLE GVWR GAWR KG LB DATE TYPE MODEL COLOR TRIM MADE IN TC RU EAC PAINT
AXLE PASSENGER CAR TRUCK THIS CONFORMS TO ALL SAFETY STANDARDS e1*98/14*0110 No. Nr. 1870 2265
1-1055 2-0945 FRONT REAR TIRE RIM PSI KPA COLD ENGINE
"""
WORDS = _WORD_LIST.split()
LABELS = ("VIN:", "VIN: ", "VIN ", "V.I.N. ", "Nr. ", "No. ", "*VIN*", "ID: ", "V.I.N.: ")

Text = list["str | Glyph"]
Span = tuple[float, float]


def other_words(rng: np.random.Generator) -> Text:
    """Words or a number that is no VIN."""
    if rng.random() < 0.3:
        return list("".join(rng.choice(list("0123456789ABCDEFGH -./"), int(rng.integers(4, 13)))))
    return list(" ".join(one_of(rng, WORDS) for _ in range(int(rng.integers(2, 6)))))


def marks(rng: np.random.Generator, starred: float) -> tuple[Text, Text]:
    """What touches the number's ends: the same mark at both with probability `starred`, a word or
    a logo before it, or nothing."""
    if rng.random() < starred:
        draw = rng.random()
        if draw < 0.7:
            return ["*"], ["*"]
        if draw < 0.9:
            mark = star(filled=bool(rng.random() < 0.5))
            return [mark], [mark]
        return ["#"], ["#"]
    draw = rng.random()
    if draw < 0.1:
        return list(one_of(rng, LABELS)), []
    if draw < 0.15:
        return [logo(rng), " "], []
    if draw < 0.17:
        return [], [" ", logo(rng)]
    return [], []


def logo(rng: np.random.Generator) -> Glyph:
    """A maker's mark or DataMatrix: any compact shape that is no character."""
    size = CAP_HEIGHT
    mask = np.zeros((CAP_HEIGHT + 2 * PAD, size + 8), np.uint8)
    centre = (size // 2 + 4, PAD + size // 2)
    if rng.random() < 0.4:
        cells = (rng.random((12, 12)) < 0.5).astype(np.uint8) * 255
        cells[-1], cells[:, 0], cells[0, ::2], cells[::2, -1] = 255, 255, 255, 255
        mask[PAD : PAD + size, 4 : 4 + size] = cv2.resize(
            cells, (size, size), interpolation=cv2.INTER_NEAREST
        )
    else:
        axes = (int(size * rng.uniform(0.3, 0.5)), int(size * rng.uniform(0.3, 0.5)))
        cv2.ellipse(mask, centre, axes, 0, 0, 360, 255, int(rng.choice([-1, 3, 5])), cv2.LINE_AA)
        cv2.line(mask, (8, PAD + 8), (size, PAD + size - 8), int(rng.choice([0, 255])), 4)
    return Glyph(mask, 2, size + 10)


def add_neighbours(rng: np.random.Generator, ink: np.ndarray, span: Span) -> bool:
    """Something or nothing above and below the number, around it and behind it; whether there is
    something."""
    added = False
    for above in (True, False):
        draw = rng.random()
        if draw < 0.2:
            _add_bar_code(rng, ink, span, above)
        elif draw < 0.4:
            _add_text(rng, ink, span, above)
        elif draw < 0.48:
            _add_rule(rng, ink, above)
        added |= draw < 0.48
    draw = rng.random()
    if draw < 0.05:
        _add_frame(rng, ink, span)
    elif draw < 0.09:
        _add_rivets(rng, ink, span)
    elif draw < 0.12:
        _add_print_behind(rng, ink, span)
    return added or draw < 0.12


def write_words(ink: np.ndarray, glyphs: Alphabet, words: str, x: float, top: int, scale: float):
    """Write `words` from (x, top) on, at `scale` of the glyphs' size, as far as the canvas
    reaches."""
    for symbol in words:
        if x >= ink.shape[1]:
            return
        glyph = glyphs.get(symbol)
        if glyph is None:
            x += CAP_HEIGHT * 0.45 * scale
            continue
        if (left := int(x)) >= 0:
            mask = cv2.resize(glyph.mask, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            if left + mask.shape[1] < ink.shape[1]:
                target = ink[top : top + mask.shape[0], left : left + mask.shape[1]]
                np.maximum(target, mask[: target.shape[0]], out=target)
        x += (glyph.advance + 4) * scale


def _add_bar_code(rng: np.random.Generator, ink: np.ndarray, span: Span, above: bool) -> None:
    gap = int(rng.uniform(-0.08, 0.4) * CAP_HEIGHT)
    tall = int(rng.uniform(0.5, 1.9) * CAP_HEIGHT)
    rows = slice(max(0, ROOM - gap - tall), ROOM - gap)
    if not above:
        rows = slice(ROOM + CAP_HEIGHT + gap, ROOM + CAP_HEIGHT + gap + tall)
    module = float(rng.uniform(1.5, 5))
    left = max(0, int(span[0] + rng.uniform(-3, 3) * CAP_HEIGHT))
    right = min(ink.shape[1], int(span[1] + rng.uniform(-3, 3) * CAP_HEIGHT))
    runs = np.cumsum(np.where(rng.random(600) < 0.4, 2.5, 1.0) * module).astype(int)
    columns = np.searchsorted(runs, np.arange(max(1, right - left))) % 2 == 0
    bars = np.where(columns, 255, 0).astype(np.uint8)
    target = ink[rows, left : left + len(columns)]
    np.maximum(target, bars[: target.shape[1]], out=target)


def _add_text(rng: np.random.Generator, ink: np.ndarray, span: Span, above: bool) -> None:
    face = draw_face(rng)
    scale = float(rng.uniform(0.6, 1.3))
    gap = rng.uniform(0.1, 0.8) * CAP_HEIGHT
    tall = int((CAP_HEIGHT + 2 * PAD) * scale)
    top = int(ROOM - gap - tall + PAD * scale) if above else int(ROOM + CAP_HEIGHT + gap - PAD)
    if top < 0 or top + tall > ink.shape[0]:
        return
    count = int(rng.integers(2, 9))
    words = " ".join(one_of(rng, WORDS) for _ in range(count))
    left = span[0] + rng.uniform(-4, 8) * CAP_HEIGHT
    write_words(ink, glyph_set(face), words, left, top, scale)


def _add_rule(rng: np.random.Generator, ink: np.ndarray, above: bool) -> None:
    gap = int(rng.uniform(0.1, 0.9) * CAP_HEIGHT)
    y = ROOM - gap if above else ROOM + CAP_HEIGHT + gap
    cv2.line(ink, (0, y), (ink.shape[1], y), int(rng.integers(120, 256)), int(rng.integers(1, 6)))


def _add_frame(rng: np.random.Generator, ink: np.ndarray, span: Span) -> None:
    gap = rng.uniform(0.12, 0.7, 2) * CAP_HEIGHT
    corners = (
        (int(span[0] - gap[0]), int(ROOM - gap[1])),
        (
            int(span[1] + gap[0]),
            int(ROOM + CAP_HEIGHT + gap[1]),
        ),
    )
    cv2.rectangle(ink, *corners, int(rng.integers(120, 256)), int(rng.integers(1, 6)))


def _add_rivets(rng: np.random.Generator, ink: np.ndarray, span: Span) -> None:
    radius = int(rng.uniform(0.15, 0.5) * CAP_HEIGHT)
    away = radius + rng.uniform(0.4, 2.0) * CAP_HEIGHT
    y = ROOM + int(rng.uniform(0, 1) * CAP_HEIGHT)
    for x in (span[0] - away, span[1] + away):
        cv2.circle(ink, (int(x), y), radius, 255, int(rng.choice([-1, 3, 6])), cv2.LINE_AA)


def _add_print_behind(rng: np.random.Generator, ink: np.ndarray, span: Span) -> None:
    """Fainter print that the number was set over."""
    layer = np.zeros_like(ink)
    scale = float(rng.uniform(0.5, 1.5))
    words = " ".join(one_of(rng, WORDS) for _ in range(4))
    top = int(ROOM + rng.uniform(-0.6, 0.6) * CAP_HEIGHT)
    write_words(layer, glyph_set(draw_face(rng)), words, span[0], top, scale)
    share = float(rng.uniform(0.15, 0.5))
    np.maximum(ink, (layer * share).astype(np.uint8), out=ink)
