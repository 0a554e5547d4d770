"""From what a strip shows to a VIN: exactly seventeen characters, chosen together.

Of the boxes found, those seventeen are taken that are sure of being characters and stand evenly
(dynamic programming over boxes from left to right), once for each box that could be the last: marks
such as `*` at the ends give neighbours to the true number, and what is known of VINs decides
between them. That knowledge stays soft: it moves probabilities, it never overrules plain sight.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.recognition import Evidence
from vinreader.results import CheckDigit
from vinreader.vin import (
    ALPHABET,
    CHECK_POSITION,
    LENGTH,
    mandates_check_digit,
    verdict,
    wmi_known,
)

__all__ = ["Candidate", "DecodingConfig", "decode"]

Array = NDArray[np.float32]

_DIGITS = np.array([symbol.isdigit() for symbol in ALPHABET])
_CHECK_SYMBOLS = _DIGITS | np.array([symbol == "X" for symbol in ALPHABET])


@dataclass(frozen=True)
class DecodingConfig:
    """Weights of the evidence, in nats where nothing else is said.

    The priors are set by hand from the standard (ISO 3779, 49 CFR 565) and are weak on purpose.
    """

    most_boxes: int = 32
    """Boxes looked at, the surest of them."""
    clip: float = 4.0
    """No single box speaks for or against with more than this."""
    evenness: float = 4.0
    """Times the squared logarithm of (gap / pitch): a gap of two pitches costs 1.9."""
    serial_letter: float = -2.0
    """A letter among the last four."""
    check_letter: float = -3.0
    """Neither digit nor X in position 9, where the law demands a check digit."""
    valid_mandated: float = 2.4
    """Where the law demands it, a valid one is taken for near certain; chance gives one in
    eleven."""
    invalid_mandated: float = -3.4
    valid_elsewhere: float = 1.2
    invalid_elsewhere: float = -0.2
    wmi_on_record: float = 0.5
    wmi_unknown: float = -0.5
    second_sight: float = 0.1
    """The check digit may choose another symbol only if the eye gave it at least this."""


@dataclass(frozen=True)
class Candidate:
    """A VIN that a strip may show. `score` in nats, 0 is certainty, priors included; `sight`
    without them; `positions` (17,) are indices into the evidence, `probabilities` (17, 33) what the
    eye saw; `corrected` the positions (from 1) where knowledge overruled it."""

    text: str
    score: float
    sight: float
    positions: NDArray[np.intp]
    probabilities: Array
    corrected: tuple[int, ...]


def decode(evidence: Evidence, config: DecodingConfig | None = None) -> tuple[Candidate, ...]:
    """Candidates in a strip, best first; none where fewer than seventeen boxes were found."""
    config = config or DecodingConfig()
    boxes = np.sort(np.argsort(-evidence.objectness, kind="stable")[: config.most_boxes])
    if len(boxes) < LENGTH:
        return ()
    objectness = np.clip(evidence.objectness[boxes].astype(np.float64), 1e-4, 1 - 1e-4)
    centres = evidence.centres[boxes].astype(np.float64)
    chosen = np.maximum(np.log(objectness), -config.clip)
    dropped = np.maximum(np.log1p(-objectness), -config.clip)
    totals, paths = _paths(chosen - dropped, centres, _pitch(centres, objectness), config)
    candidates = [
        _candidate(boxes[path], float(total + dropped.sum()), evidence.classes, config)
        for total, path in zip(totals, paths, strict=True)
    ]
    return tuple(sorted(candidates, key=lambda candidate: -candidate.score))


def _pitch(centres: NDArray[np.float64], objectness: NDArray[np.float64]) -> float:
    """Median distance of neighbouring characters, in strip pixels."""
    sure = centres[objectness > 0.3]
    gaps = np.diff(sure if len(sure) > LENGTH // 2 else centres)
    return max(1.0, float(np.median(gaps)))


def _paths(
    gains: NDArray[np.float64],
    centres: NDArray[np.float64],
    pitch: float,
    config: DecodingConfig,
) -> tuple[NDArray[np.float64], list[NDArray[np.intp]]]:
    """For each box that can be the last of seventeen: the best total and the boxes of that
    choice."""
    count = len(gains)
    gaps = np.maximum(centres[:, None] - centres[None, :], 1e-3)
    step = -config.evenness * np.log(gaps / pitch) ** 2
    step[np.triu_indices(count)] = -np.inf  # the box before stands further left
    best = gains.copy()
    back = np.zeros((LENGTH, count), np.intp)
    for k in range(1, LENGTH):
        through = best[None, :] + step
        back[k] = through.argmax(axis=1)
        best = through.max(axis=1) + gains
    ends = np.flatnonzero(np.isfinite(best))
    paths = []
    for end in ends:
        path = [int(end)]
        for k in range(LENGTH - 1, 0, -1):
            path.append(int(back[k, path[-1]]))
        paths.append(np.array(path[::-1]))
    return best[ends], paths


def _candidate(
    positions: NDArray[np.intp], total: float, classes: Array, config: DecodingConfig
) -> Candidate:
    seen = np.clip(classes[positions].astype(np.float64), 1e-6, 1.0)
    logits = np.log(seen) + _habits(seen, config)
    picked = logits.argmax(axis=1)
    picked = _with_check_digit(picked, logits, seen, config)
    text = "".join(ALPHABET[i] for i in picked)
    sight = total + float(np.log(seen[np.arange(LENGTH), picked]).sum())
    eye = seen.argmax(axis=1)
    return Candidate(
        text=text,
        score=sight + _knowledge(text, config) + _letters_in_serial(text) * config.serial_letter,
        sight=sight,
        positions=positions,
        probabilities=seen.astype(np.float32),
        corrected=tuple(int(i) + 1 for i in np.flatnonzero(eye != picked)),
    )


def _habits(seen: NDArray[np.float64], config: DecodingConfig) -> NDArray[np.float64]:
    """What positions usually hold, (17, 33) nats to add."""
    habits = np.zeros_like(seen)
    habits[-4:, ~_DIGITS] = config.serial_letter
    if mandates_check_digit(ALPHABET[int(seen[0].argmax())]):
        habits[CHECK_POSITION, ~_CHECK_SYMBOLS] = config.check_letter
    return habits


def _with_check_digit(
    picked: NDArray[np.intp],
    logits: NDArray[np.float64],
    seen: NDArray[np.float64],
    config: DecodingConfig,
) -> NDArray[np.intp]:
    """The choice with one symbol replaced, where the law demands a check digit, it is wrong, and
    the eye's second sight at one position makes it right. More than one is never searched: among
    many candidates a valid one is found by chance."""
    text = "".join(ALPHABET[i] for i in picked)
    if verdict(text) is not CheckDigit.INVALID:
        return picked
    best, gain = picked, config.invalid_mandated - config.valid_mandated
    for position, symbol in zip(*np.nonzero(seen >= config.second_sight), strict=True):
        loss = float(logits[position, symbol] - logits[position, picked[position]])
        if symbol == picked[position] or loss <= gain:
            continue
        other = picked.copy()
        other[position] = symbol
        if verdict("".join(ALPHABET[i] for i in other)) is CheckDigit.VALID:
            best, gain = other, loss
    return best


def _knowledge(text: str, config: DecodingConfig) -> float:
    """How well a whole number agrees with what VINs are like."""
    valid = verdict(text) is CheckDigit.VALID
    if mandates_check_digit(text):
        check = config.valid_mandated if valid else config.invalid_mandated
    else:
        check = config.valid_elsewhere if valid else config.invalid_elsewhere
    return check + (config.wmi_on_record if wmi_known(text[:3]) else config.wmi_unknown)


def _letters_in_serial(text: str) -> int:
    return sum(not symbol.isdigit() for symbol in text[-4:])
