"""How well defects are told in photos of another seed, in faces that nothing was fitted to."""

from __future__ import annotations

import argparse

import cv2
import numpy as np

from training.evaluation.figures import Share, markdown
from training.quality.fit import Figures, figures_of, photos_with_progress
from training.quality.photos import LinePhotoConfig, LinePhotos
from training.quality.ranges import DEFECTS as RANGES
from vinreader.defects import DEFECTS, TOLD, weights_of

__all__ = ["add_arguments", "area_under_curve", "confidences", "evaluate", "tables"]

SEED = 987_654
"""No fit begins with it."""
RESAMPLED = 500


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training evaluate-defects`."""
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=SEED)


def evaluate(args: argparse.Namespace) -> None:
    """Print the tables."""
    cv2.setNumThreads(1)
    photos = LinePhotos(args.seed, LinePhotoConfig(held_out=True))
    print(tables(figures_of(photos_with_progress(photos, args.photos))))


def confidences(vectors: np.ndarray, of: str) -> dict[str, np.ndarray]:
    """(N,) confidence by defect for figures (N, M) of a `line` or a whole `photo`."""
    return {defect: one.confidence(vectors) for defect, one in weights_of(of).items()}


def area_under_curve(scores: np.ndarray, has: np.ndarray) -> float:
    """Share of pairs of one that has it (bool) and one that has not in which the first scores
    higher (Mann and Whitney 1947); ties count half."""
    order = np.unique(scores, return_inverse=True)[1]
    counts = np.bincount(order)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[order]
    some = int(has.sum())
    wins = float(ranks[has].sum()) - some * (some + 1) / 2
    return wins / (some * (len(has) - some))


def tables(seen: Figures) -> str:
    """Each defect's area under the curve against all other photos; how often it is named first
    where it is the only one, by its strength; clean photos of which one is told; and the confidence
    in defects of the whole photo."""
    sure = confidences(seen.line, "line")
    all_sure = np.stack([sure[defect] for defect in DEFECTS], axis=1)
    single = seen.has.sum(axis=1) == 1
    right = single & (all_sure.argmax(axis=1) == seen.has.argmax(axis=1))
    header = ("defect", "n", "AUC (95 %)", "named first", "mild", "middling", "strong", "unit")
    rows = []
    for k, defect in enumerate(DEFECTS):
        mine = single & seen.has[:, k]
        thirds = _thirds(seen.strengths[:, k], mine, RANGES[defect].falling)
        rows.append(
            (
                defect,
                str(int(mine.sum())),
                _interval(sure[defect], seen.has[:, k]),
                str(Share.of(right[mine])),
                *(str(Share.of(right[part])) for part in thirds),
                RANGES[defect].unit,
            )
        )
    clean = ~seen.has.any(axis=1)
    told = Share.of(bool(most >= TOLD) for most in all_sure[clean].max(axis=1))
    whole = confidences(seen.photo, "photo")
    areas = [
        f"{defect} {_interval(whole[defect], seen.has[:, DEFECTS.index(defect)])}"
        for defect in whole
    ]
    return "\n\n".join(
        [
            markdown(header, rows),
            f"The right defect first, all single-defect photos: {Share.of(right[single])}",
            f"Clean photos of which a defect is told: {told}",
            f"AUC by figures of the whole photo: {', '.join(areas)}",
        ]
    )


def _thirds(strengths: np.ndarray, mine: np.ndarray, falling: bool) -> list[np.ndarray]:
    """Bool (N,), three times: the mildest third of those that are `mine`, the middle one, the
    strongest."""
    order = np.flatnonzero(mine)
    order = order[np.argsort(strengths[order] * (-1 if falling else 1))]
    parts = []
    for chosen in np.array_split(order, 3):
        part = np.zeros(len(mine), bool)
        part[chosen] = True
        parts.append(part)
    return parts


def _interval(scores: np.ndarray, has: np.ndarray) -> str:
    """The area and where it lies 19 times in 20, by resampling photos (Efron 1979)."""
    rng = np.random.default_rng(0)
    areas = []
    for _ in range(RESAMPLED):
        some = rng.integers(len(has), size=len(has))
        if has[some].any() and not has[some].all():
            areas.append(area_under_curve(scores[some], has[some]))
    low, high = np.quantile(areas, (0.025, 0.975))
    return f"{area_under_curve(scores, has):.3f} ({low:.3f}–{high:.3f})"
