"""The way of a photo: bytes, pixels, lines, strips, characters, the number, a reading."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vinreader.barcodes import BarcodeConfig, BarcodeReader, FoundClaim, merged
from vinreader.candidates import CandidatesConfig, offered
from vinreader.characters import characters_of, placing, seen_together
from vinreader.defects import advised
from vinreader.detection import Detector
from vinreader.finding import FindingConfig, LineFinder
from vinreader.looks import Look, elect, meant, shares_of_votes
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.photo import Grey, open_grey
from vinreader.quality import SHOW_THE_NUMBER, Judgement, JudgementConfig, judge
from vinreader.recognition import Recognizer
from vinreader.region import Region, located, parted
from vinreader.results import Quad, Reading, Source, Status, as_quad
from vinreader.search import Search, SearchConfig
from vinreader.stages import TOTAL, StageClock
from vinreader.vin import describe, verdict
from vinreader.witnesses import WitnessConfig, concerning, confirming, hear

__all__ = ["Reader", "ReaderConfig"]


@dataclass(frozen=True)
class ReaderConfig(SearchConfig, FindingConfig):
    """How hard the reader looks, and what it makes of it."""

    temperature: float = 1.5
    """Nats: how quickly a cut's vote fades when another cut shows the number more clearly."""
    checked: float = 1.4
    """Nats that a valid check digit adds to all votes for a number together: many makers comply
    that need not, and of wrong numbers one in eleven does by chance."""
    settled: float = 0.995
    """Confidence in a number that is believed, from which on nothing else is looked at."""
    judgement: JudgementConfig = field(default_factory=JudgementConfig)
    candidates: CandidatesConfig = field(default_factory=CandidatesConfig)
    barcodes: BarcodeConfig | None = field(default_factory=BarcodeConfig)
    """None: the text alone is heard."""
    witnesses: WitnessConfig = field(default_factory=WitnessConfig)


