"""A flat label while it is drawn, and what it is once it is done."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from training.synthesis.lettering import Line

__all__ = ["Canvas", "Label", "bent"]


@dataclass(frozen=True)
class Label:
    """`value` grey 0–255 and `alpha` 0–255, both (H, W) uint8, what is printed and where it covers;
    `relief` (H, W) uint8, what is stamped or embossed; `boxes` (N, 4) float32 of the characters,
    `words` (N,) int unique in the label, `vin` (N,) bool for the characters of the VIN; `number` is
    the VIN, empty where there is none."""

    value: np.ndarray
    alpha: np.ndarray
    relief: np.ndarray
    boxes: np.ndarray
    words: np.ndarray
    vin: np.ndarray
    number: str = ""


@dataclass
class Canvas:
    """A label while it is drawn."""

    value: np.ndarray
    alpha: np.ndarray
    relief: np.ndarray
    boxes: list[np.ndarray] = field(default_factory=list)
    words: list[np.ndarray] = field(default_factory=list)
    vin: list[np.ndarray] = field(default_factory=list)
    number: str = ""

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
        """Remember the boxes of a line drawn at (x, y); `vin` are the characters of the VIN in it,
        one word a row, whatever gaps they have."""
        if len(line.boxes) == 0:
            return
        first = max((int(w.max()) + 1 for w in self.words), default=0)
        mine = np.zeros(len(line.boxes), bool)
        words = line.words + first
        if vin is not None:
            mine[vin] = True
            self.number = line.text[vin]
            left = line.boxes[mine, 0]
            row = np.concatenate([[0], np.cumsum(left[1:] < left[:-1])])
            words[mine] = words.max() + 1 + row
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
            self.number,
        )


def bent(label: Label, sag: float) -> Label:
    """The label on a curved surface: its middle hangs `sag` pixels under its ends, or over them
    where `sag` is below zero. Characters stay upright, their boxes move along."""
    tall, wide = label.value.shape
    more = int(np.ceil(abs(sag)))
    x, y = np.meshgrid(np.arange(wide, dtype=np.float32), np.arange(tall + more, dtype=np.float32))
    drop = _drop(x, wide, sag)
    at = (x, y - drop)
    value = cv2.remap(label.value, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(label.alpha, *at, cv2.INTER_LINEAR)
    relief = cv2.remap(label.relief, *at, cv2.INTER_LINEAR)
    boxes = label.boxes.copy()
    boxes[:, [1, 3]] += _drop((boxes[:, [0]] + boxes[:, [2]]) / 2, wide, sag)
    return replace(label, value=value, alpha=alpha, relief=relief, boxes=boxes)


def _drop(x: np.ndarray, width: int, sag: float) -> np.ndarray:
    """How far what stands at `x` is moved down, never below zero."""
    off = ((x + 0.5) / width * 2 - 1) ** 2
    return np.asarray(abs(sag) * (1 - off if sag > 0 else off), np.float32)
