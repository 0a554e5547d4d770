"""Numbers in two rows, or in two pieces far apart: lines that together may hold one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.recognition import Evidence
from vinreader.rectification import Band

__all__ = ["RowsConfig", "join", "pairs", "trimmed"]

Array = NDArray[np.float32]


@dataclass(frozen=True)
class RowsConfig:
    """What lines belong together; lengths in heights of the line unless said otherwise."""

    most_growth: float = 1.6
    """One may be this many times as tall as the other."""
    most_turn: float = 0.12
    """How far their directions may differ, radians."""
    stacked: tuple[float, float] = (0.8, 3.0)
    """How far the lower row's middle is below the upper's."""
    overlap: float = 0.6
    """Share of the shorter row that lies above or below the longer."""
    beside: tuple[float, float] = (-0.5, 12.0)
    """Gap between two pieces of one row."""
    most_offset: float = 0.6
    """How far such pieces may be out of line."""
    longest: float = 15.0
    """A longer line is a whole number or none. Nine characters between ornaments, in a quad that
    hugs a low relief, come up to 14."""


def pairs(bands: Sequence[Band], config: RowsConfig) -> list[tuple[int, int]]:
    """Indices of the lines that may be one number's first and second part, in reading order; those
    first whose lines come first."""
    frames = [_Frame(band.quad) for band in bands]
    found = [
        (i, j)
        for i, first in enumerate(frames)
        for j, second in enumerate(frames)
        if i != j and _belongs(first, second, config)
    ]
    return sorted(found, key=lambda pair: (max(pair), sum(pair)))


def trimmed(evidence: Evidence, width: float) -> Evidence:
    """What a strip shows up to `width` strip pixels, whole frames of it."""
    frames = max(1, min(len(evidence.frames), round(width / evidence.frame_width)))
    inside = evidence.centres < frames * evidence.frame_width
    return Evidence(
        evidence.objectness[inside],
        evidence.centres[inside],
        evidence.widths[inside],
        evidence.classes[inside],
        evidence.frames[:frames],
        evidence.frame_width,
    )


def join(first: Evidence, second: Evidence) -> Evidence:
    """Both one after the other, with a seam between."""
    return Evidence(
        np.concatenate([first.objectness, second.objectness]),
        np.concatenate([first.centres, second.centres + np.float32(first.width)]),
        np.concatenate([first.widths, second.widths]),
        np.concatenate([first.classes, second.classes]),
        np.concatenate([first.frames, second.frames]),
        first.frame_width,
        (first.width,),
    )


class _Frame:
    """A quad's middle, direction and size."""

    def __init__(self, quad: Array) -> None:
        along = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
        down = (quad[2] + quad[3] - quad[0] - quad[1]) / 2
        self.middle = quad.mean(axis=0)
        self.length = float(np.hypot(*along)) or 1.0
        self.height = float(np.hypot(*down)) or 1.0
        self.along = along / self.length
        self.down = np.array([-self.along[1], self.along[0]], np.float32)


def _belongs(first: _Frame, second: _Frame, config: RowsConfig) -> bool:
    tall, low = max(first.height, second.height), min(first.height, second.height)
    turn = abs(float(first.along[0] * second.along[1] - first.along[1] * second.along[0]))
    if tall > config.most_growth * low or turn > config.most_turn:
        return False
    if float(first.along @ second.along) < 0:
        return False
    if max(first.length / first.height, second.length / second.height) > config.longest:
        return False
    offset = second.middle - first.middle
    along, down = float(offset @ first.along), float(offset @ first.down)
    half = (first.length + second.length) / 2
    if config.stacked[0] * tall <= down <= config.stacked[1] * tall:
        common = half - abs(along)
        return common >= config.overlap * min(first.length, second.length)
    gap = along - half
    level = abs(down) <= config.most_offset * tall
    return level and config.beside[0] * tall <= gap <= config.beside[1] * tall
