"""How far confidence can be trusted: of all answers at 0.9, are nine of ten right?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from training.evaluation.figures import NOTHING, Share, markdown
from training.evaluation.outcomes import PhotoOutcome

__all__ = ["Bin", "bins", "calibration_error", "error_interval", "reliability_table"]

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Narrow where decisions are made."""
RESAMPLED = 1000
SEED = 1


@dataclass(frozen=True)
class Bin:
    """Answers whose confidence lies from `low` to `high`: their mean `confidence` and how many are
    right; None and none where the bin is empty."""

    low: float
    high: float
    confidence: float | None
    right: Share


def calibration_error(outcomes: Sequence[PhotoOutcome]) -> float:
    """Expected calibration error (Naeini, Cooper and Hauskrecht, Obtaining well calibrated
    probabilities using Bayesian binning, 2015): how far the mean confidence of a bin is from the
    share of right answers in it, in the mean over all answers."""
    return _error(*_answers(outcomes))


def error_interval(outcomes: Sequence[PhotoOutcome]) -> tuple[float, float]:
    """Where 19 in 20 of the errors lie of as many answers drawn from these with replacement (Efron
    1979). The error of few answers is too high in the mean, as chance parts a bin's two figures."""
    confidence, right = _answers(outcomes)
    if not len(right):
        return float("nan"), float("nan")
    draws = np.random.default_rng(SEED).integers(0, len(right), (RESAMPLED, len(right)))
    errors = [_error(confidence[draw], right[draw]) for draw in draws]
    low, high = np.quantile(errors, (0.025, 0.975))
    return float(low), float(high)


def bins(outcomes: Sequence[PhotoOutcome]) -> list[Bin]:
    """The answers by confidence, those without a number left out."""
    confidence, right = _answers(outcomes)
    places = _places(confidence)
    found = []
    for place, (low, high) in enumerate(pairwise(EDGES)):
        mine = places == place
        mean = float(confidence[mine].mean()) if mine.any() else None
        found.append(Bin(low, high, mean, Share.of(right[mine])))
    return found


def reliability_table(outcomes: Sequence[PhotoOutcome]) -> str:
    """Answers by confidence and how many of them are right, and the error over all."""
    told = bins(outcomes)
    rows = [
        (
            f"{one.low:g}–{one.high:g}",
            str(one.right.n),
            NOTHING if one.confidence is None else f"{100 * one.confidence:.1f} %",
            str(one.right),
        )
        for one in told
    ]
    count = sum(one.right.n for one in told)
    error = NOTHING
    if count:
        low, high = error_interval(outcomes)
        error = f"{100 * calibration_error(outcomes):.1f} % ({100 * low:.1f}–{100 * high:.1f})"
    rows.append(("expected calibration error", str(count), NOTHING, error))
    return markdown(("confidence", "n", "mean", "right"), rows)


def _answers(outcomes: Sequence[PhotoOutcome]) -> tuple[np.ndarray, np.ndarray]:
    """Confidence (N,) and rightness (N,) of those that give a number at all."""
    answered = [outcome for outcome in outcomes if outcome.vin]
    return (
        np.array([outcome.confidence for outcome in answered]),
        np.array([outcome.right for outcome in answered], bool),
    )


def _places(confidence: np.ndarray) -> np.ndarray:
    return np.searchsorted(EDGES[1:-1], confidence, side="right")


def _error(confidence: np.ndarray, right: np.ndarray) -> float:
    if not len(right):
        return float("nan")
    gaps = np.bincount(_places(confidence), weights=confidence - right, minlength=len(EDGES))
    return float(np.abs(gaps).sum() / len(right))