class Reader:
    """Reads photos with two models; build it once, it is expensive."""

    def __init__(
        self,
        detector: Detector,
        recognizer: Recognizer,
        digests: dict[str, str],
        config: ReaderConfig | None = None,
    ) -> None:
        self.detector = detector
        self.recognizer = recognizer
        self.digests = digests
        self.config = config or ReaderConfig()
        barcodes = self.config.barcodes
        self.barcodes = BarcodeReader(barcodes) if barcodes else None

    @classmethod
    def load(cls, models_dir: Path = DEFAULT_MODELS_DIR, threads: int = 1) -> Reader:
        """The reader with the models of a folder.

        Raises:
            MissingModel: a model file is not there.
        """
        files = ModelFiles.of(models_dir)
        return cls(Detector(files.craft, threads), Recognizer(files.yolo, threads), files.digests())

    def read(self, data: bytes, region: Region | None = None) -> Reading:
        """The reading of an image file's bytes. `region` is looked at first, and the rest of the
        photo only where it shows no number well enough.

        Raises:
            UnreadableImage: the bytes are no usable image.
        """
        clock = StageClock()

        def counted() -> list[Look]:
            return meant(looks, region, grey.shape[1], grey.shape[0], self.config.clear)

        def heard() -> Reading:
            size, seen = (grey.shape[1], grey.shape[0]), counted()
            about = concerning(claims, seen, region, *size, self.config.witnesses)
            with clock.stage("judge"):
                return self._reading(seen, about)

        def enough(looks: list[Look]) -> bool:
            with clock.stage("judge"):
                return self._enough(looks, claims)

        with clock.stage(TOTAL):
            with clock.stage("decode"):
                grey = open_grey(data)
            finder = LineFinder(self.detector, self.config, grey, region)
            search = Search(self.recognizer, self.config, grey, clock)
            with clock.stage("barcodes"):
                claims = self.claims(grey)
            quads: list[Quad] = []
            looks: list[Look] = []
            if region:
                with clock.stage("detect"):
                    quads = finder.in_region()
                with clock.stage("recognize"):
                    looks = self._look(search, quads, None, claims)
            if not enough(looks):
                known, glanced = quads, list(looks)
                for found in clock.each("detect", finder.course(known)):
                    quads = known + found.quads
                    if found.glance:
                        with clock.stage("recognize"):
                            glanced += self._glance(search, found.quads, region)
                        if enough(glanced):
                            looks = glanced
                            break
                    else:
                        with clock.stage("recognize"):
                            more = self._look(search, found.quads, region, claims)
                        looks += more
                        if self.shown(more):
                            break
            with clock.stage("recognize"):
                reading = heard()
                if reading.status is not Status.READ:
                    looks += self.finer(search, counted())
                    reading = heard()
            if self._closer(reading):
                with clock.stage("barcodes"):
                    claims = merged([*claims, *self.claims_closer(grey, quads)])
                    reading = heard()
            with clock.stage("inspect"):
                reading = advised(reading, grey)
                reading = offered(
                    reading, counted(), self.config.temperature, self.config.candidates
                )
                reading = located(reading, region, grey.shape[1], grey.shape[0])
        return replace(reading, models=self.digests, timings_ms=clock.milliseconds())

    def _closer(self, reading: Reading) -> bool:
        """Whether bar codes are worth a closer look: they may tell what the text does not, or deny
        one that nothing else confirms."""
        if reading.source is Source.BARCODE:
            return True
        return reading.status is not Status.READ and not reading.barcodes

    def claims(self, grey: Grey) -> tuple[FoundClaim, ...]:
        """What bar codes in a photo (H, W) uint8 claim, as far as a quick look shows."""
        return self.barcodes.read(grey) if self.barcodes else ()

    def claims_closer(self, grey: Grey, quads: list[Quad]) -> tuple[FoundClaim, ...]:
        """The same from enlarged cuts, and from beside lines of text."""
        return self.barcodes.read_closer(grey, quads) if self.barcodes else ()

    def lines(self, grey: Grey) -> list[Quad]:
        """Quads of lines in a photo (H, W) uint8 that may be the VIN, likeliest first."""
        *_, found = LineFinder(self.detector, self.config, grey).steps()
        return found

    def look(
        self,
        grey: Grey,
        quads: list[Quad],
        region: Region | None = None,
        claims: tuple[FoundClaim, ...] = (),
    ) -> list[Look]:
        """Looks at the lines of a photo (H, W) uint8, likeliest first, as many as it takes, in
        which seventeen characters were found; outside of the region only where it takes more. One
        that shows what bar codes claim is enough."""
        return self._look(Search(self.recognizer, self.config, grey), quads, region, claims)

    def shown(self, looks: list[Look]) -> bool:
        """Whether one of the looks shows a number well enough not to look for one elsewhere."""
        return any(look.candidate.score >= self.config.plain for look in looks)

    def finer(self, search: Search, looks: list[Look]) -> list[Look]:
        """Further looks at the number that the others elected, where they show one."""
        if not looks:
            return []
        best, _ = elect(looks, self.config.temperature, self.config.checked)
        return search.finer(best) if best.candidate.score >= self.config.clear else []

    def _glance(self, search: Search, quads: list[Quad], region: Region | None) -> list[Look]:
        inside, _ = parted(quads, region, search.grey.shape[1], search.grey.shape[0])
        return search.glance(_arrays(inside))

    def _look(
        self,
        search: Search,
        quads: list[Quad],
        region: Region | None,
        claims: tuple[FoundClaim, ...],
    ) -> list[Look]:
        def enough(looks: list[Look]) -> bool:
            with search.clock.stage("judge"):
                return self._enough(looks, claims)

        looks: list[Look] = []
        for part in parted(quads, region, search.grey.shape[1], search.grey.shape[0]):
            if part and not enough(looks):
                looks += search.looks(_arrays(part), enough)
        return looks

    def _enough(self, looks: list[Look], claims: tuple[FoundClaim, ...]) -> bool:
        """Whether nothing is gained by looking on."""
        if not looks:
            return False
        if confirming(looks, claims):
            return True
        best, votes = elect(looks, self.config.temperature, self.config.checked)
        judgement = judge(best, looks, votes, self.config.judgement)
        return judgement.status is Status.READ and judgement.confidence >= self.config.settled

    def _reading(self, looks: list[Look], claims: tuple[FoundClaim, ...]) -> Reading:
        """What the looks and the bar codes together support."""
        text, agreeing = Reading(Status.NOT_FOUND, advice=(SHOW_THE_NUMBER,)), None
        if looks:
            best, votes = elect(looks, self.config.temperature, self.config.checked)
            text = self._told(best, looks, judge(best, looks, votes, self.config.judgement))
            confirmed = confirming(looks, claims)
            if confirmed:
                judgement = judge(confirmed, looks, votes, self.config.judgement)
                agreeing = self._told(confirmed, looks, replace(judgement, status=Status.READ))
        return hear(text, agreeing, looks, claims, self.config.witnesses)

    def _told(self, best: Look, looks: list[Look], judgement: Judgement) -> Reading:
        """The reading of the text alone, by its best look."""
        if judgement.status is Status.NOT_FOUND:
            return Reading(Status.NOT_FOUND, advice=(SHOW_THE_NUMBER,))
        vin, told = best.candidate.text, self.config.candidates.characters
        votes = shares_of_votes(looks, self.config.temperature)
        seen = seen_together(best, looks, votes, told)
        placed = placing(best, looks, told)
        numbers = [look.number(self.config.ends) for look in placed]
        return Reading(
            status=judgement.status,
            vin=vin,
            confidence=round(judgement.confidence, 4),
            check_digit=verdict(vin),
            source=Source.TEXT,
            characters=characters_of(best, placed, seen, told),
            corrected_positions=best.candidate.corrected,
            quad=as_quad(np.median(numbers, axis=0), 1),
            advice=judgement.advice,
            vehicle=describe(vin),
        )


def _arrays(quads: list[Quad]) -> list[NDArray[np.float32]]:
    return list(np.array(quads, np.float32).reshape(-1, 4, 2))
