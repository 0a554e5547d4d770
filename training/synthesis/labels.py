"""Flat labels of one line, before a camera sees them: windshield strips and stamped numbers.

A label is drawn straight on, at about the size it will have in the photo, with the box of every
character known; `training.synthesis.pages` puts it into a scene.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from training.synthesis.barcodes_drawn import bars, matrix
from training.synthesis.canvas import Canvas, Label
from training.synthesis.glyphs import draw_face
from training.synthesis.lettering import Line, Style, set_line, stacked
from training.synthesis.numbers import TAUGHT, Numbers, random_vin
from training.synthesis.wording import framed, grouped, other_line

__all__ = ["draw_stamped", "draw_strip", "emblem", "shades", "vin_line", "vin_style"]


TWO_ROWS = 0.06
"""Share of numbers broken into two rows."""
DOTTED = 0.3
"""Share of numbers in metal that are pricked in dots."""
ETCHED = 0.3
"""Share of numbers in metal that are burnt in, a shade of grey and not a relief."""


def vin_style(rng: np.random.Generator) -> Style:
    spaced = rng.random() < 0.45
    return Style(
        draw_face(rng),
        pitch=float(rng.uniform(0.7, 1.35)) if spaced else None,
        gap=0.0 if spaced else float(max(0.0, rng.normal(0.04, 0.08))),
        weight=int(rng.integers(-2, 6)),
        dotted=bool(rng.random() < 0.1),
        stretch=float(np.exp(rng.normal(0.0, 0.2))),
    )


def vin_line(
    rng: np.random.Generator, style: Style, height: float, numbers: Numbers = TAUGHT
) -> tuple[Line, slice]:
    """The number's line, or its two rows as one, and which of its characters are the number's."""
    number = random_vin(rng, numbers)
    if rng.random() < TWO_ROWS:
        cut = int(rng.choice([3, 8, 9, 10, 11, 11]))
        upper, lower = (set_line(part, style, height) for part in (number[:cut], number[cut:]))
        gap = int(rng.uniform(-0.3, 0.6) * height)
        shift = int(max(0, upper.ink.shape[1] - lower.ink.shape[1]) * rng.choice([0, 0, 0.5]))
        return stacked(upper, lower, gap, shift), slice(0, 17)
    text, first = framed(rng, grouped(rng, number))
    return set_line(text, style, height), slice(first, first + 17)


def shades(rng: np.random.Generator) -> tuple[float, float]:
    """Ground and ink: dark on light as often as light on dark, sometimes close together."""
    low = float(rng.uniform(5, 110))
    high = float(min(255.0, low + rng.uniform(45, 200)))
    return (high, low) if rng.random() < 0.5 else (low, high)


def draw_strip(
    rng: np.random.Generator, height: float, with_vin: bool = True, numbers: Numbers = TAUGHT
) -> Label:
    """A VIN strip as it lies behind a windshield: a small plate or bare glyphs, with or without a
    bar code or a maker's mark."""
    style = vin_style(rng)
    line, vin = vin_line(rng, style, height, numbers)
    if not with_vin:
        line = set_line(other_line(rng, False), style, height)
    tall, wide = line.ink.shape
    left = int(rng.uniform(0.5, 4) * height)
    above = int(rng.uniform(0.1, 1.8) * height)
    below = int(rng.uniform(0.1, 1.8) * height)
    code = rng.random() < 0.55
    code_height = int(np.exp(rng.uniform(np.log(0.45), np.log(2.5))) * height) if code else 0
    code_above = bool(rng.random() < 0.35)
    size = (wide + 2 * left, tall + above + below + code_height)
    ground, ink = shades(rng)
    bare = not code and rng.random() < 0.35
    canvas = Canvas.blank(*size, ink if bare else ground, 0 if bare else 255)
    y = above + (code_height if code_above else 0)
    if code:
        touch = int(rng.uniform(-0.1, 0.2) * height)
        top = above - touch if code_above else y + tall - int(0.28 * height) + touch
        canvas.ink(bars(rng, int(wide * rng.uniform(0.8, 1.1)), code_height), left, top, ink)
    canvas.ink(line.ink, left, y, ink)
    canvas.note(line, left, y, vin if with_vin else None)
    if not bare and rng.random() < 0.3:
        side = int(height * rng.uniform(0.8, 1.6))
        mark = matrix(rng, side) if rng.random() < 0.4 else emblem(rng, side)
        canvas.ink(mark, left - side - int(0.3 * height), y, ink)
    if not bare and rng.random() < 0.25:
        cv2.rectangle(canvas.value, (2, 2), (size[0] - 3, size[1] - 3), ink, 1)
    return canvas.label()


def emblem(rng: np.random.Generator, side: int) -> np.ndarray:
    """A maker's mark of a few strokes."""
    mark = np.zeros((side, side), np.uint8)
    thick = max(1, side // 9)
    if rng.random() < 0.6:
        cv2.circle(mark, (side // 2, side // 2), side // 2 - thick, 255, thick)
    for _ in range(int(rng.integers(1, 4))):
        a, b = rng.integers(0, side, (2, 2))
        cv2.line(mark, tuple(map(int, a)), tuple(map(int, b)), 255, thick)
    return mark


def draw_stamped(
    rng: np.random.Generator, height: float, with_vin: bool = True, numbers: Numbers = TAUGHT
) -> Label:
    """A number in bare metal: stamped, each character struck for itself at an uneven height, or
    pricked in dots, or burnt in by a laser."""
    style = vin_style(rng)
    if rng.random() < DOTTED:
        style = replace(style, dotted=True)
    line, vin = vin_line(rng, style, height, numbers)
    tall, wide = line.ink.shape
    margin = int(height)
    canvas = Canvas.blank(wide + 2 * margin, tall + 2 * margin, 128, 0)
    if not with_vin:
        return canvas.label()
    shaken = np.zeros((tall + 4, wide), np.uint8)
    boxes = line.boxes.copy()
    unevenness = float(rng.uniform(0, 0.06)) * height
    for n, (x0, y0, x1, y1) in enumerate(line.boxes.astype(int)):
        shift = int(np.clip(round(rng.normal(0, unevenness)), -2, 2))
        top, low = max(0, y0 - 2), min(tall, y1 + 3)
        struck = line.ink[top:low, max(0, x0 - 1) : x1 + 2]
        part = shaken[top + 2 + shift : low + 2 + shift, max(0, x0 - 1) : x1 + 2]
        np.maximum(part, struck, out=part)
        boxes[n, [1, 3]] += shift + 2
    if rng.random() < ETCHED:
        canvas.ink(shaken, margin, margin, float(rng.choice([rng.uniform(0, 90), 240.0])))
        canvas.alpha[:] = canvas.alpha * rng.uniform(0.2, 0.8)
    else:
        canvas.stamp(shaken, margin, margin)
    canvas.note(Line(shaken, boxes, line.words, line.text), margin, margin, vin)
    return canvas.label()
