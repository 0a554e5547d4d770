"""How well the detector finds the VIN in real photos that it was not trained on, also when they are
turned."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.detection.real import BoxedPhoto, certain_photos, held_out, unlabelled_photos
from vinreader.detection import Detector
from vinreader.finding import FindingConfig, LineFinder
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.photo import open_grey
from vinreader.results import Quad
from vinreader.turning import back_to_photo, turned_photo

__all__ = [
    "Figures",
    "Verdict",
    "evaluate",
    "photo_of",
    "verdict_of",
]

TURNS = (0.0, 90.0, 180.0, 270.0, 20.0, 45.0)
"""Degrees by which the photos are turned."""
_TURNED_SHARE = 2
"""One in this many photos is judged turned: they take as long as all of them upright."""

_COVERED = 0.5
"""Share of the box that has to be found."""
_INSIDE = 0.5
"""Share of the quad that has to lie in the box."""
_GENEROUS = 2.0
"""What is more than this many times as large as the box is no find."""
_NOWHERE = 99
"""Rank of a number that no line hits."""


@dataclass(frozen=True)
class Verdict:
    """One line held against the upright box that a person drew.

    A slanted line fills little of its upright box, so the upright rectangle around the quad is held
    against it: `covered`, at least half of the box is in that rectangle; `tight`, the rectangle is
    at most twice as large as the box, and at least half of the quad lies in the box. `literal` asks
    that half of the box itself lies in the quad, which is at most twice as large: no slanted line
    can do so without being as thick as its box.
    """

    covered: bool
    tight: bool
    literal: bool

    @property
    def hit(self) -> bool:
        return self.covered and self.tight


@dataclass(frozen=True)
class Figures:
    """Shares of `photos` whose VIN is the detector's first line, among its first three, its first
    eight, all its lines; among those that the reader looks at, which are the first few of the photo
    as it stands and, where that leans, turned level; and of those whose box some line of the
    detector covers, hugs, or fulfils to the letter."""

    photos: int
    first: float
    third: float
    eighth: float
    any: float
    reader: float
    covered: float
    tight: float
    literal: float


def verdict_of(quad: np.ndarray, box: np.ndarray) -> Verdict:
    """A quad (4, 2) held against a box x0 y0 x1 y1, both in pixels."""
    quad = np.asarray(quad, np.float32)
    x0, y0, x1, y1 = (float(v) for v in box)
    upright = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    area, own = (x1 - x0) * (y1 - y0), abs(float(cv2.contourArea(quad)))
    common = float(cv2.intersectConvexConvex(quad, upright)[0])
    low, high = quad.min(axis=0), quad.max(axis=0)
    wide, tall = np.minimum(high, box[2:]) - np.maximum(low, box[:2])
    covered = max(0.0, float(wide)) * max(0.0, float(tall)) >= _COVERED * area
    around = float(np.prod(high - low))
    return Verdict(
        covered=covered,
        tight=around <= _GENEROUS * area and common >= _INSIDE * min(own, area),
        literal=common >= _COVERED * area and own <= _GENEROUS * area,
    )


def photo_of(boxed: BoxedPhoto) -> np.ndarray:
    """The photo (H, W) uint8."""
    return open_grey(boxed.path.read_bytes())


def evaluate(
    model: Path,
    folder: Path,
    threads: int = 1,
    most: int = 300,
    turns: Sequence[float] = TURNS,
) -> dict[str, Figures]:
    """Print and give the figures for the certain part of `low` and for held-out unlabelled photos,
    as they are and, for one in two, turned."""
    detector = Detector(model, threads)
    held = [photo for photo in unlabelled_photos(folder) if held_out(photo)][:most]
    sets = {"low, certain": certain_photos(folder), "unlabelled, held out": held}
    figures = {}
    print(
        f"{'VIN among the lines found':26} {'turned':>6} {'photos':>6} {'first':>7} {'three':>7} "
        f"{'eight':>7} {'any':>7} {'reader':>7}   {'covered':>7} {'tight':>7} {'literal':>7}"
    )
    for name, photos in sets.items():
        for degrees in turns:
            some = photos if degrees == 0 else photos[::_TURNED_SHARE]
            f = _judge(detector, some, degrees)
            figures[name if degrees == 0 else f"{name}, {degrees:g}°"] = f
            print(
                f"{name:26} {degrees:5g}° {f.photos:6} {f.first:7.1%} {f.third:7.1%} "
                f"{f.eighth:7.1%} {f.any:7.1%} {f.reader:7.1%}   "
                f"{f.covered:7.1%} {f.tight:7.1%} {f.literal:7.1%}",
                flush=True,
            )
    return figures


def _judge(detector: Detector, photos: list[BoxedPhoto], degrees: float) -> Figures:
    ranks, looked_at, parts = [], [], []
    for photo in photos:
        turned, back = turned_photo(photo_of(photo), degrees)
        verdicts = _verdicts([line.quad for line in detector.detect(turned)], back, photo)
        ranks.append(next((n for n, v in enumerate(verdicts) if v.hit), _NOWHERE))
        reader = _verdicts(_lines_looked_at(detector, turned), back, photo)
        looked_at.append(any(verdict.hit for verdict in reader))
        parts.append(
            [any(getattr(v, rule) for v in verdicts) for rule in ("covered", "tight", "literal")]
        )
    shares = [float((np.array(ranks) < most).mean()) for most in (1, 3, 8, _NOWHERE)]
    shares += [float(np.mean(looked_at)), *(float(share) for share in np.mean(parts, axis=0))]
    return Figures(len(photos), *shares)


def _verdicts(quads: Sequence[Quad], back: np.ndarray, photo: BoxedPhoto) -> list[Verdict]:
    """Of lines of the photo turned, as `turned_photo` did."""
    corners = [back_to_photo(np.array(quad, np.float32), back) for quad in quads]
    return [verdict_of(quad, np.asarray(photo.box)) for quad in corners]


def _lines_looked_at(detector: Detector, grey: np.ndarray) -> list[Quad]:
    course = LineFinder(detector, FindingConfig(), grey).course()
    return [quad for found in course if not found.glance for quad in found.quads]


def main() -> None:
    """Judge one model: `python -m training.detection.evaluate --model FILE`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--model", type=Path, default=ModelFiles.of(DEFAULT_MODELS_DIR).craft)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--turns", type=float, nargs="*", default=TURNS)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    evaluate(args.model, args.real, turns=args.turns)


if __name__ == "__main__":
    main()
