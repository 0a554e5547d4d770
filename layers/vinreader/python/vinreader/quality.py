"""Whether to stand behind a number: what the looks at it say together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vinreader.advice import SHOW_THE_NUMBER, TAKE_CLOSER, TWO_NUMBERS
from vinreader.looks import Look
from vinreader.makers import departures
from vinreader.results import CheckDigit, Status
from vinreader.support import Support, another_number, support_of
from vinreader.trust import Trust
from vinreader.vin import verdict

__all__ = [
    "SHOW_THE_NUMBER",
    "TAKE_CLOSER",
    "TWO_NUMBERS",
    "Judgement",
    "JudgementConfig",
    "eligible",
    "judge",
]

VISIBLE = 12.0
"""Grey levels, of 256, that each character of a number stands out by, or it is not read: what is
fainter than a twentieth is known from the others more than seen, and nobody can hold the answer
against the photo."""

SURE = 0.95
"""Probability, by the votes of all looks at the line, that each character has of a number that no
check digit speaks for, or it is not read. Looks are no independent witnesses: where all of them
leave a doubt about one character, many that agree do not take it away."""


@dataclass(frozen=True)
class JudgementConfig:
    """What the verdict rests on."""

    hopeless: float = -30.0
    """Nats: a best look under this shows no VIN at all."""
    clear: float = -3.0
    """Nats: a look at least that good shows a second number where it is at another line."""
    trust: Trust | None = None
    """None: as it was fitted. Read when it is needed, since who fits it anew has none yet."""


@dataclass(frozen=True)
class Judgement:
    """`confidence` in 0 to 1 is the probability that the number is right."""

    status: Status
    confidence: float
    advice: tuple[str, ...]


def judge(
    best: Look, looks: list[Look], votes: dict[str, float], config: JudgementConfig
) -> Judgement:
    """`read`, `retake` or `not_found` for the number of the `best` look.

    However likely it is right, it is not read where the photo shows another number too: nobody can
    tell from here which of them is meant.
    """
    candidate = best.candidate
    if candidate.sight < config.hopeless:
        return Judgement(Status.NOT_FOUND, 0.0, ())
    trust = config.trust or Trust.fitted()
    support = support_of(best, looks, votes)
    confidence = trust.confidence(support)
    if another_number(best, looks, config.clear):
        return Judgement(Status.RETAKE, confidence, (TWO_NUMBERS,))
    if confidence >= trust.read_from and eligible(best, support):
        return Judgement(Status.READ, confidence, ())
    return Judgement(Status.RETAKE, confidence, (TAKE_CLOSER,))


def eligible(best: Look, support: Support) -> bool:
    """Whether the number of the `best` look may be read at all: neither the law nor what its maker
    is known to write denies it, the eye was not overruled for it, both heads see it, most votes are
    for it, all of its characters can be seen, and none is in doubt where no check digit agrees."""
    candidate = best.candidate
    check_digit = verdict(candidate.text)
    return (
        check_digit is not CheckDigit.INVALID
        and not departures(candidate.text)
        and not candidate.corrected
        and not candidate.disputed
        and support.votes >= 0
        and float(best.contrasts.min()) >= VISIBLE
        and (check_digit is CheckDigit.VALID or support.pooled >= math.log(SURE / (1 - SURE)))
    )
