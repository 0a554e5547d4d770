"""Where to look and how often: the cheap and likely first, the rest only while doubt is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vinreader.decoding import Candidate, DecodingConfig, decode, decode_all
from vinreader.hugging import hug
from vinreader.looks import Look
from vinreader.recognition import Evidence, Recognizer
from vinreader.rectification import Adjustment, Band, Sizes, cut
from vinreader.rows import RowsConfig, join, pairs, trimmed
from vinreader.stages import StageClock
from vinreader.vin import LENGTH

__all__ = ["Search", "SearchConfig"]

Array = NDArray[np.float32]
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class SearchConfig:
    """How hard the reader looks."""

    quick: int = 2
    """How many lines are looked at before the others, in the likelier direction."""
    closer: int = 2
    """How many first looks are followed up in several cuts, where doubt is left."""
    first: Adjustment = field(default_factory=Adjustment)
    again: tuple[Adjustment, ...] = (
        Adjustment(0, 0, 0.0, 0.0),
        Adjustment(0, 0, 0.15, 0.15),
        Adjustment(0, 0, 0.1, -0.18),
        Adjustment(0, 0, 0.05, -0.36),
        Adjustment(0, 0, -0.18, 0.1),
        Adjustment(0, 0, -0.36, 0.05),
        Adjustment(0, 0, 0.0, -0.1, lean=0.25),
        Adjustment(0, 0, -0.1, 0.0, lean=-0.25),
        Adjustment(0, 0, 0.0, 0.0, tilt=0.1),
        Adjustment(0, 0, 0.0, 0.0, tilt=-0.1),
    )
    """Cuts of a line whose ends are known: wider, without what touches it from below or above (bar
    codes do), leaning and tilted either way."""
    confirming: int = 3
    """The first of these cuts, tried alone where the quick look is clear."""
    finer: tuple[Adjustment, ...] = (
        Adjustment(0, 0, 0.1, 0.1),
        Adjustment(0, 0, 0.1, -0.06),
        Adjustment(0, 0, -0.06, 0.1),
        Adjustment(0, 0, 0.0, 0.0, lean=0.12),
        Adjustment(0, 0, 0.0, 0.0, lean=-0.12),
        Adjustment(0, 0, 0.0, 0.0, tilt=0.06),
        Adjustment(0, 0, 0.0, 0.0, tilt=-0.06),
        Adjustment(0, 0, 0.25, 0.25),
    )
    """Cuts of the number that was elected and is not believed, around where it was seen best."""
    clear: float = -8.0
    """Nats: a look at least that good shows a number; without one the search goes further."""
    plain: float = -2.0
    """Nats: a line turned level whose best look is under that may be none of the number's. Of the
    real photos turned by 45 and 90° the best level look of every right number was over it, that of
    half of the others under it."""
    hugged: tuple[Adjustment, ...] = (
        Adjustment(0, 0, 0.1, 0.1),
        Adjustment(0, 0, 0.25, 0.25),
    )
    """Cuts of a line whose own course was followed."""
    ends: float = 0.6
    """Room left before the first and after the last character, in character pitches."""
    open_end: float = 0.8
    """A number that begins or ends within so many pitches of the cut's end may go on outside."""
    beyond: float = 3.0
    """Pitches that such a line is lengthened by."""
    sure: float = 0.3
    """Objectness of a box that is a character."""
    least_part: int = 6
    """A cut that surely shows that many characters, but no number, may be a part of one."""
    most_grown: int = 4
    """Such cuts that are lengthened."""
    faint: float = -12.0
    """Nats: a first look under that is not followed up. Of the real photos, upright, turned by 45
    and by 90°, none was read in the end whose best first look was under -8.6."""
    fewest: float = 9.0
    """A cut that shows fewer characters is no line of seventeen."""
    short: float = 9.0
    """A line shorter than that, in heights, may be a part of a number."""
    whole: float = 13.0
    """A part of one is cut as long as a whole one, in heights: the recogniser knows no wider
    characters."""
    row_cuts: tuple[Adjustment, ...] = (
        Adjustment(0.5, 0.5, 0.2, 0.2),
        Adjustment(0.5, 0.5, 0.05, 0.05),
        Adjustment(0.5, 0.5, 0.2, 0.0),
        Adjustment(0.5, 0.5, 0.0, 0.2),
    )
    most_pairs: int = 3
    rows: RowsConfig = field(default_factory=RowsConfig)
    decoding: DecodingConfig = field(default_factory=DecodingConfig)


