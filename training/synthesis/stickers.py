"""Labels of many lines: door stickers and type plates."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from training.synthesis.barcodes_drawn import bars
from training.synthesis.canvas import Canvas, Label
from training.synthesis.fonts import Face, faces
from training.synthesis.glyphs import draw_face
from training.synthesis.labels import emblem, shades, vin_line, vin_style
from training.synthesis.lettering import Line, Style, set_line
from training.synthesis.numbers import TAUGHT, Numbers
from training.synthesis.wording import other_line

__all__ = ["draw_plate", "draw_sticker"]

_MARKS = ("EAC", "EAC", "E9", "CE", "Trucks", "GM", "(KC)")
_CYRILLIC_FACES = (
    "DejaVu",
    "Liberation",
    "FreeSans",
    "FreeMono",
    "PT",
    "Arimo",
    "Cousine",
    "Roboto",
)


def _body_style(rng: np.random.Generator) -> tuple[Style, bool]:
    """The style of a sticker's other lines, and whether its face has Cyrillic letters."""
    if rng.random() < 0.3:
        wide: list[Face] = [f for f in faces() if f.path.name.startswith(_CYRILLIC_FACES)]
        face = wide[int(rng.integers(len(wide)))].path
    else:
        face = draw_face(rng)
    style = Style(
        face,
        gap=float(max(0.0, rng.normal(0.0, 0.05))),
        weight=int(rng.integers(-1, 4)),
        stretch=float(np.exp(rng.normal(-0.1, 0.15))),
    )
    return style, face.name.startswith(_CYRILLIC_FACES)


def draw_sticker(
    rng: np.random.Generator, height: float, with_vin: bool = True, numbers: Numbers = TAUGHT
) -> Label:
    """A door sticker or type plate: four to twelve lines, one of them the VIN, bar codes."""
    style, (body, cyrillic) = vin_style(rng), _body_style(rng)
    if rng.random() < 0.55:
        style = body
    line, vin = vin_line(rng, style, height, numbers)
    reach = line.ink.shape[1]
    count = int(rng.integers(3, 15))
    place = int(rng.integers(0, count + 1)) if with_vin else -1
    leading = float(rng.uniform(-0.35, 0.6))  # on top of the room that a line's bitmap has
    size_other = height * float(rng.uniform(0.55, 1.15))
    margin = int(rng.uniform(0.6, 3) * height)
    width = int(reach * rng.uniform(1.02, rng.choice([1.4, 2.6]))) + 2 * margin
    rows: list[tuple[Line, bool]] = []
    for n in range(count + 1):
        if n == place:
            rows.append((line, True))
        else:
            cap = size_other if rng.random() < 0.8 else height * float(rng.uniform(0.5, 1.4))
            rows.append((_fitting(rng, body, cyrillic, max(4.0, cap), width - margin), False))
    code_at = place + int(rng.integers(0, 2)) if rng.random() < 0.4 else -2
    code_height = int(rng.uniform(1.0, 3.5) * height)
    tall = sum(r.ink.shape[0] + int(leading * height) for r, _ in rows) + 2 * margin + code_height
    ground, ink = shades(rng)
    centred, x0 = bool(rng.random() < 0.35), margin + int(rng.uniform(0, 0.25) * reach)
    mark = None if centred or rng.random() < 0.65 else _large_mark(rng, body, height)
    if mark:
        x0 = margin + mark.ink.shape[1] + int(height * rng.uniform(0.3, 1.5))
        width += x0 - margin
    canvas = Canvas.blank(width, tall, ground, 255)
    if mark:
        down = int(rng.uniform(0, max(1, tall - mark.ink.shape[0] - margin)))
        canvas.ink(mark.ink, margin, down, ink)
        canvas.note(mark, margin, down)
    y = margin
    for n, (row, is_vin) in enumerate(rows):
        if n == code_at:
            y -= int(rng.uniform(0.0, 0.5) * height)
            canvas.ink(bars(rng, int(reach * rng.uniform(0.8, 1.2)), code_height), x0, y, ink)
            y += code_height - int(rng.uniform(0.0, 0.4) * height)
        x = (width - row.ink.shape[1]) // 2 if centred else x0
        _write_row(rng, canvas, row, (x, y), (ground, ink), vin if is_vin else None)
        _second_column(rng, canvas, row, (x, y), ink, body, cyrillic)
        y += row.ink.shape[0] + int(leading * height)
    _furniture(rng, canvas, height, ink)
    return canvas.label()


def _large_mark(rng: np.random.Generator, style: Style, height: float) -> Line:
    """Some large letters that stand to the left of the rows."""
    text = _MARKS[int(rng.integers(len(_MARKS)))]
    return set_line(text, style, height * float(rng.uniform(1.2, 3.2)))


