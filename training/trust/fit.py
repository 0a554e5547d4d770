"""Fit what turns the looks' support for a number into the confidence of a reading, and choose from
which confidence on it is `read`.

`python -m training fit-confidence` writes `vinreader/confidence.json`. It is fitted to synthetic
photos of numbers as they are on the road and, where there are any, to real ones whose label is
certain; none of them trains a net. What is told of the fit is told of photos that it has not seen:
each fifth of them is judged by weights that are fitted to the others.
"""

from __future__ import annotations

import argparse
import json
import os
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np

from training.evaluation.figures import Share, markdown
from training.regression import regression
from training.trust.gathering import Statement, of_pages, of_real_photos
from vinreader.logistic import Weights
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.reader import ReaderConfig
from vinreader.support import Support
from vinreader.trust import WEIGHTS

__all__ = [
    "NAMES",
    "End",
    "add_arguments",
    "cross_validated",
    "ends",
    "fit",
    "fitted",
    "lowest_bar",
]

SEED = 20_251
"""`evaluate` begins with another."""
TARGET = 0.003
"""Share of the numbers called `read` that may be wrong by their confidence; fewer are found."""
REAL = 3.0
"""Synthetic photos that a real one counts for: there are ten times as many of them."""
PULL = 2.0
"""How much weights, of figures in standard deviations, are pulled towards zero: the variance of
their prior is one half."""
PULL_TOGETHER = 100.0
"""The same of products of two figures: what one is worth depends a little on another."""
FOLDS = 5
DIGITS = 3
NAMES = tuple(field.name for field in fields(Support))
AGAINST = (
    "others",
    "rival",
    "against",
    "undenied",
    "departing",
    "disputed",
    "corrected",
    "uneven",
    "outside",
)
"""Figures that speak against a number the higher they are; all others speak for it."""


@dataclass(frozen=True)
class End:
    """Where the reader stops looking at a photo of a `track`: its confidence in the number then,
    whether it is right, and whether it cannot be read however sure."""

    track: str
    confidence: float
    right: bool
    barred: bool = False

    def read(self, bar: float) -> bool:
        """Whether the number is read where that needs a confidence of `bar`."""
        return self.confidence >= bar and not self.barred


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training fit-confidence`."""
    parser.add_argument("--photos", type=int, default=4000, help="synthetic ones")
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--target", type=float, default=TARGET, help="share of `read` that may err")
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=WEIGHTS)


def fit(args: argparse.Namespace) -> None:
    """Write the weights and the bar; print what they mean."""
    statements = [
        *of_pages(args.models, args.seed, args.photos, args.workers),
        *of_real_photos(args.models, args.real, args.workers),
    ]
    judged = cross_validated(statements, ReaderConfig().settled)
    bar = lowest_bar(judged, args.target)
    data = {
        "read_from": bar,
        "target": args.target,
        "photos": {track: len(group) for track, group in _by_track(judged).items()},
        "weights": fitted(statements),
    }
    args.out.write_text(json.dumps(data, indent=1) + "\n")
    print(_table(judged, bar), end="\n\n")
    print(f"Read from {bar} on, where {args.target:.1%} may be wrong. Written to {args.out}.")


def fitted(statements: Sequence[Statement]) -> dict[str, Any]:
    """Weights in the form of `vinreader.logistic.Weights`. A figure whose weight would be against
    its sense is left out: it would tell what these photos have in common, and not what is seen.
    Products of the others come to them."""
    figures = np.stack([statement.figures for statement in statements])
    right = np.array([statement.right for statement in statements])
    counts = _counts(statements)
    names = list(NAMES)
    while True:
        columns = figures[:, [NAMES.index(name) for name in names]]
        found = regression(columns, names, (), right, PULL, counts)
        against_sense = {
            name: abs(figure["weight"])
            for name, figure in found["figures"].items()
            if figure["weight"] * (-1 if name in AGAINST else 1) < 0
        }
        if not against_sense:
            pairs = list(combinations_with_replacement(range(len(names)), 2))
            return regression(columns, names, pairs, right, PULL, counts, PULL_TOGETHER)
        names.remove(max(against_sense, key=lambda name: against_sense[name]))


def _counts(statements: Sequence[Statement]) -> np.ndarray:
    """(N,) what each statement counts for, about 1: all of one photo together as much as those of
    another, since the reader looks longest at those that nobody can read."""
    stages = Counter(statement.photo for statement in statements)
    usual = len(statements) / len(stages)
    return np.array(
        [usual / stages[s.photo] * (1.0 if s.track == "pages" else REAL) for s in statements]
    )


def cross_validated(statements: Sequence[Statement], settled: float) -> list[End]:
    """Where the reader stops in each photo, by weights fitted to others."""
    folds = np.array([zlib.crc32(statement.photo.encode()) % FOLDS for statement in statements])
    judged: list[End] = []
    for fold in range(FOLDS):
        known = [s for s, own in zip(statements, folds, strict=True) if own != fold]
        new = [s for s, own in zip(statements, folds, strict=True) if own == fold]
        if known and new:
            judged += ends(new, Weights.of(fitted(known), NAMES), settled)
    return judged


def ends(statements: Sequence[Statement], weights: Weights, settled: float) -> list[End]:
    """Where the reader stops in photos with these statements, by photo and stage: as soon as it is
    `settled`, and after the last stage in any case."""
    told = weights.confidence(np.stack([statement.figures for statement in statements]))
    last: dict[str, End] = {}
    for statement, confidence in zip(statements, told, strict=True):
        before = last.get(statement.photo)
        if before is None or not before.read(settled):
            last[statement.photo] = End(
                statement.track, float(confidence), statement.right, statement.barred
            )
    return list(last.values())


def lowest_bar(judged: Sequence[End], target: float) -> float:
    """The lowest confidence, rounded up, over which no more than a share of `target` is wrong, by
    the confidence itself; 1 where there is none."""
    sure = np.sort([end.confidence for end in judged if not end.barred])[::-1]
    share = np.cumsum(1 - sure) / np.arange(1, len(sure) + 1)
    good = np.flatnonzero(share <= target)
    lowest = float(sure[good[-1]]) if len(good) else 1.0
    return float(np.ceil(lowest * 10**DIGITS) / 10**DIGITS)


def _table(judged: Sequence[End], bar: float) -> str:
    rows = []
    for track, group in _by_track(judged).items():
        read = [end for end in group if end.read(bar)]
        rows.append(
            (
                track,
                str(len(group)),
                str(Share.of(end.read(bar) for end in group if end.right)),
                str(Share.of(not end.right for end in read)),
                f"{sum(1 - end.confidence for end in read):.1f}",
            )
        )
    header = ("photos", "with a number", "of right ones read", "of read ones wrong", "expected")
    return markdown(header, rows)


def _by_track(judged: Sequence[End]) -> Mapping[str, list[End]]:
    groups: dict[str, list[End]] = {}
    for end in judged:
        groups.setdefault(end.track, []).append(end)
    return groups
