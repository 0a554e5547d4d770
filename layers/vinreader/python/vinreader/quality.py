"""Whether to stand behind a number: what the looks at it say together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vinreader.looks import Look
from vinreader.results import CheckDigit, Status
from vinreader.vin import ALPHABET, verdict

__all__ = ["SHOW_THE_NUMBER", "Bar", "Judgement", "JudgementConfig", "judge"]

SHOW_THE_NUMBER = "No VIN is in the photo. Point the camera at the whole number."
TAKE_CLOSER = "Step closer so that the number fills the picture, and hold the phone still."


@dataclass(frozen=True)
class Bar:
    """What a number must reach to be believed: the probability of its weakest character, looks that
    show the identical number, and their share of all votes."""

    weakest: float
    agreeing: int
    share: float


@dataclass(frozen=True)
class JudgementConfig:
    """Thresholds of the verdict.

    The bars were chosen by hand on 208 real photos; of the 36 among them that no person could read
    none passes.
    """

    hopeless: float = -30.0
    """Nats: a best look under this shows no VIN at all."""
    checked: Bar = Bar(weakest=0.5, agreeing=3, share=0.3)
    """Where the check digit agrees: ten wrong numbers of eleven are caught by it."""
    unchecked: Bar = Bar(weakest=0.85, agreeing=8, share=0.75)
    """Where there is none to ask."""


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
    check = verdict(candidate.text)
    bar = config.checked if check is CheckDigit.VALID else config.unchecked
    stands = (
        check is not CheckDigit.INVALID
        and weakest >= bar.weakest
        and agreeing >= bar.agreeing
        and share >= bar.share
        and not candidate.corrected
    )
    if stands:
        return Judgement(Status.READ, confidence, ())
    return Judgement(Status.RETAKE, confidence, (TAKE_CLOSER,))
