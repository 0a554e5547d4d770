"""Logistic regression, fitted to figures and their products; `vinreader.logistic` serves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vinreader.logistic import FURTHEST

__all__ = ["logistic", "regression"]

STEPS = 40
DIGITS = 4


def regression(
    figures: np.ndarray,
    names: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    has: np.ndarray,
    pull: float,
    counts: np.ndarray | None = None,
    pull_of_products: float | None = None,
) -> dict[str, Any]:
    """Weights in the form of `vinreader.logistic.Weights`, for examples with the figures (N, M)
    called `names` that have what is looked for (N,) or have not. `pairs` are places of figures that
    are multiplied; `pull` and `counts` are as in `logistic`, for products `pull_of_products` where
    it is given."""
    usual, spread = figures.mean(axis=0), figures.std(axis=0) + 1e-3
    apart = np.clip((figures - usual) / spread, -FURTHEST, FURTHEST)
    products = [apart[:, i] * apart[:, j] for i, j in pairs]
    design = np.stack([*apart.T, *products, np.ones(len(figures))], axis=1)
    pulls = np.full(design.shape[1], pull)
    pulls[len(names) : -1] = pull if pull_of_products is None else pull_of_products
    weights = logistic(design, has.astype(float), pulls, counts)
    told: dict[str, Any] = {}
    for k, name in enumerate(names):
        mates = [(j, m) for m, (i, j) in enumerate(pairs) if i == k]
        told[name] = {
            "usual": round(float(usual[k]), DIGITS),
            "spread": round(float(spread[k]), DIGITS),
            "weight": round(float(weights[k]), DIGITS),
            "with": {names[j]: round(float(weights[len(names) + m]), DIGITS) for j, m in mates},
        }
    return {"constant": round(float(weights[-1]), DIGITS), "figures": told}


def logistic(
    design: np.ndarray, has: np.ndarray, pull: float | np.ndarray, counts: np.ndarray | None = None
) -> np.ndarray:
    """(M,) weights of the columns of `design` (N, M), the last of which is constant, for `has`
    (N,): by Newton's method, with a Gaussian prior on all but the constant, one over the variance
    of which is `pull`, for all or for each (M,). `counts` (N,) is how many examples each counts
    for, one where it is not given."""
    counts = np.ones(len(design)) if counts is None else counts
    weights = np.zeros(design.shape[1])
    prior = np.full(len(weights), 1.0) * pull
    prior[-1] = 1e-6
    for _ in range(STEPS):
        odds = np.clip(design @ weights, -40, 40)
        share = 1 / (1 + np.exp(-odds))
        slope = design.T @ (counts * (share - has)) + prior * weights
        curve = counts * (share * (1 - share) + 1e-9)
        bend = (design * curve[:, None]).T @ design + np.diag(prior)
        step = np.linalg.solve(bend, slope)
        weights = weights - np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-6:
            break
    return weights
