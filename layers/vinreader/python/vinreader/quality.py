"""Whether to stand behind a number: what the looks at it say together."""

from __future__ import annotations

from dataclasses import dataclass

from vinreader.looks import Look
from vinreader.results import CheckDigit, Status
from vinreader.vin import mandates_check_digit, verdict

__all__ = ["SHOW_THE_NUMBER", "Bar", "Judgement", "JudgementConfig", "judge"]

SHOW_THE_NUMBER = "No VIN is in the photo. Point the camera at the whole number."
TAKE_CLOSER = "Step closer so that the number fills the picture, and hold the phone still."


@dataclass(frozen=True)
class Bar:
    """What a number must reach to be believed: the confidence in it, and how many looks show the
    identical number."""

    confidence: float
    agreeing: int


@dataclass(frozen=True)
class JudgementConfig:
    """Thresholds of the verdict, two of them for each kind of number.

    They were chosen by hand on 208 real photos, 36 of them such as no person could read.
    """

    hopeless: float = -30.0
    """Nats: a best look under this shows no VIN at all."""
    checked: Bar = Bar(confidence=0.4, agreeing=3)
    """Where the law demands a check digit and it agrees: ten wrong numbers of eleven are caught."""
    volunteered: Bar = Bar(confidence=0.82, agreeing=3)
    """Where it agrees and need not. Some makers comply of their own accord, but a number that does
    by chance is no rarer among wrong ones than one in eleven."""
    unchecked: Bar = Bar(confidence=0.82, agreeing=6)
    """Where there is none to ask."""

    def bar(self, text: str) -> Bar:
        """That of a number whose check digit is not wrong."""
        if verdict(text) is not CheckDigit.VALID:
            return self.unchecked
        return self.checked if mandates_check_digit(text) else self.volunteered


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
    """`read`, `retake` or `not_found` for the number of the `best` look.

    It is read only where the eye stands behind every character, without help from what is known of
    VINs, and both heads of the recogniser see the same.
    """
    candidate = best.candidate
    if candidate.sight < config.hopeless:
        return Judgement(Status.NOT_FOUND, 0.0, ())
    share = votes[candidate.text] / sum(votes.values())
    confidence = float(candidate.certainty.min()) * share
    agreeing = sum(look.candidate.text == candidate.text for look in looks)
    bar = config.bar(candidate.text)
    stands = (
        verdict(candidate.text) is not CheckDigit.INVALID
        and confidence >= bar.confidence
        and agreeing >= bar.agreeing
        and not candidate.corrected
        and not candidate.disputed
    )
    if stands:
        return Judgement(Status.READ, confidence, ())
    return Judgement(Status.RETAKE, confidence, (TAKE_CLOSER,))
