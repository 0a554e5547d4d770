"""Logistic regression as it is served: figures in, a probability out. `training.regression` fits
the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FURTHEST", "Weights"]

FURTHEST = 4.0
"""Figures further from the usual than so many standard deviations count as that far: beyond what
the weights were fitted to, nothing is known."""


@dataclass(frozen=True)
class Weights:
    """A logistic regression on some of the figures and on products of them, each in standard
    deviations from its usual value: `figures` (M,) their places, `products` (M, M)."""

    figures: NDArray[np.intp]
    usual: NDArray[np.float64]
    spread: NDArray[np.float64]
    linear: NDArray[np.float64]
    products: NDArray[np.float64]
    constant: float

    def confidence(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """(…) probabilities for the figures (…, M)."""
        apart = (vector[..., self.figures] - self.usual) / self.spread
        apart = np.clip(apart, -FURTHEST, FURTHEST)
        odds = apart @ self.linear + ((apart @ self.products) * apart).sum(axis=-1) + self.constant
        return np.asarray(1 / (1 + np.exp(-np.clip(odds, -40, 40))))

    @classmethod
    def of(cls, data: Mapping[str, Any], names: Sequence[str]) -> Weights:
        """From plain JSON, which names the figures."""
        figures = data["figures"]
        usual, spread, linear = (
            np.array([float(figure[part]) for figure in figures.values()])
            for part in ("usual", "spread", "weight")
        )
        products = np.array(
            [
                [float(figure["with"].get(name, 0)) for name in figures]
                for figure in figures.values()
            ]
        )
        places = np.array([names.index(name) for name in figures], np.intp)
        return cls(places, usual, spread, linear, products, float(data["constant"]))
