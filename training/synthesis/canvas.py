"""A flat label while it is drawn, and what it is once it is done."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from training.synthesis.lettering import Line

__all__ = ["Canvas", "Label"]


@dataclass(frozen=True)
class Label:
    """`value` grey 0–255 and `alpha` 0–255, both (H, W) uint8, what is printed and where it covers;
    `relief` (H, W) uint8, what is stamped or embossed; `boxes` (N, 4) float32 of the characters,
    `words` (N,) int unique in the label, `vin` (N,) bool for the characters of the VIN."""

    value: np.ndarray
    alpha: np.ndarray
    relief: np.ndarray
    boxes: np.ndarray
    words: np.ndarray
    vin: np.ndarray


@dataclass
class Canvas:
    """A label while it is drawn."""

    value: np.ndarray
    alpha: np.ndarray
    relief: np.ndarray
    boxes: list[np.ndarray] = field(default_factory=list)
    words: list[np.ndarray] = field(default_factory=list)
    vin: list[np.ndarray] = field(default_factory=list)

    @classmethod
    def blank(cls, width: int, height: int, value: float, alpha: int) -> Canvas:
        shape = (height, width)
        full = np.full(shape, int(np.clip(value, 0, 255)), np.uint8)
        return cls(full, np.full(shape, alpha, np.uint8), np.zeros(shape, np.uint8))

    def ink(self, ink: np.ndarray, x: int, y: int, grey: float) -> None:
        """Print `ink` with its top left at (x, y), cut at the edges."""
        x, y, ink = self._cut(ink, x, y)
        if ink.size == 0:
            return
        part = np.s_[y : y + ink.shape[0], x : x + ink.shape[1]]
        cover = ink.astype(np.float32) / 255
        self.value[part] = self.value[part] + (grey - self.value[part]) * cover
        np.maximum(self.alpha[part], ink, out=self.alpha[part])

    def stamp(self, ink: np.ndarray, x: int, y: int) -> None:
        """Raise `ink` from the surface."""
        x, y, ink = self._cut(ink, x, y)
        part = self.relief[y : y + ink.shape[0], x : x + ink.shape[1]]
        np.maximum(part, ink, out=part)

    def _cut(self, ink: np.ndarray, x: int, y: int) -> tuple[int, int, np.ndarray]:
        height, width = self.value.shape
        left, top = max(0, -x), max(0, -y)
        return x + left, y + top, ink[top : max(top, height - y), left : max(left, width - x)]

    def note(self, line: Line, x: int, y: int, vin: slice | None = None) -> None:
        """Remember the boxes of a line drawn at (x, y); `vin` are the VIN's characters."""
        if len(line.boxes) == 0:
            return
        first = max((int(w.max()) + 1 for w in self.words), default=0)
        mine = np.zeros(len(line.boxes), bool)
        words = line.words + first
        if vin is not None:
            mine[vin] = True
            words[mine] = words.max() + 1
        self.boxes.append(line.boxes + np.array([x, y, x, y], np.float32))
        self.words.append(words)
        self.vin.append(mine)

    def label(self) -> Label:
        if not self.boxes:
            empty = np.zeros(0, int)
            boxes = np.zeros((0, 4), np.float32)
            return Label(self.value, self.alpha, self.relief, boxes, empty, empty.astype(bool))
        return Label(
            self.value,
            self.alpha,
            self.relief,
            np.concatenate(self.boxes),
            np.concatenate(self.words),
            np.concatenate(self.vin),
        )
