"""Where a number lies in a photo, and where a reader believes that it lies."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from training.quality.ranges import drawn_from
from training.synthesis.geometry import corners, project
from training.synthesis.lines import SetLine

__all__ = ["Shot", "aimed", "told"]


@dataclass
class Shot:
    """A photo in the making: `to_photo` (3, 3) from the line to the photo of `size` (W, H)."""

    line: SetLine
    cap: float
    to_photo: np.ndarray
    size: tuple[int, int]
    characters: np.ndarray
    strengths: dict[str, float] = field(default_factory=dict)


def aimed(rng: np.random.Generator, line: SetLine, defects: set[str]) -> Shot:
    """What part of the surface the photo shows, and how large."""
    low, high = drawn_from("too_small", defects)
    cap = float(np.exp(rng.uniform(np.log(low), np.log(high))))
    unit = line.cap
    left, right = line.span
    margins = unit * np.exp(rng.uniform(np.log(0.25), np.log(4), 4))  # left, top, right, bottom
    strengths = {"too_small": cap} if "too_small" in defects else {}
    tilt = np.deg2rad(float(np.clip(rng.normal(0, 6), -15, 15)))
    if "cut_off" in defects:
        side = int(rng.choice(4, p=[0.38, 0.12, 0.38, 0.12]))
        share = float(np.exp(rng.uniform(np.log(0.03), np.log(0.5))))
        length = right - left
        if side % 2:
            share = float(rng.uniform(0.25, 0.6))
            tilt *= 0.1
        margins[side] = -share * (unit if side % 2 else length)
        strengths["cut_off"] = share
    box = np.array(
        [
            [left - margins[0], line.top - margins[1]],
            [right + margins[2], line.top - margins[1]],
            [right + margins[2], line.top + unit + margins[3]],
            [left - margins[0], line.top + unit + margins[3]],
        ]
    )
    squeeze = float(np.exp(rng.normal(0, 0.15)))
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    middle = box.mean(axis=0)
    if "cut_off" in defects:
        # turned about the middle of the cut edge, so that the share that is missing stays
        side = int(np.argmin(margins))
        middle = box[[[3, 0], [0, 1], [1, 2], [2, 3]][side]].mean(axis=0)
    quad = (box - middle) @ turn.T + middle
    if "cut_off" not in defects:  # turned, the frame must still hold the number
        quad = middle + (quad - middle) * _holding(line, quad)
    scale = cap / unit
    sides = np.hypot(*(quad[1] - quad[0])) * scale * squeeze, np.hypot(*(quad[3] - quad[0])) * scale
    size = (max(48, round(float(sides[0]))), max(8, round(float(sides[1]))))
    to_photo = cv2.getPerspectiveTransform(quad.astype(np.float32), corners(size))
    return Shot(line, cap, to_photo, size, _quads(line, to_photo), strengths)


def _holding(line: SetLine, quad: np.ndarray) -> np.ndarray:
    """(2,) by how much a frame has to grow, along its sides, to hold the whole number."""
    left, right = line.span
    top, bottom = line.top, line.top + line.cap
    number = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    middle = quad.mean(axis=0)
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    grown = 1.0
    for side in (across, down):
        reach = np.abs((number - middle) @ side / np.hypot(*side)).max() + 0.15 * line.cap
        grown = max(grown, float(reach / (np.hypot(*side) / 2)))
    return np.array([grown, grown])


def _quads(line: SetLine, to_photo: np.ndarray) -> np.ndarray:
    """(N, 4, 2) characters in the photo, as high as capitals."""
    half = np.array([0.0, line.cap / 2])
    left, right = line.edges[:, 0], line.edges[:, 1]
    quads = np.stack([left - half, right - half, right + half, left + half], axis=1)
    return project(quads, to_photo).astype(np.float32)


def told(rng: np.random.Generator, shot: Shot) -> np.ndarray:
    """The characters as a reader tells them: a band too high or too low, boxes off by a little, and
    where the photo ends, either guessed beyond it or squeezed into what is seen. Of a line that was
    only found and not read, its seventeenths."""
    quads = shot.characters
    middles = quads.mean(axis=1)
    seen = (middles[:, 0] > 0) & (middles[:, 0] < shot.size[0])
    if not seen.all() and rng.random() < 0.6:
        quads = quads[seen] if seen.sum() > 1 else quads[:2]
    down = (quads[:, 3] - quads[:, 0])[:, None]
    along = (quads[:, 1] - quads[:, 0])[:, None]
    above, below = rng.normal(0.14, 0.14, 2).clip(-0.2, 0.5)
    lean = np.linspace(-1, 1, len(quads))[:, None, None] * float(rng.normal(0, 0.07))
    high = np.array([-above, -above, below, below])[None, :, None] + lean
    quads = quads + down * high + along * rng.normal(0, 0.06, (len(quads), 4, 1))
    if rng.random() < 0.3:
        quads = _seventeenths(quads, rng.normal(0.3, 0.5, 2).clip(-0.5, 1.5))
    return quads.astype(np.float32)


def _seventeenths(quads: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    """A line from the first to the last character, lengthened by so many of them at its ends."""
    edges = np.stack([quads[0, [0, 3]], quads[-1, [1, 2]]])
    pitch = (edges[1] - edges[0]) / len(quads)
    edges = np.stack([edges[0] - beyond[0] * pitch, edges[1] + beyond[1] * pitch])
    at = np.linspace(0, 1, 18)[:, None, None]
    cuts = edges[0] + at * (edges[1] - edges[0])
    return np.stack([cuts[:-1, 0], cuts[1:, 0], cuts[1:, 1], cuts[:-1, 1]], axis=1)
