"""Batches of strips by number: arrays that travel well, and what they were made from.

A recipe makes any batch from the batch's number alone, so batches can be made anywhere, in any
order and again. What it reads from its machine (font files, photos, this code, the libraries) is
its origin: batches of equal origins belong to one series.
"""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from training.synthesis.fonts import faces
from training.synthesis.strips import Strip, StripConfig, StripSynthesiser
from vinreader.vin import LENGTH

__all__ = [
    "NO_LABEL",
    "UNKNOWN",
    "Origin",
    "Recipe",
    "StripBatch",
    "SyntheticRecipe",
    "origin_of",
    "pack",
]

NO_LABEL = -1
"""Fills the labels of a strip with fewer characters than a number has."""
UNKNOWN = -2
"""The label of a character that is there, and of which nobody knows what it is."""
LIBRARIES = ("numpy", "opencv-python-headless", "pillow")
"""Those that draw: another version may set a pixel otherwise."""


@dataclass(frozen=True)
class StripBatch:
    """`images` (B, 32, 960) uint8; `boxes` (B, 17, 2) float32, left and right edges in strip
    pixels, zero where there is none; `labels` (B, 17) int8, indices into the alphabet from left to
    right or -2 for a symbol that is not known, then -1; `styles` (B,) names; `legibility` (B,)
    float32, 0 to 1."""

    number: int
    images: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    styles: np.ndarray
    legibility: np.ndarray

    def feed(self, digest: hashlib._Hash) -> None:
        """Take this batch into a running digest: equal digests, equal batches in equal order."""
        digest.update(self.number.to_bytes(8, "little"))
        for array in (self.images, self.boxes, self.labels, self.legibility):
            digest.update(array.tobytes())
        digest.update("\n".join(self.styles).encode())


@dataclass(frozen=True)
class Origin:
    """Digests of all that decides a batch beside the recipe and the number, and the machine's
    name."""

    host: str
    fonts: str
    photos: str
    code: str
    libraries: str

    def differences(self, other: Origin) -> list[str]:
        """Names of what is not the same; the machine may be another."""
        names = [part.name for part in fields(self) if part.name != "host"]
        return [name for name in names if getattr(self, name) != getattr(other, name)]


class Recipe(Protocol):
    """How batches are made. Small, hashable and picklable: it travels with every order."""

    @property
    def inputs(self) -> tuple[Path, ...]:
        """Files whose contents decide the batches."""

    @property
    def held_out(self) -> bool:
        """Whether the fonts are those held out from training."""

    def make(self, number: int) -> StripBatch:
        """The batch of that number, the same one every time."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True)
class SyntheticRecipe:
    """Batch number n holds the strips n * batch to (n + 1) * batch - 1 of the seed. `real` is the
    folder of real photos for backgrounds, None for none."""

    seed: int
    batch: int
    real: Path | None = None
    config: StripConfig = field(default_factory=StripConfig)

    @classmethod
    def on_this_machine(
        cls, seed: int, batch: int, real: Path | None, config: StripConfig | None = None
    ) -> SyntheticRecipe:
        """The recipe with the photos where the folder `real` is here, else without."""
        here = real if real and (real / "boxes.csv").exists() else None
        return cls(seed, batch, here, config or StripConfig())

    @property
    def inputs(self) -> tuple[Path, ...]:
        return (self.real / "boxes.csv",) if self.real else ()

    @property
    def held_out(self) -> bool:
        return self.config.held_out

    def strips(self, number: int, skip: int = 0) -> list[Strip]:
        """The strips of that batch, the first `skip` left out."""
        synthesiser = _synthesiser(self.seed, self.real, self.config)
        first = number * self.batch
        return [synthesiser.make(first + i) for i in range(skip, self.batch)]

    def make(self, number: int) -> StripBatch:
        return pack(number, self.strips(number))


@cache
def _synthesiser(seed: int, real: Path | None, config: StripConfig) -> StripSynthesiser:
    """One a process: it holds the photos in memory."""
    cv2.setNumThreads(1)  # workers fill the cores, and threads of a library would fight them
    return StripSynthesiser(seed, real, config)


def pack(number: int, strips: Iterable[Strip]) -> StripBatch:
    """Strips as the arrays of one batch."""
    strips = list(strips)
    boxes = np.zeros((len(strips), LENGTH, 2), np.float32)
    labels = np.full((len(strips), LENGTH), NO_LABEL, np.int8)
    for i, strip in enumerate(strips):
        boxes[i, : len(strip.boxes)] = strip.boxes
        labels[i, : len(strip.labels)] = strip.labels
    return StripBatch(
        number,
        images=np.stack([strip.image for strip in strips]),
        boxes=boxes,
        labels=labels,
        styles=np.array([strip.style for strip in strips]),
        legibility=np.array([strip.legibility for strip in strips], np.float32),
    )


@cache
def origin_of(recipe: Recipe) -> Origin:
    """What this machine makes the recipe's batches from.

    Raises:
        MissingFonts: too few of the fonts are installed.
        FileNotFoundError: one of the recipe's inputs is not here.
    """
    found = faces(held_out=recipe.held_out)
    fonts = sorted(f"{face.path.name} {face.path.stat().st_size}" for face in found)
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    code = sorted(Path(__file__).parent.rglob("*.py"))
    return Origin(
        host=socket.gethostname(),
        fonts=_digest(name.encode() for name in fonts),
        photos=_digest(path.read_bytes() for path in recipe.inputs),
        code=_digest(path.read_bytes() for path in code),
        libraries=_digest(name.encode() for name in libraries),
    )


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()[:16]
