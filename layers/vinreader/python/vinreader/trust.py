"""How likely a number is right: what the looks say of it (`support`), weighed.

The weights are those of a logistic regression on synthetic photos whose number is known and which
no net was trained on (`python -m training fit-confidence`), so that a confidence is a probability:
of all numbers at 0.99, one in a hundred is wrong.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from vinreader.logistic import Weights
from vinreader.support import Support

__all__ = ["MOST", "WEIGHTS", "Trust"]

WEIGHTS = Path(__file__).with_name("confidence.json")
"""Written by `python -m training fit-confidence`."""

MOST = 0.9999
"""A few thousand photos show no more, however far the weights go; 1 is a person's word."""


@dataclass(frozen=True)
class Trust:
    """`read_from` is the confidence from which on a number is `read`: with it, as many of those are
    wrong as the fit was told to allow."""

    weights: Weights
    read_from: float

    def confidence(self, support: Support) -> float:
        """The probability that the number is right."""
        return min(MOST, float(self.weights.confidence(support.vector())))

    @classmethod
    @cache
    def fitted(cls, path: Path = WEIGHTS) -> Trust:
        """The weights of a file."""
        data = json.loads(path.read_text())
        names = [field.name for field in fields(Support)]
        return cls(Weights.of(data["weights"], names), float(data["read_from"]))
