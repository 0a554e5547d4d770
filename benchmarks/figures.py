"""What many measurements come to."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from math import ceil

__all__ = ["median_ratio", "percentile"]


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that at least that share (0 to 1) of all values do not exceed: the nearest
    rank, always one that was measured."""
    if not values:
        raise ValueError("no values, no percentile")
    return sorted(values)[max(1, ceil(share * len(values))) - 1]


def median_ratio(these: Mapping[str, float], those: Mapping[str, float]) -> float:
    """The median, over the subjects that both know, of how many times `those` is `these`: what
    slows both down at a moment falls out of it."""
    return statistics.median(those[name] / these[name] for name in these if name in those)
