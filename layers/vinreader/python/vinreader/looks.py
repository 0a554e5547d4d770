"""Looks at a line, cut in different ways, and the number that they elect together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.decoding import Candidate
from vinreader.recognition import Evidence
from vinreader.results import CheckDigit
from vinreader.vin import verdict

__all__ = ["Look", "elect"]

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Look:
    """One cut of one line and the best number in it; `quad` (4, 2) is the cut in photo pixels."""

    quad: Array
    evidence: Evidence
    candidate: Candidate


def elect(looks: list[Look], temperature: float, checked: float) -> tuple[Look, dict[str, float]]:
    """The clearest look at the number that most looks agree on, and the votes of all numbers.

    A look votes with exp(score / temperature), so that two clear looks at one number outweigh one
    slightly clearer look at another. A valid check digit adds `checked` nats to a number's votes
    together: looks at one line are no independent witnesses of it.
    """
    votes: dict[str, float] = {}
    for look in looks:
        weight = float(np.exp(min(look.candidate.score, 0.0) / temperature))
        votes[look.candidate.text] = votes.get(look.candidate.text, 0.0) + weight

    def weight_of(text: str) -> float:
        return votes[text] * (float(np.exp(checked)) if verdict(text) is CheckDigit.VALID else 1.0)

    winner = max(votes, key=weight_of)
    mine = [look for look in looks if look.candidate.text == winner]
    return max(mine, key=lambda look: look.candidate.score), votes
