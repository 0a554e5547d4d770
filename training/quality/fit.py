"""Fit what turns figures of a line into confidence in its defects, and judge it on other photos.

`python -m training fit-defects` writes `vinreader/defects.json`; `python -m training
evaluate-defects` prints how well it tells defects in photos of another seed and of faces that were
not fitted to.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from training.quality.photos import LinePhoto, LinePhotoConfig, LinePhotos
from training.regression import regression
from vinreader.defects import DEFECTS, WEIGHTS, PhotoMeasures, photo_measures
from vinreader.levelling import level
from vinreader.measures import Measures
from vinreader.measuring import measured

__all__ = ["FIGURES", "PHOTO_FIGURES", "Figures", "add_arguments", "figures_of", "fit", "fitted"]

SEED = 11
DOUBLE = 0.15
"""Share of the photos fitted to that have two defects."""
PULL = 2.0
"""How much weights, of figures in standard deviations, are pulled towards zero: the variance of
their prior is one half."""
MANY_PULL = 60.0
"""The same where there are hundreds of weights; by cross-validation on the photos fitted to."""
MANY = 150
"""Weights from which on there are many."""

_ALL = tuple(field.name for field in fields(Measures))
_SHARP = ("cap", "noise", "along", "across", "softest", "sharpest", "edge", "breadth", "fine")
_PLACE = ("end", "side", "outside", "to_edge")
FIGURES: dict[str, tuple[str, ...]] = {
    "blurry": (*_SHARP, "contrast", "relative", "white"),
    "glare": tuple(name for name in _ALL if name not in _PLACE),
    "dark": ("white",),
    "low_contrast": (*_SHARP, "contrast", "relative", "white", "uneven"),
    "too_small": ("cap",),
    "cut_off": _ALL,
    "obstructed": _ALL,
}
"""What each defect is judged by: one figure where that tells it, several where it does not."""
_LYING = (
    *("bright", "brightest", "bright_flat", "burnt", "steep", "empty", "emptiest", "empty_bright"),
    *("fullest", "uneven", "blob", "blob_edge", "blob_sharp", "plain_sharp", "odd", "odd_share"),
    *("bright_edges", "few_edges", "jump", "local", "abrupt", "relative", "white", "darkest"),
)
TOGETHER: dict[str, tuple[str, ...]] = {
    "blurry": FIGURES["blurry"],
    "low_contrast": FIGURES["low_contrast"],
    "obstructed": _LYING,
}
"""Figures that are also multiplied with one another; where there are several, each is with itself:
how far from usual they are counts too."""
PHOTO_FIGURES: dict[str, tuple[str, ...]] = {
    "blurry": ("edge",),
    "dark": ("white",),
}


@dataclass(frozen=True)
class Figures:
    """Of photos: `line` (N, M) and `photo` (N, K) as `vinreader` measures them, `has` (N, 7) bool
    whether they have each of the defects, `strengths` (N, 7), 0 where they have not."""

    line: np.ndarray
    photo: np.ndarray
    has: np.ndarray
    strengths: np.ndarray


def figures_of(photos: Iterable[LinePhoto]) -> Figures:
    """Measure photos."""
    lines, wholes, strengths = [], [], []
    for photo in photos:
        lines.append(measured(level(photo.image, photo.characters)).vector())
        wholes.append(photo_measures(photo.image).vector())
        strengths.append([photo.strengths.get(defect, 0.0) for defect in DEFECTS])
    told = np.array(strengths)
    return Figures(np.array(lines), np.array(wholes), told > 0, told)


def fitted(
    vectors: np.ndarray, names: Sequence[str], figures: dict[str, tuple[str, ...]], has: np.ndarray
) -> dict[str, Any]:
    """The weights by defect, in the form of `vinreader.logistic.Weights`, for photos with the
    figures (N, M) called `names` that have the defects `has` (N, 7)."""
    answer: dict[str, Any] = {}
    for defect, used in figures.items():
        mine = vectors[:, [names.index(name) for name in used]]
        pairs = _pairs(used, TOGETHER.get(defect, ()))
        pull = MANY_PULL if len(used) + len(pairs) >= MANY else PULL
        answer[defect] = regression(mine, used, pairs, has[:, DEFECTS.index(defect)], pull)
    return answer


def _pairs(used: Sequence[str], together: Sequence[str]) -> list[tuple[int, int]]:
    """Places of the figures that are multiplied."""
    if len(used) == 1:  # a single figure speaks one way only
        return []
    return [
        (i, j)
        for i in range(len(used))
        for j in range(i, len(used))
        if i == j or (used[i] in together and used[j] in together)
    ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training fit-defects`."""
    parser.add_argument("--photos", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=WEIGHTS)


def fit(args: argparse.Namespace) -> None:
    """Write the weights."""
    cv2.setNumThreads(1)
    config = LinePhotoConfig(double=DOUBLE)
    seen = figures_of(photos_with_progress(LinePhotos(args.seed, config), args.photos))
    write(seen, args.out)
    print(f"Fitted to {len(seen.has)} photos; written to {args.out}.")


def write(seen: Figures, out: Path) -> None:
    """Fit to what was measured."""
    whole = [field.name for field in fields(PhotoMeasures)]
    weights = {
        "line": fitted(seen.line, _ALL, FIGURES, seen.has),
        "photo": fitted(seen.photo, whole, PHOTO_FIGURES, seen.has),
    }
    out.write_text(json.dumps(weights, indent=1) + "\n")


def photos_with_progress(photos: LinePhotos, count: int) -> Iterator[LinePhoto]:
    """The first `count` photos, with a bar for people."""
    from tqdm import tqdm

    for index in tqdm(range(count), unit="photo", disable=None):
        yield photos.make(index)
