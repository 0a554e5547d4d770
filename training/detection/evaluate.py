"""How well the detector finds the VIN in real photos that it was not trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.detection.real import BoxedPhoto, certain_photos, held_out, unlabelled_photos
from vinreader.detection import Detector
from vinreader.results import TextLine

__all__ = ["Figures", "evaluate", "hits"]

_COVERED = 0.5
"""Share of the box that has to lie in a quad."""
_LEAST_SHARE = 0.12
"""A slanted line fills a small part of its upright box; less than this of it is no line."""
_GENEROUS = 2.0
"""A quad of more than this many times the box's area is no find."""


@dataclass(frozen=True)
class Figures:
    """Shares of `photos` whose VIN is the first line, among the first three, among all lines."""

    photos: int
    first: float
    third: float
    any: float


def hits(line: TextLine, box: np.ndarray) -> bool:
    """Whether the line covers the upright box x0 y0 x1 y1 without being far larger than it."""
    x0, y0, x1, y1 = (float(v) for v in box)
    upright = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    quad = np.array(line.quad, np.float32)
    area, own = (x1 - x0) * (y1 - y0), float(cv2.contourArea(quad))
    common, _ = cv2.intersectConvexConvex(quad, upright)
    # a slanted line fills only part of its upright box, so the smaller of both is to be covered
    return (
        common >= _COVERED * min(area, own)
        and own <= _GENEROUS * area
        and own > _LEAST_SHARE * area
    )


def evaluate(model: Path, folder: Path, threads: int = 1, most: int = 300) -> dict[str, Figures]:
    """Print and give the figures for the certain part of `low` and for held-out unlabelled photos.

    Photos stored with their aspect ratio lost are judged as they are and at 4:3.
    """
    detector = Detector(model, threads)
    held = [photo for photo in unlabelled_photos(folder) if held_out(photo)][:most]
    sets = {"low, certain": certain_photos(folder), "unlabelled, held out": held}
    figures = {}
    for name, photos in sets.items():
        figures[name] = _judge(photos, lambda photo: detector.detect(photo))
        f = figures[name]
        print(
            f"{name:22} {f.photos:4} photos  "
            f"first {f.first:.1%}  three {f.third:.1%}  any {f.any:.1%}"
        )
    return figures


def _judge(
    photos: list[BoxedPhoto], detect: Callable[[np.ndarray], tuple[TextLine, ...]]
) -> Figures:
    ranks = []
    for photo in photos:
        found = detect(cv2.cvtColor(cv2.imread(str(photo.path)), cv2.COLOR_BGR2RGB))
        ranks.append(next((n for n, line in enumerate(found) if hits(line, photo.box)), 99))
    ranked = np.array(ranks)
    return Figures(
        len(photos),
        float((ranked < 1).mean()),
        float((ranked < 3).mean()),
        float((ranked < 99).mean()),
    )