def _fitting(
    rng: np.random.Generator, style: Style, cyrillic: bool, height: float, width: int
) -> Line:
    """Some other line that is no wider than the label."""
    text = other_line(rng, cyrillic)
    line = set_line(text, style, height)
    if line.ink.shape[1] > width:
        keep = max(1, int(len(text) * width / line.ink.shape[1]))
        line = set_line(text[:keep].strip() or text[0], style, height)
    return line


def _write_row(
    rng: np.random.Generator,
    canvas: Canvas,
    row: Line,
    at: tuple[int, int],
    shades: tuple[float, float],
    vin: slice | None,
) -> None:
    """One row of a sticker; the VIN's may stand in a box of its own, shades swapped or not."""
    (x, y), (ground, ink), (tall, wide) = at, shades, row.ink.shape
    if vin is not None and rng.random() < 0.25:
        pad = int(tall * rng.uniform(0.0, 0.2))
        corner, far = (x - 2 * pad - 2, y - pad), (x + wide + 2 * pad + 2, y + tall + pad)
        if rng.random() < 0.4:
            ground, ink = ink, ground
            cv2.rectangle(canvas.value, corner, far, ground, -1)
        else:
            cv2.rectangle(canvas.value, corner, far, ink, 1)
    canvas.ink(row.ink, x, y, ink)
    canvas.note(row, x, y, vin)


def _second_column(
    rng: np.random.Generator,
    canvas: Canvas,
    row: Line,
    at: tuple[int, int],
    ink: float,
    style: Style,
    cyrillic: bool,
) -> None:
    """Now and then more text to the right of a short row."""
    x, y = at
    height = row.ink.shape[0] * 0.62
    start = x + row.ink.shape[1] + int(height * rng.uniform(1.0, 4))
    room = canvas.value.shape[1] - start - int(height)
    if room < 5 * height or rng.random() < 0.55:
        return
    line = _fitting(rng, style, cyrillic, max(4.0, height), room)
    canvas.ink(line.ink, start, y, ink)
    canvas.note(line, start, y)


def _furniture(rng: np.random.Generator, canvas: Canvas, height: float, ink: float) -> None:
    """Frames, rules, emblems, rivets, rounded corners."""
    tall, wide = canvas.value.shape
    edge = max(1, int(height * rng.uniform(0.1, 0.5)))
    thick = max(1, int(height * rng.uniform(0.04, 0.15)))
    if rng.random() < 0.45:
        cv2.rectangle(canvas.value, (edge, edge), (wide - edge, tall - edge), ink, thick)
    if rng.random() < 0.3:
        side = int(height * rng.uniform(1.5, 4))
        canvas.ink(emblem(rng, side), edge * 2, edge * 2, ink)
    if rng.random() < 0.25:
        grey = float(rng.uniform(20, 230))
        for x in (2 * edge + 2, wide - 2 * edge - 2):
            cv2.circle(
                canvas.value, (x, tall // 2), max(2, int(height * 0.5)), grey, -1, cv2.LINE_AA
            )
    if rng.random() < 0.5:
        radius = max(2, int(height * rng.uniform(0.3, 1.2)))
        mask = np.zeros_like(canvas.alpha)
        cv2.rectangle(mask, (radius, 0), (wide - radius, tall), 255, -1)
        cv2.rectangle(mask, (0, radius), (wide, tall - radius), 255, -1)
        for x in (radius, wide - radius - 1):
            for y in (radius, tall - radius - 1):
                cv2.circle(mask, (x, y), radius, 255, -1)
        np.minimum(canvas.alpha, mask, out=canvas.alpha)


def draw_plate(
    rng: np.random.Generator, height: float, with_vin: bool = True, numbers: Numbers = TAUGHT
) -> Label:
    """A metal plate: a sticker's layout whose VIN is pressed in rather than printed."""
    printed = draw_sticker(rng, height, with_vin, numbers)
    if not with_vin:
        return printed
    grey = float(rng.uniform(60, 210))
    mine = printed.boxes[printed.vin]
    x0, y0 = (mine[:, :2].min(axis=0) - 2).astype(int)
    x1, y1 = (mine[:, 2:].max(axis=0) + 2).astype(int)
    x0, y0 = max(x0, 0), max(y0, 0)
    field_part = np.s_[y0:y1, x0:x1]
    relief = np.zeros_like(printed.relief)
    patch = printed.value[field_part].astype(np.int16)
    ground = int(np.median(patch))
    relief[field_part] = np.clip(np.abs(patch - ground) * 3, 0, 255)
    value = printed.value.copy()
    value[field_part] = grey
    return replace(printed, value=value, relief=relief)
