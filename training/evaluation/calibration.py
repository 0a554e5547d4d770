"""How far confidence can be trusted: of all answers at 0.9, are nine of ten right?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from training.evaluation.figures import NOTHING, Share, markdown
from training.evaluation.outcomes import PhotoOutcome

__all__ = ["calibration_error", "reliability_table"]

EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)
"""Narrow where decisions are made."""


def calibration_error(outcomes: Sequence[PhotoOutcome]) -> float:
    """Expected calibration error (Naeini, Cooper and Hauskrecht, Obtaining well calibrated
    probabilities using Bayesian binning, 2015): how far the mean confidence of a bin is from the
    share of right answers in it, in the mean over all answers."""
    answered = _answered(outcomes)
    if not answered:
        return float("nan")
    gaps = [abs(_confidence(group) - _right(group)) * len(group) for group in _bins(answered)]
    return sum(gaps) / len(answered)


def reliability_table(outcomes: Sequence[PhotoOutcome]) -> str:
    """Answers by confidence and how many of them are right, and the error over all."""
    answered = _answered(outcomes)
    rows = [
        (
            f"{low:g}–{high:g}",
            str(len(group)),
            f"{100 * _confidence(group):.1f} %" if group else NOTHING,
            str(Share.of(outcome.right for outcome in group)),
        )
        for (low, high), group in zip(pairwise(EDGES), _bins(answered, True), strict=True)
    ]
    error = f"{100 * calibration_error(answered):.1f} %" if answered else NOTHING
    rows.append(("expected calibration error", str(len(answered)), NOTHING, error))
    return markdown(("confidence", "n", "mean", "right"), rows)


def _answered(outcomes: Sequence[PhotoOutcome]) -> list[PhotoOutcome]:
    """Those that give a number at all."""
    return [outcome for outcome in outcomes if outcome.vin]


def _bins(outcomes: Sequence[PhotoOutcome], empty: bool = False) -> list[list[PhotoOutcome]]:
    groups: list[list[PhotoOutcome]] = [[] for _ in EDGES[1:]]
    for outcome in outcomes:
        groups[int(np.searchsorted(EDGES[1:-1], outcome.confidence, side="right"))].append(outcome)
    return groups if empty else [group for group in groups if group]


def _confidence(group: Sequence[PhotoOutcome]) -> float:
    return float(np.mean([outcome.confidence for outcome in group]))


def _right(group: Sequence[PhotoOutcome]) -> float:
    return float(np.mean([outcome.right for outcome in group]))
