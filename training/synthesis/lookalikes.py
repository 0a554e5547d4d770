"""How far the symbols of an alphabet are from those most like them, blurred as a photo blurs them.

Each glyph is laid over each other one as well as a small shift and a change of width can do it;
what is left is the difference that a reader has to see. Differences are kept by where in the
character they lie and by what may show them: the ink's tone, its slopes (a pressed surface in the
light) or its outline.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from training.synthesis.glyphs import CAP_HEIGHT, PAD, Alphabet
from vinreader.vin import ALPHABET

__all__ = ["CELLS", "COLUMNS", "MARGIN", "PER_CAP", "ROWS", "channels", "differences"]

PER_CAP = 12
"""Grid points in the height of a capital."""
MARGIN = 2
"""Grid points around a character that still belong to its place."""
ROWS, COLUMNS = PER_CAP + 2 * MARGIN, 12
"""Grid points of a place; its columns are as many for a narrow character as for a wide one."""
CELLS = (4, 3)
"""Rows and columns of the parts of a character."""
NEAREST = 6
"""Symbols that a symbol is compared with, the most similar first."""
STRETCHES = (0.87, 1.0, 1.15)
SHIFTS = 3
"""Places down and across, a grid point apart, to which a glyph is moved to lie on another."""
BLURS = 0.02 * 1.5 ** np.arange(7)
"""Standard deviations of the blur against the cap height at which differences are taken."""


@dataclass(frozen=True)
class _Face:
    """An alphabet that the cache can tell from others."""

    digest: int
    alphabet: Alphabet = field(compare=False)


def differences(alphabet: Alphabet, text: str, blur: float, slopes: float) -> np.ndarray:
    """(len(text), NEAREST, 4, cells) float32: for each symbol of `text` and those most like it, the
    squared difference of each of the `channels`, summed over the grid points of a cell.

    `blur` and `slopes` are the standard deviations of the blur of the tone and of the other
    channels against the cap height."""
    face = _Face(alphabet.digest, alphabet)
    rows = [ALPHABET.index(symbol) for symbol in text]
    tone = _differences(face, _level(blur), _tone)[rows]
    shape = _differences(face, _level(slopes), _slopes)[rows]
    return np.concatenate([tone, shape], axis=2).astype(np.float32)


def _level(blur: float) -> int:
    return int(np.abs(np.log(BLURS / max(blur, 1e-3))).argmin())


def channels(ink: np.ndarray, width: np.ndarray | float = 1.0) -> np.ndarray:
    """(4, …, H, W) what may show an ink (…, H, W): its tone, its slopes across and down, and how
    steep it is; `width` is that of a column against a row."""
    return np.concatenate([_tone(ink), _slopes(ink, width)])


def _tone(ink: np.ndarray) -> np.ndarray:
    return ink[None].copy()


def _slopes(ink: np.ndarray, width: np.ndarray | float = 1.0) -> np.ndarray:
    # As numpy.gradient, which is slow: central differences of the whole array in one piece, then
    # the one-sided ones at the ends.
    found = np.empty((3, *ink.shape), np.float32)
    across, down, steep = found
    flat, step = ink.reshape(-1), ink.shape[-1]
    for slope, apart in ((across, 1), (down, step)):
        inner = slope.reshape(-1)[apart:-apart]
        np.subtract(flat[2 * apart :], flat[: -2 * apart], out=inner)
        inner *= 0.5
    for out, low, high in ((0, 0, 1), (-1, -2, -1)):
        np.subtract(ink[..., high], ink[..., low], out=across[..., out])
        np.subtract(ink[..., high, :], ink[..., low, :], out=down[..., out, :])
    across /= width
    np.square(across, out=steep)
    steep += np.square(down)
    np.sqrt(steep, out=steep)
    return found


@lru_cache(maxsize=6000)  # of 5 kB for the tone, 14 kB for the slopes
def _differences(face: _Face, level: int, shown: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """(33, NEAREST, channels, cells) float16, of what is `shown` of an ink: all that takes long is
    done for that alone."""
    glyphs, others, widths = _nearest(face, level)
    count, _, columns = glyphs.shape
    rest = shown(others)
    rest -= shown(glyphs)[:, :, None]
    np.square(rest, out=rest)
    # The rows of a cell lie one after the other: one product sums over them and its columns.
    high = ROWS // CELLS[0]
    parts = np.tile(_parts(widths, columns), (1, high, 1))
    by_cell = rest.reshape(len(rest), count, NEAREST * CELLS[0], high * columns) @ parts
    by_cell = np.minimum(by_cell, 6e4).reshape(len(rest), count, NEAREST, -1)
    return by_cell.transpose(1, 2, 0, 3).astype(np.float16)


@lru_cache(maxsize=4)  # of 0.3 MB each: tone and slopes of a strip are often asked at one level
def _nearest(face: _Face, level: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(33, ROWS, columns) glyphs as blurred, (33, NEAREST, ROWS, columns) those most like each,
    laid over it and as strong as it is, and the glyphs' widths (33,), grid points."""
    drawn, widths = _drawn(face)
    glyphs = _blurred(drawn, float(BLURS[level]) * PER_CAP)
    stretched = _stretched(glyphs)
    products, norms = _products(glyphs, stretched), _norms(stretched)
    shared = products**2 / norms[:, None]  # energy of a glyph that the other, moved, accounts for
    best = shared.argmax(axis=0)
    likeness = shared.max(axis=0)
    np.fill_diagonal(likeness, -1.0)
    nearest = np.argsort(-likeness, axis=1, kind="stable")[:, :NEAREST]
    rows = np.arange(len(glyphs))[:, None]
    move = best[rows, nearest]
    gain = products[move, rows, nearest] / norms[move, nearest]
    others = _moved(stretched, move, nearest)
    others *= gain[..., None, None]
    return glyphs, others, widths


