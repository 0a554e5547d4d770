"""Whether to stand behind a number: what the looks at it say together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vinreader.results import CheckDigit, Status
from vinreader.vin import ALPHABET, verdict

if TYPE_CHECKING:
    from vinreader.reader import Look

__all__ = ["Judgement", "JudgementConfig", "judge"]

TAKE_CLOSER = "Step closer so that the number fills the picture, and hold the phone still."


@dataclass(frozen=True)
class JudgementConfig:
    """Thresholds of the verdict."""

    hopeless: float = -30.0
    """Nats: a best look under this shows no VIN at all."""
    weakest_checked: float = 0.5
    """Probability of the weakest character, where the check digit agrees."""
    weakest_unchecked: float = 0.9
    """The same where there is none to ask."""
    agreeing: int = 2
    """Looks that must show the identical number."""
    share: float = 0.5
    """Share of all votes that the number must have."""


@dataclass(frozen=True)
class Judgement:
    """`confidence` in 0 to 1 is the weakest character's, lowered by looks that saw something
    else."""

    status: Status
    confidence: float
    advice: tuple[str, ...]


def judge(
    best: Look, looks: list[Look], votes: dict[str, float], config: JudgementConfig
) -> Judgement:
    """`read`, `retake` or `not_found` for the number of the `best` look."""
    candidate = best.candidate
    if candidate.sight < config.hopeless:
        return Judgement(Status.NOT_FOUND, 0.0, ())
    chosen = [ALPHABET.index(symbol) for symbol in candidate.text]
    seen = candidate.probabilities[np.arange(len(chosen)), chosen]
    present = best.evidence.objectness[candidate.positions]
    weakest = float((seen * present).min())
    share = votes[candidate.text] / sum(votes.values())
    confidence = weakest * share
    agreeing = sum(look.candidate.text == candidate.text for look in looks)
    checked = verdict(candidate.text) is CheckDigit.VALID
    bar = config.weakest_checked if checked else config.weakest_unchecked
    stands = (
        verdict(candidate.text) is not CheckDigit.INVALID
        and weakest >= bar
        and agreeing >= config.agreeing
        and share >= config.share
        and not candidate.corrected
    )
    if stands:
        return Judgement(Status.READ, confidence, ())
    return Judgement(Status.RETAKE, confidence, (TAKE_CLOSER,))
