"""How well a person could read a strip, from what the synthesiser knows and nothing else.

The measure is that of an ideal observer who knows where each character is and what it is written
with, and has to tell it from the symbol most like it (Tanner and Birdsall, Definitions of d' and
eta as psychophysical measures, 1958): d' squared is the energy of the difference between the two
over the density of the noise that hides it. People need more than that observer, as they use 10 to
20 % of that energy in letters (Pelli, Burns, Farell and Moore-Page, Feature detection and letter
identification, 2006) and their own doubt grows with what they look at (Burgess and Colborne, Visual
signal detection IV, 1988). The worst character decides: a number is read whole or not.

What shows a character is found by least squares, so that print and relief are weighed alike; what
its ink, slopes and outline do not explain is noise: grain, reflections, dirt, neighbours, whatever
hides a part of it. Part by part, as what tells an E from an F is at its foot.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np

from training.synthesis.lines import SetLine
from training.synthesis.lookalikes import CELLS, COLUMNS, MARGIN, PER_CAP, ROWS, channels

__all__ = ["READABLE", "legibility", "sampling"]

READABLE = 0.5
"""From here on a person reads every character without doubt."""
NEEDED = 5.4
"""The d' at which that is so: found by transcribing strips of all styles before looking at their
text. At an efficiency of 15 % a person's own d' is then 2.1."""
LEVELS = 8.0
"""Grey levels of unevenness that the eye does not see through, whatever the noise."""
DOUBT = 0.1
"""Doubt about shapes, as a share of the variance that the shapes explain."""
EYE = 0.125
"""Length over which the eye's own unevenness and doubt are one, against the cap height."""
LOST, WHOLE = 0.75, 0.95
"""Shares of a character in the strip at which nobody reads it and everybody sees it whole."""
SMOOTH = 0.6
"""Correlation of neighbouring points of the noise up to which it is believed: a smoother one is
the light's."""


def sampling(line: SetLine) -> tuple[np.ndarray, np.ndarray]:
    """(N, ROWS, COLUMNS, 2) points of the line on the places of its characters, and (N,) how wide a
    column is against a row."""
    left, right = line.edges[:, 0], line.edges[:, 1]
    step = line.cap / PER_CAP
    wide = right[:, 0] - left[:, 0] + 2 * MARGIN * step
    across = left[:, 0, None] - MARGIN * step + wide[:, None] * _middles(COLUMNS)
    down = left[:, 1, None] + (_middles(ROWS) - 0.5) * ROWS * step
    points = np.empty((len(left), ROWS, COLUMNS, 2))
    points[..., 0] = across[:, None]
    points[..., 1] = down[:, :, None]
    return points, wide / (COLUMNS * step)


def legibility(
    strip: np.ndarray, ink: np.ndarray, points: np.ndarray, widths: np.ndarray, apart: np.ndarray
) -> float:
    """0 to 1, at least `READABLE` where a person can read it.

    `strip` (H, W) uint8 shows the number whose own coverage, blurred as the photo is, is `ink`
    (H, W) float32. Its characters are sampled at `points` (N, ROWS, COLUMNS, 2), columns `widths`
    (N,) as wide as rows are high; `apart` are their `differences` from others."""
    if len(points) == 0:
        return 0.0
    (high, wide), (x, y) = strip.shape, (points[..., 0], points[..., 1])
    inside = ((x > 0) & (x < wide) & (y > 0) & (y < high)).astype(np.float32)
    at = (points.reshape(-1, COLUMNS, 2) - 0.5).astype(np.float32)  # middles of pixels
    parts = _parts(_sampled(ink, at), widths, inside)
    seen = (_sampled(strip, at) * inside).reshape(len(points), -1, 1)
    strengths, rest = _explained(parts, seen)
    rest = rest.reshape(inside.shape)
    whole = ROWS * COLUMNS / (CELLS[0] * CELLS[1])
    shown = _by_cell(inside)
    noise = _by_cell(rest**2) / np.maximum(shown, 1) * (_grain(rest) * widths)[:, None]
    shapes = parts[..., : strengths.shape[1]]
    spread = np.einsum("npc,npc->nc", shapes, shapes) / shapes.shape[1] - shapes.mean(axis=1) ** 2
    own = LEVELS**2 + DOUBT * (strengths * spread).sum(axis=1)
    noise += ((EYE * PER_CAP) ** 2 * own)[:, None]
    told = np.einsum("nc,nkcl,nl->nk", strengths, apart, shown / whole / noise, optimize=False)
    core = inside[:, MARGIN:-MARGIN].mean(axis=(1, 2))
    kept = np.clip((core - LOST) / (WHOLE - LOST), 0, 1)
    detectability = float((np.sqrt(told.min(axis=1)) * kept).min())
    return detectability / (detectability + NEEDED * (1 / READABLE - 1))


