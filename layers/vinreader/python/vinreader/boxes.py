"""Which boxes of a strip are the characters: dynamic programming from left to right.

Exactly as many boxes are taken as the number has characters, those that are sure of being one and
stand evenly. Boxes left out count as well, by how sure they were.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.recognition import Evidence

__all__ = ["BoxConfig", "Boxes", "Path"]

Values = NDArray[np.float64]
Places = NDArray[np.intp]

_NOWHERE: Values = np.empty(0)
_FEWEST_GAPS = 8
"""Boxes that have to be sure before their gaps alone tell the pitch."""


@dataclass(frozen=True)
class BoxConfig:
    """Weights in nats where nothing else is said."""

    most: int = 32
    """Boxes looked at, the surest of them."""
    clip: float = 4.0
    """No single box speaks for or against with more than this."""
    evenness: float = 4.0
    """Times the squared logarithm of (gap / pitch): a gap of two pitches costs 1.9."""
    widest: float = 4.0
    """No gap costs more: numbers are stamped in groups, and broken by what stands between."""
    nearest: float = 0.5
    """What the frames show this close to a box, in pitches, is that box's character."""
    unseen: float = 0.02
    """Objectness of a character that the frames alone show; its symbol is left open."""


@dataclass(frozen=True)
class Path:
    """A choice of boxes: `total` in nats, symbols aside; `boxes` indices from left to right."""

    total: float
    boxes: Places


class Boxes:
    """The boxes of a strip's evidence, the surest `config.most` of them, from left to right, and
    `unboxed` (M,), places in strip pixels where the frames show a character and no box does."""

    def __init__(self, evidence: Evidence, config: BoxConfig, unboxed: Values = _NOWHERE) -> None:
        kept = np.sort(np.argsort(-evidence.objectness, kind="stable")[: config.most])
        self.config = config
        self.pitch = _pitch(evidence, unboxed)
        unboxed = self._apart(unboxed, evidence.centres[kept].astype(np.float64))
        open_symbol = np.full((len(unboxed), evidence.classes.shape[1]), 1.0)
        centres = np.concatenate([evidence.centres[kept], unboxed])
        order = np.argsort(centres, kind="stable")
        self.centres = centres[order].astype(np.float64)
        self.widths = np.concatenate(
            [evidence.widths[kept], np.full(len(unboxed), 0.8 * self.pitch)]
        )[order]
        objectness = np.concatenate(
            [evidence.objectness[kept], np.full(len(unboxed), config.unseen)]
        )[order]
        self.classes = np.concatenate(
            [evidence.classes[kept].astype(np.float64), open_symbol / evidence.classes.shape[1]]
        )[order]
        self.objectness = np.clip(objectness.astype(np.float64), 1e-4, 1 - 1e-4)
        chosen = np.maximum(np.log(self.objectness), -config.clip)
        dropped = np.maximum(np.log1p(-self.objectness), -config.clip)
        self._none, self._gains = float(dropped.sum()), chosen - dropped
        self._steps = self._step_costs(np.asarray(evidence.seams, np.float64))

    def __len__(self) -> int:
        return len(self.centres)

    def paths(self, length: int) -> list[Path]:
        """For each box that can be the last of `length`: the best choice, best first."""
        if len(self) < length:
            return []
        gains = np.broadcast_to(self._gains, (length, 1, len(self)))
        best, back = self._forward(gains)
        found = [
            Path(float(best[0, end]) + self._none, _backtrack(back[:, 0], int(end)))
            for end in np.flatnonzero(np.isfinite(best[0]))
        ]
        return sorted(found, key=lambda path: -path.total)

    def paths_of(self, texts: Places) -> list[Path]:
        """The boxes that show each of the texts (S, K) best; there have to be K boxes."""
        logs = np.log(np.maximum(self.classes, 1e-6))
        symbols = logs[:, texts].transpose(2, 1, 0)  # (K, S, boxes)
        best, back = self._forward(self._gains + symbols)
        found = []
        for s, text in enumerate(texts):
            boxes = _backtrack(back[:, s], int(best[s].argmax()))
            said = float(logs[boxes, text].sum())
            found.append(Path(float(best[s].max()) - said + self._none, boxes))
        return found

    def _forward(self, gains: Values) -> tuple[Values, Places]:
        """Best totals (S, boxes) by last box, with gains (K, S, boxes) for taking a box as the k-th
        character, and the box before (K, S, boxes)."""
        back = np.zeros(gains.shape, np.intp)
        best = gains[0].copy()
        for k in range(1, len(gains)):
            through = best[:, None, :] + self._steps
            back[k] = through.argmax(axis=2)
            best = through.max(axis=2) + gains[k]
        return best, back

    def _step_costs(self, seams: Values) -> Values:
        """(boxes, boxes) nats for going from the second to the first; across a seam the distance
        says nothing."""
        gaps = np.maximum(self.centres[:, None] - self.centres[None, :], 1e-3)
        uneven = self.config.evenness * np.log(gaps / self.pitch) ** 2
        cost = np.where(gaps > self.pitch, np.minimum(uneven, self.config.widest), uneven)
        row = (self.centres[:, None] > seams).sum(axis=1)
        cost[row[:, None] != row[None, :]] = 0.0
        cost[np.triu_indices(len(self.centres))] = np.inf  # the box before stands further left
        return np.asarray(-cost)

    def _apart(self, unboxed: Values, centres: Values) -> Values:
        """Those of the places that no box stands at."""
        if not len(centres) or not len(unboxed):
            return unboxed
        nearest = np.abs(unboxed[:, None] - centres[None, :]).min(axis=1)
        return np.asarray(unboxed[nearest > self.config.nearest * self.pitch])


def _pitch(evidence: Evidence, unboxed: Values) -> float:
    """Median distance of neighbouring characters, in strip pixels."""
    sure = evidence.centres[evidence.objectness > 0.3]
    few = unboxed if len(unboxed) > len(evidence.centres) else evidence.centres
    gaps = np.diff((sure if len(sure) > _FEWEST_GAPS else few).astype(np.float64))
    return max(1.0, float(np.median(gaps))) if len(gaps) else 1.0


def _backtrack(back: Places, end: int) -> Places:
    """The path to `end` through the boxes before (K, boxes)."""
    path = [end]
    for k in range(len(back) - 1, 0, -1):
        path.append(int(back[k, path[-1]]))
    return np.array(path[::-1])
