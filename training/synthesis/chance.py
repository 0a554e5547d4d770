"""Draws in a fraction of the time of `Generator.choice`, from the same random numbers and with the
same outcome."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

__all__ = ["cumulative", "one_of", "pick"]

Item = TypeVar("Item")


def cumulative(shares: Sequence[float] | np.ndarray) -> tuple[float, ...]:
    """What `pick` draws by; the shares need not sum to 1."""
    shares = np.asarray(shares, np.float64)
    sums = (shares / shares.sum()).cumsum()
    return tuple((sums / sums[-1]).tolist())


def pick(rng: np.random.Generator, sums: tuple[float, ...]) -> int:
    """An index, drawn by the shares of which these are the `cumulative` sums."""
    return bisect_right(sums, rng.random())


def one_of(rng: np.random.Generator, items: Sequence[Item]) -> Item:
    """One of them, all alike likely."""
    return items[int(rng.integers(len(items)))]
