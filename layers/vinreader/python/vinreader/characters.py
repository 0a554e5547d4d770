"""The characters of a number and what else each may be, as all looks at its line see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.looks import Look
from vinreader.results import Alternative, Character, as_quad
from vinreader.vin import ALPHABET

__all__ = ["CharactersConfig", "characters_of", "placing", "seen_together"]

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
    least = config.heard * float(votes.max())
    seen, total = np.zeros(best.candidate.probabilities.shape), 0.0
    for look, vote in zip(looks, votes, strict=True):
        heard = vote >= least or look is best
        if heard and _in_place(look, best, config):
            seen += vote * look.candidate.probabilities
            total += vote
    return seen / total


def placing(best: Look, looks: Sequence[Look], config: CharactersConfig) -> list[Look]:
    """The looks that show the number of the `best` one where that shows it. Each is cut a little
    too high or too low, and in the median they are not."""
    number = best.candidate.text
    mine = [look for look in looks if look.candidate.text == number]
    return [look for look in mine if _in_place(look, best, config)]


def characters_of(
    best: Look, placed: Sequence[Look], seen: Values, config: CharactersConfig
) -> tuple[Character, ...]:
    """Those of the number of the `best` look, with the probabilities `seen` (17, 33), where the
    looks `placed` show them."""
    boxes = np.median([look.characters for look in placed], axis=0)
    characters = []
    for symbol, row, box in zip(best.candidate.text, seen, boxes, strict=True):
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


def _in_place(look: Look, best: Look, config: CharactersConfig) -> bool:
    """Whether two looks show characters in the same places."""
    centres = best.characters.mean(axis=1)
    pitch = float(np.median(np.linalg.norm(np.diff(centres, axis=0), axis=1)))
    off = np.linalg.norm(look.characters.mean(axis=1) - centres, axis=1)
    return float(np.median(off)) <= config.beside * pitch
