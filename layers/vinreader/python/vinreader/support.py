"""What the looks at a photo say together of the number that they elect, in figures.

The looks are no independent witnesses: they are cuts of one line through one net. So it is not
counted how likely each makes the number, but told how sure they are, how many agree, and where
others see something else; what that is worth is learnt from photos whose number is known (`trust`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vinreader.looks import Look
from vinreader.makers import carries_check_digit, departures
from vinreader.results import CheckDigit
from vinreader.vin import ALPHABET, LENGTH, differing, mandates_check_digit, verdict, wmi_known

__all__ = ["Support", "another_number", "support_of"]

Values = NDArray[np.float64]

SAME_LINE = 4
"""Characters in which a look may differ from the number and still be one at the same line."""
LEAST = 1e-3
"""Shares and probabilities closer to 0 or 1 are not told apart."""
FAINTEST = -30.0
"""Nats: looks fainter than that are all the same."""
APART = 0.8
"""Distance across the line, in heights of it, from which on a look is one at another line."""
SHARED = 9
"""Characters in a row that two numbers of one vehicle have in common, if one is cut off."""


@dataclass(frozen=True)
class Support:
    """Figures of the elected number; odds are natural logarithms."""

    weakest: float
    """Odds of the least certain character in the clearest look at the number."""
    usual: float
    """The same of the mean over the looks that show the number."""
    whole: float
    """Nats of all characters of the clearest look."""
    sight: float
    """Nats of the clearest look, gaps and neighbours counted, without priors."""
    score: float
    """Nats of the clearest look by which it was chosen among its own, priors counted."""
    votes: float
    """Odds of the number's share of the votes."""
    agreeing: float
    """Logarithm of how many looks show it."""
    others: float
    """Logarithm of how many looks show another one, and one."""
    rival: float
    """Odds of the largest share of the votes of looks at the line that is against one character."""
    against: float
    """The same by the number of these looks."""
    pooled: float
    """Odds of the least probable character, by the votes of the looks at the line."""
    plain: float
    """The same with all these looks alike."""
    undenied: float
    """Odds of the likeliest other symbol in one place, by the votes of the looks at the line, that
    the check digit says nothing against: where it agrees, those that it cannot tell apart."""
    demanded: float
    """1 where the law demands a check digit, or the maker always writes it, and it agrees."""
    volunteered: float
    """1 where it agrees and need not."""
    on_record: float
    """1 where the maker is on record."""
    departing: float
    """Positions at which the number departs from how its maker builds numbers."""
    disputed: float
    """Positions at which one head alone sees something else, three at most."""
    corrected: float
    """Positions at which knowledge overruled the eye, three at most."""
    uneven: float
    """Logarithm of how much the distances of neighbouring characters differ, against the usual."""
    outside: float
    """Characters that are partly beyond the photo's edges, three at most."""

    def vector(self) -> Values:
        """All of them, in order."""
        return np.array([getattr(self, field.name) for field in fields(self)], np.float64)


def support_of(best: Look, looks: Sequence[Look], votes: Mapping[str, float]) -> Support:
    """The figures of the number that `looks` elected with these `votes`; `best` shows it most
    clearly."""
    candidate = best.candidate
    number = candidate.text
    mine = [look.candidate for look in looks if look.candidate.text == number]
    line = [one.candidate for one in looks if _misread(one.candidate.text, number)]
    symbols = [ALPHABET.index(symbol) for symbol in number]
    differs = np.array([[a != b for a, b in zip(one.text, number, strict=True)] for one in line])
    weights = np.array([np.exp(max(min(one.score, 0.0), FAINTEST)) for one in line])
    weights /= weights.sum()
    held = np.array([one.probabilities for one in line], np.float64)
    pooled, plain = np.tensordot(weights, held, 1), held.mean(axis=0)
    mine_of = np.arange(LENGTH), symbols
    steps = np.diff(candidate.centres)
    agrees = verdict(number) is CheckDigit.VALID
    expected = mandates_check_digit(number) or carries_check_digit(number)
    return Support(
        weakest=_odds(float(candidate.certainty.min())),
        usual=_odds(float(np.mean([one.certainty for one in mine], axis=0).min())),
        whole=float(np.log(np.maximum(candidate.certainty, LEAST)).sum()),
        sight=max(candidate.sight, FAINTEST),
        score=max(candidate.score, FAINTEST),
        votes=_odds(votes[number] / sum(votes.values())),
        agreeing=float(np.log(len(mine))),
        others=float(np.log1p(len(looks) - len(mine))),
        rival=_odds(float((weights @ differs).max())),
        against=_odds(float(differs.mean(axis=0).max())),
        pooled=_odds(float(pooled[mine_of].min())),
        plain=_odds(float(plain[mine_of].min())),
        undenied=_odds(_undenied(number, pooled)),
        demanded=float(agrees and expected),
        volunteered=float(agrees and not expected),
        on_record=float(wmi_known(number)),
        departing=float(len(departures(number))),
        disputed=float(min(len(candidate.disputed), 3)),
        corrected=float(min(len(candidate.corrected), 3)),
        uneven=float(np.log(steps.std() / max(float(np.median(steps)), 1.0) + 0.02)),
        outside=float(min(_outside(best), 3)),
    )


def _outside(look: Look) -> int:
    """How many characters are partly beyond the edges of the photo: by the middle half of their
    height, as cuts are made with margins above and below."""
    top, bottom = look.characters[:, [0, 1]], look.characters[:, [3, 2]]
    inner = np.stack([top + share * (bottom - top) for share in (0.25, 0.75)], axis=1)
    beyond = (inner < 0) | (inner > np.array(look.photo))
    return int(beyond.any(axis=(1, 2, 3)).sum())


def another_number(best: Look, looks: Sequence[Look], clear: float) -> Look | None:
    """The clearest look, of a score of `clear` nats at least, that shows another number on another
    line than `best`; None where there is none."""
    quad = best.bands[0].quad
    along, down = quad[1] - quad[0], quad[3] - quad[0]
    across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-3)
    height = float(np.hypot(*down))
    others = [
        look
        for look in looks
        if look.candidate.score >= clear
        and not _same(look.candidate.text, best.candidate.text)
        and abs((look.bands[0].quad.mean(axis=0) - quad.mean(axis=0)) @ across) > APART * height
    ]
    return max(others, key=lambda look: look.candidate.score, default=None)


def _same(text: str, number: str) -> bool:
    """Whether two texts are one number, if one of them is misread or cut off."""
    starts = range(LENGTH - SHARED + 1)
    parts = (number[start : start + SHARED] for start in starts)
    return _misread(text, number) or any(part in text for part in parts)


def _misread(text: str, number: str) -> bool:
    """Whether a text may be the number with some characters misread."""
    return len(differing(text, number)) <= SAME_LINE


def _undenied(number: str, pooled: Values) -> float:
    """The highest of the probabilities (17, 33) of a symbol that `number` has not, and could have
    as far as the check digit can tell."""
    own = verdict(number)
    best = LEAST
    for place, symbol in np.argwhere(pooled > best):
        other = number[:place] + ALPHABET[symbol] + number[place + 1 :]
        if other != number and verdict(other) is own:
            best = max(best, float(pooled[place, symbol]))
    return best


def _odds(share: float) -> float:
    share = min(max(share, LEAST), 1 - LEAST)
    return float(np.log(share / (1 - share)))
