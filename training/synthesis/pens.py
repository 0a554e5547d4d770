"""The strokes of `strokes` drawn: in one line of a given weight, or as single dots."""

from __future__ import annotations

from itertools import accumulate, pairwise

import cv2
import numpy as np

from training.synthesis.strokes import Path, StrokeFace

__all__ = ["dots_along", "draw_dots", "draw_strokes"]


def draw_strokes(
    drawn: list[Path], width: float, face: StrokeFace, cap: int, pad: int
) -> np.ndarray:
    """(cap + 2·pad, W) uint8 coverage; the left end of the box stands `pad` from the left."""
    over = 2
    stress = face.stress
    half = face.weight / 2
    size = (int((width * cap + 2 * pad) * over * stress), (cap + 2 * pad) * over)
    canvas = np.zeros((size[1], size[0]), np.uint8)
    pen = max(2, round(face.weight * cap * over))
    inset = np.array([0.0, 0.0 if face.flat else half], np.float32)
    squeeze = np.array([stress, 1.0 if face.flat else 1 - face.weight], np.float32)
    at = (np.concatenate(drawn) * squeeze + inset) * cap + np.array([pad * stress, pad], np.float32)
    fixed = np.round(at * over * 16).astype(np.int32)
    ends = [0, *accumulate(map(len, drawn))]
    parts = [fixed[start:end] for start, end in pairwise(ends)]
    cv2.polylines(canvas, parts, False, 255, pen, cv2.LINE_AA, 4)
    if face.flat:  # strokes end in a straight cut at the cap line and the baseline
        edge = round((pad - half * cap * 0.5) * over)
        canvas[:edge] = 0
        canvas[-edge:] = 0
    target = (int(width * cap + 2 * pad), cap + 2 * pad)
    return cv2.resize(canvas, target, interpolation=cv2.INTER_AREA)


def dots_along(drawn: list[Path], spacing: float) -> np.ndarray:
    """(N, 2) points at even steps along all strokes, as a needle marks them; cap heights."""
    points: list[np.ndarray] = []
    for path in drawn:
        steps = np.hypot(*np.diff(path, axis=0).T)
        along = np.concatenate([[0.0], np.cumsum(steps)])
        count = max(2, round(float(along[-1]) / spacing) + 1)
        at = np.linspace(0, along[-1], count)
        points.append(np.stack([np.interp(at, along, path[:, k]) for k in (0, 1)], 1))
    return np.concatenate(points).astype(np.float32)


def draw_dots(
    points: np.ndarray, radius: float, cap: int, pad: int, dark: np.ndarray | None = None
) -> np.ndarray:
    """(cap + 2·pad, W) uint8 coverage of round dots; `points` (N, 2) pixels, (0, 0) being the dot
    that touches the cap line `pad` from the left, and `dark` (N,) their strengths from 0 to 1."""
    at = np.round((points + pad + radius) * 16).astype(int)
    strengths = np.ones(len(points)) if dark is None else dark
    right = int((points[:, 0].max() + 2 * radius).item()) + 2 * pad
    canvas = np.zeros((cap + 2 * pad, right), np.uint8)
    order = np.argsort(strengths, kind="stable")  # a weak dot covers no strong one
    levels = np.round(255 * strengths[order].astype(np.float64)).astype(int).tolist()
    reach = round(radius * 16)
    for middle, level in zip(at[order].tolist(), levels, strict=True):
        cv2.circle(canvas, middle, reach, level, -1, cv2.LINE_AA, 4)
    return canvas