@dataclass(frozen=True)
class _Seen:
    """A cut and what it shows."""

    band: Band
    evidence: Evidence
    look: Look | None


class Search:
    """Looks at the lines of one photo, `grey` (H, W) uint8; what it saw in a cut it remembers."""

    def __init__(
        self,
        recognizer: Recognizer,
        config: SearchConfig,
        grey: Grey,
        clock: StageClock | None = None,
    ) -> None:
        self.recognizer = recognizer
        self.config = config
        self.grey = grey
        self.clock = clock or StageClock()
        self._sizes = Sizes(grey)
        self._known: dict[tuple[bytes, float], _Seen] = {}

    def glance(self, quads: Sequence[Array]) -> list[Look]:
        """The first looks of `looks`, and no more."""
        return _looks(self._ahead([Band(quad) for quad in quads]))

    def looks(self, quads: Sequence[Array], enough: Callable[[list[Look]], bool]) -> list[Look]:
        """Looks at the lines (likeliest first) in which seventeen characters were found; `enough`
        is asked after each stage."""
        config = self.config
        bands = [Band(quad) for quad in quads]
        ahead = self._ahead(bands)
        if enough(_looks(ahead)):
            return _looks(ahead)
        clear = self._clear(_looks(ahead))
        confirmed = self._closer(clear[0], config.again[: config.confirming]) if clear else []
        if confirmed and enough(_looks(ahead) + confirmed):
            return _looks(ahead) + confirmed
        others = self._firsts(bands[config.quick :])
        ahead += self._at(others)
        firsts = _looks(ahead)
        if not self._clear(firsts):
            firsts += self._grown(ahead)
        if not self._clear(firsts):
            back = self._at([band.turned() for band in others])
            firsts += _looks(back)
            if not self._clear(firsts):
                firsts += self._grown(back)
        looks = firsts + confirmed
        most = len(config.again)
        worth = [look for look in firsts if look.candidate.score >= config.faint]
        for look in sorted(worth, key=_score)[: config.closer]:
            known = config.confirming if clear and look is clear[0] else 0
            looks += self._hugging(look) + self._closer(look, config.again[known:most])
            most = config.confirming  # the best line is worth all of them
            if enough(looks):
                return looks
        return looks if self._clear(looks) else looks + self._rows(bands)

    def _ahead(self, bands: Sequence[Band]) -> list[_Seen]:
        """The first cuts of the lines that are looked at before the others; where they show no
        number, from the other end as well: photos do come upside down."""
        quick = self._firsts(bands[: self.config.quick])
        seen = self._at(quick)
        if self._clear(_looks(seen)):
            return seen
        return seen + self._at([band.turned() for band in quick])

    def finer(self, look: Look) -> list[Look]:
        """Looks at a number that is in doubt, cut a little differently than where it was seen."""
        return self._closer(look, self.config.finer)

    def _firsts(self, bands: Sequence[Band]) -> list[Band]:
        """The first cuts of lines: one each, and of a line that is short for a number two. It is
        cut as it stands, as characters are narrow where a label is seen from its side, and as long
        as a usual one, as it may be the middle of that."""
        cuts = []
        for band in bands:
            cut = band.adjusted(self.config.first)
            cuts.append(cut)
            if cut.aspect < self.config.short:
                spare = (self.config.whole / cut.aspect - 1) / 2
                cuts.append(cut.section(-spare, 1 + spare))
        return cuts

    def _clear(self, looks: Sequence[Look]) -> list[Look]:
        """Those that show a number well, best first."""
        clear = [look for look in looks if look.candidate.score >= self.config.clear]
        return sorted(clear, key=_score)

    def _closer(self, look: Look, cuts: Sequence[Adjustment]) -> list[Look]:
        band = self._with_open_ends(look)
        return _looks(self._at([band.adjusted(change) for change in cuts]))

    def _grown(self, seen: Sequence[_Seen]) -> list[Look]:
        """Looks at lines that show a part of a number, lengthened by what is missing at both ends:
        which of them was cut off is not known."""
        bands = []
        for one in seen:
            sure = one.evidence.centres[one.evidence.objectness > self.config.sure]
            if not self.config.least_part <= len(sure) < LENGTH:
                continue
            pitch = float(np.median(np.diff(sure)))
            missing = (LENGTH + 1 - len(sure)) * pitch
            width = one.evidence.width
            bands.append(
                one.band.section(
                    (float(sure[0]) - missing) / width, (float(sure[-1]) + missing) / width
                )
            )
        return _looks(self._at(bands[: self.config.most_grown]))

    def _hugging(self, look: Look) -> list[Look]:
        band = hug(self.grey, self._with_open_ends(look))
        return _looks(self._at([band.adjusted(change) for change in self.config.hugged]))

    def _with_open_ends(self, look: Look) -> Band:
        """The look's band cut to the number, and longer where the number may go on."""
        config, centres, width = self.config, look.candidate.centres, look.evidence.width
        pitch, room = float(np.median(np.diff(centres))), look.room(config.ends)
        before, after = float(centres[0]) - room, float(centres[-1]) + room
        if centres[0] < config.open_end * pitch:
            before -= config.beyond * pitch
        if centres[-1] > width - config.open_end * pitch:
            after += config.beyond * pitch
        return look.bands[0].section(before / width, after / width)

    def _rows(self, bands: Sequence[Band]) -> list[Look]:
        """Looks at pairs of lines that may be one number in two parts."""
        config = self.config
        couples = pairs(bands, config.rows)[: config.most_pairs]
        tried = [
            (pair, look)
            for pair in [(bands[i], bands[j]) for i, j in couples]
            for look in self._joined(pair, config.first)
        ]
        if not tried:
            return []
        pair, best = max(tried, key=lambda one: one[1].candidate.score)
        looks = [look for _, look in tried]
        for change in config.row_cuts if best.candidate.score >= config.clear else ():
            looks += self._joined(pair, change)
        return looks

    def _joined(self, rows: Sequence[Band], change: Adjustment) -> list[Look]:
        """A look at rows one after the other, if it shows a number."""
        cuts = [row.adjusted(change) for row in rows]
        shares = [max(1.0, self.config.whole / cut.aspect) for cut in cuts]
        long = [cut.section(0.0, share) for cut, share in zip(cuts, shares, strict=True)]
        evidence, strips = self._recognized(long)
        parts = [
            trimmed(whole, whole.width / share)
            for whole, share in zip(evidence, shares, strict=True)
        ]
        bands = tuple(
            band.section(0.0, part.width / whole.width)
            for band, part, whole in zip(long, parts, evidence, strict=True)
        )
        shown = [strip[:, : round(part.width)] for strip, part in zip(strips, parts, strict=True)]
        candidates = decode(join(*parts), self.config.decoding)
        if not candidates:
            return []
        return [self._look(bands, join(*parts), candidates[0], np.concatenate(shown, axis=1))]

    def _at(self, bands: Sequence[Band]) -> list[_Seen]:
        new = {_key(band): band for band in bands if _key(band) not in self._known}
        evidence, strips = self._recognized(list(new.values()))
        lines = [one for one in evidence if shown(one) >= self.config.fewest]
        found = iter(decode_all(lines, self.config.decoding))
        for (key, band), one, strip in zip(new.items(), evidence, strips, strict=True):
            candidates = next(found) if shown(one) >= self.config.fewest else ()
            look = self._look((band,), one, candidates[0], strip) if candidates else None
            self._known[key] = _Seen(band, one, look)
        return [self._known[_key(band)] for band in bands]

    def _look(
        self, bands: tuple[Band, ...], evidence: Evidence, candidate: Candidate, strip: Grey
    ) -> Look:
        height, width = self.grey.shape
        return Look(bands, evidence, candidate, (width, height), strip)

    def _recognized(self, bands: Sequence[Band]) -> tuple[tuple[Evidence, ...], list[Grey]]:
        """What is seen in them, and their strips."""
        size = (self.recognizer.layout.width, self.recognizer.layout.height)
        strips: list[Grey] = []
        with self.clock.stage("rectify"):
            for band in bands:
                photo, factor = self._sizes.enough(band.quad, size)
                quads = band.quad[None] / np.float32(factor)
                strips.append(cut(photo, quads, size, [band.bend])[0])
        return (self.recognizer.recognize(np.stack(strips)) if strips else ()), strips


def _key(band: Band) -> tuple[bytes, float]:
    return band.quad.tobytes(), band.bend


def shown(evidence: Evidence) -> float:
    """About how many characters a strip shows, by the head that sees more of them."""
    symbols = evidence.frames[:, :-1]
    begun = np.maximum(np.diff(symbols, axis=0, prepend=0.0), 0.0).sum()
    return max(float(evidence.objectness.sum()), float(begun))


def _score(look: Look) -> float:
    """Orders looks, the best first."""
    return -look.candidate.score


def _looks(seen: Sequence[_Seen]) -> list[Look]:
    return [one.look for one in seen if one.look is not None]
