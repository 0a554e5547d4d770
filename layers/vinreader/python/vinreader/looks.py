"""Looks at a line, cut in different ways, and the number that they elect together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vinreader.decoding import Candidate
from vinreader.recognition import Evidence
from vinreader.rectification import Band
from vinreader.region import Region
from vinreader.results import CheckDigit
from vinreader.vin import verdict

__all__ = ["Look", "elect", "meant", "shares_of_votes", "showing", "within"]

Array = NDArray[np.float32]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Look:
    """One cut of one line, or of the rows of a number one after the other, and the best number in
    it; `bands` are the cuts in pixels of a photo of the given width and height, one for each
    stretch between the evidence's seams, and `strip` (H, W) uint8 is what they show."""

    bands: tuple[Band, ...]
    evidence: Evidence
    candidate: Candidate
    photo: tuple[int, int]
    strip: NDArray[np.uint8]

    @cached_property
    def characters(self) -> Array:
        """Quads (17, 4, 2) of the number's characters in photo pixels."""
        places = zip(self.candidate.centres, self.candidate.widths, strict=True)
        return np.stack([self._part(float(centre), float(wide)) for centre, wide in places])

    @cached_property
    def contrasts(self) -> Values:
        """(17,) grey levels between the darkest and the lightest twentieth of each character, as
        far as the middle half of the line's height shows it."""
        tall, wide = self.strip.shape
        middle = self.strip[tall // 4 : tall - tall // 4]
        found = []
        for centre, width in zip(self.candidate.centres, self.candidate.widths, strict=True):
            left = min(max(int(centre - width / 2), 0), wide - 1)
            right = min(max(int(np.ceil(centre + width / 2)), left + 1), wide)
            dark, light = np.quantile(middle[:, left:right], (0.05, 0.95))
            found.append(light - dark)
        return np.array(found, np.float64)

    def room(self, ends: float) -> float:
        """What is left before the first and after the last character, in strip pixels: `ends`
        pitches and half a character."""
        steps = np.diff(self.candidate.centres)
        return ends * float(np.median(steps)) + 0.5 * float(np.median(self.candidate.widths))

    def tightened(self, ends: float) -> Band:
        """The first band with its ends moved to the number's own, `room` apart."""
        centres = self.candidate.centres
        low, high = self._span(0)
        mine = centres[(centres >= low) & (centres < high)]
        ahead = (float(mine.min()) if len(mine) else low) - self.room(ends) - low
        behind = (float(mine.max()) if len(mine) else high) + self.room(ends) - low
        return self.bands[0].section(ahead / (high - low), behind / (high - low))

    def number(self, ends: float) -> Array:
        """The quad (4, 2) around the whole number, in its reading direction."""
        if len(self.bands) == 1 and not self.bands[0].bend:
            return self.tightened(ends).quad
        quad = self.bands[0].quad
        along = quad[1] - quad[0]
        along = along / (float(np.hypot(*along)) or 1.0)
        down = np.array([-along[1], along[0]], np.float32)
        corners = self.characters.reshape(-1, 2)
        x, y = corners @ along, corners @ down
        left, right, top, bottom = x.min(), x.max(), y.min(), y.max()
        frame = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        return np.asarray(frame @ np.stack([along, down]), np.float32)

    def _part(self, centre: float, wide: float) -> Array:
        """The stretch of strip pixels around a place, in the photo."""
        row = int(np.searchsorted(self.evidence.seams, centre))
        low, high = self._span(row)
        left, right = centre - wide / 2 - low, centre + wide / 2 - low
        return self.bands[row].section(left / (high - low), right / (high - low)).quad

    def _span(self, row: int) -> tuple[float, float]:
        """Where a band begins and ends in the evidence."""
        edges = (0.0, *self.evidence.seams, self.evidence.width)
        return edges[row], edges[row + 1]


def shares_of_votes(looks: Sequence[Look], temperature: float) -> Values:
    """(N,) how much each look has to say, in sum 1: exp(score / temperature), so that two clear
    looks at one number outweigh one slightly clearer look at another."""
    scores = np.minimum([look.candidate.score for look in looks], 0.0)
    votes = np.exp((scores - scores.max()) / temperature)
    return np.asarray(votes / votes.sum())


def showing(vin: str, looks: Sequence[Look]) -> Look | None:
    """The clearest look at a number; None where none shows it."""
    mine = [look for look in looks if look.candidate.text == vin]
    return max(mine, key=lambda look: look.candidate.score, default=None)


def meant(
    looks: list[Look], region: Region | None, photo_width: int, photo_height: int, clear: float
) -> list[Look]:
    """The looks that count. Where one inside of the region shows a number, with a score of `clear`
    at least, those inside: whoever aims at one number does not mean another, however clear. Else
    all."""
    if region is None:
        return looks
    inside = within(looks, region, photo_width, photo_height)
    shown = any(look.candidate.score >= clear for look in inside)
    return inside if shown else looks


def within(
    looks: Sequence[Look], region: Region, photo_width: int, photo_height: int
) -> list[Look]:
    """The looks whose characters lie inside of a region."""
    size = photo_width, photo_height
    return [look for look in looks if region.holds(look.characters.mean(axis=1).tolist(), *size)]


def elect(looks: list[Look], temperature: float, checked: float) -> tuple[Look, dict[str, float]]:
    """The clearest look at the number that most looks agree on, and the votes of all numbers.

    A valid check digit adds `checked` nats to a number's votes together: looks at one line are no
    independent witnesses of it.
    """
    votes: dict[str, float] = {}
    for look, vote in zip(looks, shares_of_votes(looks, temperature), strict=True):
        votes[look.candidate.text] = votes.get(look.candidate.text, 0.0) + float(vote)

    def weight_of(text: str) -> float:
        return votes[text] * (float(np.exp(checked)) if verdict(text) is CheckDigit.VALID else 1.0)

    winner = max(votes, key=weight_of)
    mine = [look for look in looks if look.candidate.text == winner]
    return max(mine, key=lambda look: look.candidate.score), votes
