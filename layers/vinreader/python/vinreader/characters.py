"""The characters of a number and what else each may be, as all looks at its line see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.looks import Look
from vinreader.results import Alternative, Character, as_quad
from vinreader.vin import ALPHABET

__all__ = ["CharactersConfig", "characters_of", "seen_together"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class CharactersConfig:
    """What is told of each character, and by whom."""

    alternatives: int = 3
    """Other symbols told, those over `worth_telling`."""
    worth_telling: float = 0.001
    beside: float = 0.5
    """Looks show the same characters where these stand within so many pitches of one another, as
    the median goes. One that takes a mark before the number for its first is a whole pitch off."""
    heard: float = 0.001
    """Least vote of a look that counts, as a share of the clearest look's."""


def seen_together(
    best: Look, looks: Sequence[Look], votes: Values, config: CharactersConfig
) -> Values:
    """(17, 33) probabilities of the symbols in each place of the `best` look: the mean of all looks
    that show the same characters, weighed by their `votes` (N,). What one cut hides another may
    show."""
    centres = best.characters.mean(axis=1)
    pitch = float(np.median(np.linalg.norm(np.diff(centres, axis=0), axis=1)))
    least = config.heard * float(votes.max())
    seen, total = np.zeros(best.candidate.probabilities.shape), 0.0
    for look, vote in zip(looks, votes, strict=True):
        if vote < least and look is not best:
            continue
        off = np.linalg.norm(look.characters.mean(axis=1) - centres, axis=1)
        if float(np.median(off)) <= config.beside * pitch:
            seen += vote * look.candidate.probabilities
            total += vote
    return seen / total


def characters_of(best: Look, seen: Values, config: CharactersConfig) -> tuple[Character, ...]:
    """Those of the number of the `best` look, with the probabilities `seen` (17, 33)."""
    characters = []
    for symbol, row, box in zip(best.candidate.text, seen, best.characters, strict=True):
        others = [i for i in np.argsort(-row) if ALPHABET[i] != symbol]
        characters.append(
            Character(
                symbol=symbol,
                confidence=round(float(row[ALPHABET.index(symbol)]), 4),
                box=as_quad(box, 1),
                alternatives=tuple(
                    Alternative(ALPHABET[i], round(float(row[i]), 4))
                    for i in others[: config.alternatives]
                    if row[i] >= config.worth_telling
                ),
            )
        )
    return tuple(characters)