def _middles(count: int) -> np.ndarray:
    return (np.arange(count) + 0.5) / count


def _sampled(image: np.ndarray, at: np.ndarray) -> np.ndarray:
    """(N, ROWS, COLUMNS) float32 values of an image `at` (N * ROWS, COLUMNS, 2) float32."""
    image = image.astype(np.float32, copy=False)
    values = cv2.remap(image, at, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return values.reshape(-1, ROWS, COLUMNS)


def _parts(ink: np.ndarray, widths: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """(N, points, parts) what a character's picture is made of: what shows its ink, and light that
    is even or falls off to a side."""
    shown = channels(ink, widths[:, None, None].astype(np.float32))
    parts = np.empty((*ink.shape, len(shown) + 3), np.float32)
    parts[..., : len(shown)] = shown.transpose(1, 2, 3, 0)
    parts[..., len(shown) :] = _light()
    parts *= inside[..., None]
    return parts.reshape(len(ink), ROWS * COLUMNS, -1)


@cache
def _light() -> np.ndarray:
    """(ROWS, COLUMNS, 3) float32: even light, and such as falls off downwards or to a side."""
    light = np.ones((ROWS, COLUMNS, 3), np.float32)
    light[..., 1] = 2 * _middles(ROWS)[:, None] - 1
    light[..., 2] = 2 * _middles(COLUMNS) - 1
    return light


def _explained(parts: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(N, 4) squared strength of each of the channels, less what chance gives them, and (N, points)
    what they and the light leave unexplained."""
    turned = parts.transpose(0, 2, 1)
    count = parts.shape[2]
    square = (turned @ parts).astype(np.float64) + 1e-3 * parts.shape[1] * np.eye(count)
    inverse = np.linalg.inv(square)
    fitted = inverse @ (turned @ seen)
    rest = (seen - parts @ fitted.astype(np.float32))[..., 0]
    chance = (rest**2).mean(axis=1)[:, None] * np.einsum("nii->ni", inverse)[:, : count - 3]
    return np.maximum(fitted[:, : count - 3, 0] ** 2 - chance, 0), rest


def _grain(rest: np.ndarray) -> float:
    """Points over which the noise is one: more than 1 where it is blurred or blotched."""
    power = float((rest**2).sum()) + 1e-6
    size = 1.0
    for here, beside in ((rest[:, 1:], rest[:, :-1]), (rest[:, :, 1:], rest[:, :, :-1])):
        alike = min(max(float((here * beside).sum()) / power, 0.0), SMOOTH)
        size *= (1 + alike) / (1 - alike)
    return size


def _by_cell(values: np.ndarray) -> np.ndarray:
    """(N, cells) sums over the cells of (N, ROWS, COLUMNS) values."""
    return values.reshape(len(values), -1) @ _cells()


@cache
def _cells() -> np.ndarray:
    """(points, cells) float32: 1 where a point lies in a cell."""
    high, wide = CELLS
    down = np.arange(ROWS)[:, None] * high // ROWS
    across = np.arange(COLUMNS) * wide // COLUMNS
    cell = (down * wide + across).reshape(-1, 1)
    return (cell == np.arange(high * wide)).astype(np.float32)