@lru_cache(maxsize=500)
def _drawn(face: _Face) -> tuple[np.ndarray, np.ndarray]:
    """(33, ROWS, columns) float32 glyphs, each in the middle of its picture, and their widths
    (33,), grid points."""
    fine = CAP_HEIGHT // PER_CAP
    masks = [face.alphabet[symbol].mask for symbol in ALPHABET]
    widths = np.array([mask.shape[1] for mask in masks])
    room = fine * (2 * MARGIN + 2 + int(np.ceil(widths.max() * max(STRETCHES) / fine)))
    sheet = np.zeros((len(masks), CAP_HEIGHT + 2 * PAD, room), np.uint8)
    for picture, mask in zip(sheet, masks, strict=True):
        left = (room - mask.shape[1]) // 2
        picture[:, left : left + mask.shape[1]] = mask
    edge = PAD - MARGIN * fine
    tall = sheet[:, edge : sheet.shape[1] - edge].reshape(-1, room)
    size = (room // fine, len(tall) // fine)
    small = cv2.resize(tall, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return small.reshape(len(masks), ROWS, -1), widths / fine


def _blurred(glyphs: np.ndarray, sigma: float) -> np.ndarray:
    return _gaussian(glyphs.shape[1], sigma) @ glyphs @ _gaussian(glyphs.shape[2], sigma)


@lru_cache(maxsize=500)
def _gaussian(size: int, sigma: float) -> np.ndarray:
    """(size, size) float32 matrix that blurs a line of points, with nothing beyond its ends."""
    off = np.arange(-size, size + 1)
    kernel = np.exp(-0.5 * (off / sigma) ** 2)
    kernel /= kernel.sum()
    return kernel[size + np.subtract.outer(np.arange(size), np.arange(size))].astype(np.float32)


def _stretched(glyphs: np.ndarray) -> np.ndarray:
    """(STRETCHES, 33, ROWS + 2, columns + 2) the glyphs in every width, with nothing around them:
    seen from one point further, they are shifted."""
    count, rows, columns = glyphs.shape
    found = np.zeros((len(STRETCHES), count, rows + 2, columns + 2), np.float32)
    for wide, stretch in zip(found, STRETCHES, strict=True):
        np.matmul(glyphs, _stretch(columns, stretch), out=wide[:, 1:-1, 1:-1])
    return found


@lru_cache(maxsize=500)
def _stretch(size: int, stretch: float) -> np.ndarray:
    """(size, size) float32 matrix that stretches a line of points about its middle."""
    middle = (size - 1) / 2
    sources = (np.arange(size) - middle) / stretch + middle
    return np.maximum(1 - np.abs(np.arange(size)[:, None] - sources), 0).astype(np.float32)


def _moved(stretched: np.ndarray, move: np.ndarray, which: np.ndarray) -> np.ndarray:
    """(…, ROWS, columns): the glyphs `which` (…), each in its stretch and shift `move` (…)."""
    rows, columns = stretched.shape[2] - 2, stretched.shape[3] - 2
    seen = sliding_window_view(stretched, (rows, columns), axis=(2, 3))
    stretch, shift = np.divmod(move, SHIFTS * SHIFTS)
    return seen[stretch, which, shift // SHIFTS, shift % SHIFTS]


def _norms(stretched: np.ndarray) -> np.ndarray:
    """(moves, 33) energy of each glyph in every stretch and shift, what is shifted out left out."""
    _, count, high, wide = stretched.shape
    energy = _windows(high) @ np.square(stretched) @ _windows(wide).T
    return np.maximum(energy.transpose(0, 2, 3, 1).reshape(-1, count), 1e-6)


@lru_cache(maxsize=100)
def _windows(side: int) -> np.ndarray:
    """(SHIFTS, side) float32: 1 where a line of points is seen in each shift."""
    seen = np.arange(side) - np.arange(SHIFTS)[:, None]
    return ((seen >= 0) & (seen <= side - SHIFTS)).astype(np.float32)


def _products(glyphs: np.ndarray, stretched: np.ndarray) -> np.ndarray:
    """(moves, 33, 33) products of each glyph with each stretched and shifted one.

    Where rows are as long as those of the stretched glyphs, a shift is a step in memory, and
    nothing is copied. In pieces so small that BLAS starts no threads, which would fight those of
    other workers."""
    count, rows, columns = glyphs.shape
    wide = columns + 2
    padded = np.zeros((count, rows, wide), np.float32)
    padded[:, :, :columns] = glyphs
    length = rows * wide - 2
    flat = padded.reshape(count, -1)[:, :length]
    others = stretched.reshape(len(STRETCHES), count, -1).transpose(0, 2, 1)
    found = np.empty((len(STRETCHES), SHIFTS * SHIFTS, count, count), np.float32)
    half = length // 2
    for k in range(SHIFTS * SHIFTS):
        start = k // SHIFTS * wide + k % SHIFTS
        seen = others[:, start : start + length]
        np.matmul(flat[:, :half], seen[:, :half], out=found[:, k])
        found[:, k] += flat[:, half:] @ seen[:, half:]
    return found.reshape(-1, count, count)


def _parts(widths: np.ndarray, columns: int) -> np.ndarray:
    """(33, columns, cells in a row) float32: 1 where a column lies in a part of a place."""
    across = np.arange(columns) - (columns - 1) / 2
    part = np.floor((across / (widths[:, None] / 2 + MARGIN) + 1) / 2 * CELLS[1])
    return (part[..., None] == np.arange(CELLS[1])).astype(np.float32)
