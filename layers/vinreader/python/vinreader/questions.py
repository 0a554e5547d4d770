"""What to ask a person where one character is all that is in doubt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.quality import TWO_NUMBERS
from vinreader.results import Question, Reading, Status
from vinreader.vin import ALPHABET, differing

__all__ = ["QuestionConfig", "question_of", "sentence"]

Values = NDArray[np.float64]

_BEGINS_WITH_A_VOWEL = "8AEFHLMNRSX"
"""Symbols whose name does: an eight, an F."""
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}


@dataclass(frozen=True)
class QuestionConfig:
    """When asking is of use."""

    rest: float = 0.3
    """Least probability that all other characters are right. Of 187 questions about 1,200 synthetic
    photos, 152 had the right number among their answers."""


def question_of(reading: Reading, seen: Values, config: QuestionConfig) -> Question | None:
    """The question whose answer makes a retake a number to rely on, by its candidates: about the
    position at which one character is all that sets others apart from the first. `seen` (17, 33) is
    what all looks saw in the places of its characters.

    None where no such candidate is left, where more than one character is in doubt, where the
    number goes on outside of the photo, or where the photo or a bar code shows another number too.
    """
    others = [one for one in reading.candidates[1:] if len(one.differs_at) == 1]
    if reading.status is not Status.RETAKE or not others or _beyond_a_question(reading):
        return None
    gains: dict[int, float] = {}
    for one in others:
        gains[one.differs_at[0]] = gains.get(one.differs_at[0], 0.0) + one.confidence
    position = max(gains, key=lambda position: gains[position])
    first = reading.candidates[0].vin
    places = [place for place in range(len(first)) if place != position - 1]
    rest = seen[places, [ALPHABET.index(first[place]) for place in places]]
    if float(np.prod(rest)) < config.rest:
        return None
    there = [one.vin[position - 1] for one in others if one.differs_at == (position,)]
    symbols = (first[position - 1], *there)
    return Question(position, symbols, sentence(position, symbols))


def sentence(position: int, symbols: tuple[str, ...]) -> str:
    """The question in words: "Is the 4th character an 8 or a B?"."""
    suffix = "th" if position in (11, 12, 13) else _ORDINALS.get(position % 10, "th")
    *others, last = [f"{'an' if one in _BEGINS_WITH_A_VOWEL else 'a'} {one}" for one in symbols]
    return f"Is the {position}{suffix} character {', '.join(others)} or {last}?"


def _beyond_a_question(reading: Reading) -> bool:
    """Whether more is the matter than one character."""
    cut_off = any(defect.type == "cut_off" for defect in reading.defects)
    vin = reading.candidates[0].vin
    denied = any(len(differing(code.vin, vin)) > 1 for code in reading.barcodes)
    return cut_off or denied or TWO_NUMBERS in reading.advice
