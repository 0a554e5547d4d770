"""Alphabets of dot printers: needles and ink jets set the dots of a small grid that the maker
designed by hand, character by character.

Few designs make many faces: which variant of a character is used, how large the dots are, how far
apart their columns stand and what the machine does badly go by the face's number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from training.synthesis import matrix_designs

__all__ = [
    "HELD_OUT_MATRICES",
    "TRAINED_MATRICES",
    "MatrixFace",
    "cell",
    "designed",
    "dots",
    "matrix_face",
    "pricked",
]

TRAINED_MATRICES = ("round", "square", "wide")
HELD_OUT_MATRICES = ("tall",)
USUAL = 0.5
"""Share of faces in which a symbol that has variants is drawn as usual."""
SPARSE = 1.3
"""Columns farther apart than this leave single dots that nobody sees as one stroke."""


@dataclass(frozen=True)
class MatrixFace:
    """Lengths against the distance of two rows of dots."""

    pictures: dict[str, np.ndarray]
    """(rows, columns) bool of each symbol."""
    diameter: float
    """Of a dot; from 1 on, dots one above the other touch."""
    column: float
    """Distance of two columns."""
    gap: float
    """Empty columns between two cells."""
    doubled: tuple[float, float]
    """Where every dot is struck again, half a step across or down: bold print."""
    lean: float
    """How far each row stands to the right of the one below: the sheet moves under an ink jet."""
    scatter: float
    """Standard deviation of a droplet's place."""
    weak: tuple[int, float]
    """A row whose needle strikes badly, and how dark it prints, 0 to 1."""


@cache
def designed(design: str) -> dict[str, list[np.ndarray]]:
    """The pictures of every symbol of a design, the usual one first."""
    found: dict[str, list[np.ndarray]] = {}
    for block in getattr(matrix_designs, design.upper()).strip().split("\n\n"):
        symbols, *rows = [line.split() for line in block.splitlines()]
        for symbol, *picture in zip(symbols, *rows, strict=True):
            found.setdefault(symbol, []).append(
                np.array([[dot == "#" for dot in row] for row in picture])
            )
    return found


@lru_cache(maxsize=400)
def matrix_face(design: str, number: int) -> MatrixFace:
    """The face of that number; every design has any number of them."""
    rng = np.random.default_rng([*design.encode(), number])
    pictures = {symbol: _variant(rng, drawn) for symbol, drawn in designed(design).items()}
    rows, columns = pictures["H"].shape
    narrow, usual, wide = (0.38, 0.52), (0.52, 0.85), (0.85, 1.35)
    proportion = [narrow, usual, wide][int(rng.choice(3, p=[0.2, 0.6, 0.2]))]
    column = min(1.8, float(rng.uniform(*proportion)) * (rows - 1) / (columns - 1))
    bold = int(rng.choice(4, p=[0.7, 0.15, 0.1, 0.05]))
    across = bold in (1, 3) or column > SPARSE  # double width is printed by doubling the dots
    doubled = (0.5 * column * across, 0.5 * (bold in (2, 3)))
    # Dots with one empty place between them must not run together, whatever is struck twice.
    room = min(2 * column - doubled[0], 2 - doubled[1])
    jet = rng.random() < 0.4
    return MatrixFace(
        pictures=pictures,
        diameter=float(rng.uniform(max(0.5, 0.5 * column), max(0.55, min(1.3, 0.72 * room)))),
        column=column,
        gap=float(rng.uniform(1.0, 2.2)),
        doubled=doubled,
        lean=float(rng.uniform(-0.1, 0.1)) if jet else 0.0,
        scatter=float(rng.uniform(0.02, 0.11)) if jet else 0.0,
        weak=(int(rng.integers(rows)), float(rng.uniform(0.4, 0.8) if rng.random() < 0.12 else 1)),
    )


def _variant(rng: np.random.Generator, drawn: list[np.ndarray]) -> np.ndarray:
    """The usual picture, or one of the others."""
    if len(drawn) == 1 or rng.random() < USUAL:
        return drawn[0]
    return drawn[int(rng.integers(1, len(drawn)))]


def pricked(face: MatrixFace) -> MatrixFace:
    """The same face as a marking needle sets it: small pits, each struck once."""
    column = min(max(face.column, 0.75), 1.1)  # pits closer together would break into each other
    return replace(
        face,
        diameter=0.6 * min(1.0, column),
        column=column,
        doubled=(0.0, 0.0),
        lean=0.0,
        scatter=face.scatter / 4,
        weak=(0, 1.0),
    )


def cell(face: MatrixFace) -> tuple[float, float]:
    """Width from one character to the next and height of a capital, dots included."""
    rows, columns = face.pictures["H"].shape
    inked = (columns - 1) * face.column + face.doubled[0] + face.diameter
    width = max((columns + face.gap) * face.column, inked + abs(face.lean) * (rows - 1))
    return width, rows - 1 + face.doubled[1] + face.diameter


def dots(face: MatrixFace, symbol: str) -> np.ndarray:
    """(N, 3) middles of the dots, x and y from the middle of the grid's first one, and how dark
    each is, 0 to 1."""
    picture = face.pictures[symbol]
    row, column = np.nonzero(picture)
    up = (picture.shape[0] - 1) / 2 - row
    across = column * face.column + up * face.lean
    dark = np.where(row == face.weak[0], face.weak[1], 1.0)
    placed = np.stack([across, row, dark], axis=1).astype(np.float32)
    if any(face.doubled):
        placed = np.concatenate([placed, placed + np.array([*face.doubled, 0.0], np.float32)])
    if face.scatter:
        placed[:, :2] += face.scatter * _drift(symbol, len(placed))
    return placed


@lru_cache(maxsize=1000)
def _drift(symbol: str, count: int) -> np.ndarray:
    """(count, 2) how far each dot strays, in standard deviations: the same in every face."""
    return np.random.default_rng(ord(symbol)).normal(0, 1, (count, 2)).clip(-2, 2)
