"""What is known of VINs before one is seen: soft, in nats, never a rule.

Sources: ISO 3779 and 49 CFR 565. It moves probabilities and chooses between numbers that the eye
sees about as well; plain sight it never overrules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.makers import carries_check_digit, departures
from vinreader.results import CheckDigit
from vinreader.vin import ALPHABET, CHECK_POSITION, LENGTH, mandates_check_digit, verdict, wmi_known

__all__ = ["KnowledgeConfig", "choose", "prior"]

Values = NDArray[np.float64]

_DIGITS = np.array([symbol.isdigit() for symbol in ALPHABET])
_CHECK_SYMBOLS = _DIGITS | np.array([symbol == "X" for symbol in ALPHABET])
_NO_YEARS = np.array([symbol in "UZ0" for symbol in ALPHABET])
_YEAR_POSITION = 9
_SERIAL = 4
"""Symbols at the end that are digits nearly everywhere."""


@dataclass(frozen=True)
class KnowledgeConfig:
    """Nats, set by hand from the standard and weak on purpose."""

    serial_letter: float = -2.0
    """A letter among the last four."""
    check_letter: float = -3.0
    """Neither digit nor X in position 9, where the law demands a check digit."""
    no_year: float = -1.0
    """A symbol in position 10 that codes no model year, where the law wants one coded."""
    valid_mandated: float = 2.4
    """Where the law demands it, or the maker always writes it, a valid one is taken for near
    certain; chance gives one in eleven."""
    invalid_mandated: float = -3.4
    valid_elsewhere: float = 1.2
    invalid_elsewhere: float = -0.2
    wmi_on_record: float = 0.5
    wmi_unknown: float = -0.5
    departing: float = -3.0
    """A symbol where the maker is known to write others."""
    second_sight: float = 0.1
    """Another symbol may be chosen only if the eye gave it at least this."""


def choose(seen: Values, config: KnowledgeConfig) -> str:
    """The text that the eye's probabilities (17, 33) and what is known of VINs give together.

    One symbol at most is exchanged for the sake of the check digit or the maker. More are never
    searched: among many candidates a valid number is found by chance.
    """
    seen = np.clip(seen, 1e-6, 1.0)
    logits = np.log(seen) + _habits(seen, config)
    picked = logits.argmax(axis=1)
    text = _spelt(picked)
    best, most = text, _repair(text, config)
    for place, symbol in zip(*np.nonzero(seen >= config.second_sight), strict=True):
        if symbol == picked[place]:
            continue
        other = text[:place] + ALPHABET[symbol] + text[place + 1 :]
        loss = float(logits[place, symbol] - logits[place, picked[place]])
        if loss + (whole := _repair(other, config)) > most:
            best, most = other, loss + whole
    return best


def prior(text: str, config: KnowledgeConfig) -> float:
    """How well a whole number agrees with what VINs are like."""
    letters = sum(not symbol.isdigit() for symbol in text[-_SERIAL:])
    if mandates_check_digit(text):
        check = _mandated(text, config)
    elif verdict(text) is CheckDigit.VALID:
        carried = carries_check_digit(text)
        check = config.valid_mandated if carried else config.valid_elsewhere
    else:
        check = config.invalid_elsewhere
    return check + _maker(text, config) + letters * config.serial_letter


def _repair(text: str, config: KnowledgeConfig) -> float:
    """The part of the prior for which a symbol may be exchanged. Where neither law nor maker wants
    a check digit the eye decides."""
    known = _maker(text, config)
    if mandates_check_digit(text):
        return known + _mandated(text, config)
    carried = carries_check_digit(text) and verdict(text) is CheckDigit.VALID
    return known + (config.valid_mandated if carried else 0.0)


def _mandated(text: str, config: KnowledgeConfig) -> float:
    valid = verdict(text) is CheckDigit.VALID
    return config.valid_mandated if valid else config.invalid_mandated


def _maker(text: str, config: KnowledgeConfig) -> float:
    known = config.wmi_on_record if wmi_known(text[:3]) else config.wmi_unknown
    return known + len(departures(text)) * config.departing


def _habits(seen: Values, config: KnowledgeConfig) -> Values:
    """What positions usually hold, (17, 33) nats to add."""
    habits = np.zeros((LENGTH, len(ALPHABET)))
    habits[-_SERIAL:, ~_DIGITS] = config.serial_letter
    if mandates_check_digit(ALPHABET[int(seen[0].argmax())]):
        habits[CHECK_POSITION, ~_CHECK_SYMBOLS] = config.check_letter
        habits[_YEAR_POSITION, _NO_YEARS] = config.no_year
    return habits


def _spelt(symbols: NDArray[np.intp]) -> str:
    return "".join(ALPHABET[i] for i in symbols)
