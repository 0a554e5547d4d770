"""Which symbols are taken for which others."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from training.evaluation.outcomes import Outcome, aligned
from vinreader.vin import ALPHABET

__all__ = ["MOST_EDITS", "NO_SYMBOL", "confusion_counts", "confusion_pairs", "pair_name"]

NO_SYMBOL = len(ALPHABET)
"""The row of characters made up and the column of characters missed."""
MOST_EDITS = 3
"""From more errors on, what stands opposite what is chance."""


def confusion_counts(outcomes: Iterable[Outcome]) -> np.ndarray:
    """Counts (34, 34) int64 of true (rows) and seen symbols, indices into the alphabet, over all
    labelled lines with at most three errors."""
    counts = np.zeros((NO_SYMBOL + 1, NO_SYMBOL + 1), np.int64)
    for outcome in outcomes:
        if outcome.label and outcome.edits <= MOST_EDITS:
            for true, seen in aligned(outcome.label, outcome.vin):
                counts[_index(true), _index(seen)] += 1
    return counts


def confusion_pairs(counts: np.ndarray) -> list[tuple[str, str, int]]:
    """True symbol, what it was taken for and how often, the commonest first; an empty string is a
    character missed or made up."""
    wrong = counts * ~np.eye(len(counts), dtype=bool)
    found = [(_symbol(t), _symbol(s), int(wrong[t, s])) for t, s in np.argwhere(wrong)]
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))


def pair_name(pair: tuple[str, str, int]) -> str:
    """`B as 8: 12`, `missed 1: 2` or `made up 7: 1`."""
    true, seen, count = pair
    what = f"{true} as {seen}" if true and seen else f"missed {true}" if true else f"made up {seen}"
    return f"{what}: {count}"


def _index(symbol: str) -> int:
    return ALPHABET.index(symbol) if symbol else NO_SYMBOL


def _symbol(index: int) -> str:
    return ALPHABET[index] if index < NO_SYMBOL else ""
