"""The way of a photo: bytes, pixels, lines, strips, characters, the number, a reading."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.decoding import DecodingConfig, decode
from vinreader.detection import Detector
from vinreader.looks import Look, elect
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.photo import open_photo
from vinreader.quality import SHOW_THE_NUMBER, JudgementConfig, judge
from vinreader.recognition import Recognizer
from vinreader.rectification import Adjustment, adjust, cut, section, turned
from vinreader.results import Alternative, Character, Quad, Reading, Source, Status
from vinreader.vin import ALPHABET, describe, verdict

__all__ = ["Reader", "ReaderConfig"]

Array = NDArray[np.float32]


@dataclass(frozen=True)
class ReaderConfig:
    """How hard the reader looks."""

    lines: int = 8
    """Candidate lines that are read at all, in both directions."""
    closer: int = 2
    """Of these, how many are looked at again in several cuts."""
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
    ends: float = 0.6
    """Room left before the first and after the last character, in character pitches."""
    temperature: float = 3.0
    """Nats: how quickly a cut's vote fades when another cut shows the number more clearly."""
    checked: float = 1.4
    """Nats that a valid check digit adds to all votes for a number together: many makers comply
    that need not, and of wrong numbers one in eleven does by chance."""
    alternatives: int = 3
    """Other symbols told for each character, those over `worth_telling`."""
    worth_telling: float = 0.001
    decoding: DecodingConfig = field(default_factory=DecodingConfig)
    judgement: JudgementConfig = field(default_factory=JudgementConfig)


class _Clock:
    """Seconds by part; a part that comes twice adds up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def milliseconds(self) -> dict[str, float]:
        """Rounded to tenths, the whole last."""
        return {name: round(1000 * seconds, 1) for name, seconds in self.seconds.items()}


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

    @classmethod
    def load(cls, models_dir: Path = DEFAULT_MODELS_DIR, threads: int = 1) -> Reader:
        """The reader with the models of a folder.

        Raises:
            MissingModel: a model file is not there.
        """
        files = ModelFiles.of(models_dir)
        return cls(Detector(files.craft, threads), Recognizer(files.yolo, threads), files.digests())

    def read(self, data: bytes) -> Reading:
        """The reading of an image file's bytes.

        Raises:
            UnreadableImage: the bytes are no usable image.
        """
        clock = _Clock()
        with clock.part("total"):
            with clock.part("decode"):
                photo = open_photo(data)
            with clock.part("detect"):
                quads = self.lines(photo)
            with clock.part("recognize"):
                looks = self.look(photo, quads)
                reading = self._reading(looks)
            if reading.status is not Status.READ:  # one on its side may be found upright
                with clock.part("detect"):
                    quads = self.lines_of_turned(photo)
                with clock.part("recognize"):
                    looks += self.look(photo, quads)
                    reading = self._reading(looks)
        return replace(reading, models=self.digests, timings_ms=clock.milliseconds())

    def lines(self, photo: NDArray[np.uint8]) -> list[Quad]:
        """Quads of lines in a photo (H, W, 3) uint8 RGB that may be the VIN, likeliest first."""
        return [line.quad for line in self.detector.detect(photo)[: self.config.lines]]

    def lines_of_turned(self, photo: NDArray[np.uint8]) -> list[Quad]:
        """The same, found in the photo turned by a quarter; the quads are those of the photo."""
        turned_photo = np.ascontiguousarray(np.rot90(photo))
        width = photo.shape[1]
        found = np.array(self.lines(turned_photo), np.float32).reshape(-1, 4, 2)
        back = np.stack([width - found[..., 1], found[..., 0]], axis=-1)
        return [_as_quad(quad) for quad in back]

    def look(self, photo: NDArray[np.uint8], quads: list[Quad]) -> list[Look]:
        """All looks at the lines of a photo (H, W, 3) in which seventeen characters were found: a
        first one at each line from either end, then several at the most promising."""
        if not quads:
            return []
        grey = np.asarray(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY), np.uint8)
        cuts = []
        for quad in np.array(quads, np.float32):
            for way in (quad, turned(quad)):
                cuts.append(adjust(way, self.config.first))
        first = sorted(self._looks_at(grey, cuts), key=lambda look: -look.candidate.score)
        again = [
            adjust(self.tightened(look), change)
            for look in first[: self.config.closer]
            for change in self.config.again
        ]
        return first + self._looks_at(grey, again)

    def _looks_at(self, grey: NDArray[np.uint8], cuts: list[Array]) -> list[Look]:
        """The cuts in which seventeen characters were found."""
        if not cuts:
            return []
        size = (self.recognizer.layout.width, self.recognizer.layout.height)
        evidence = self.recognizer.recognize(cut(grey, np.stack(cuts), size))
        return [
            Look(quad, shown, candidates[0])
            for quad, shown in zip(cuts, evidence, strict=True)
            if (candidates := decode(shown, self.config.decoding))
        ]

    def tightened(self, look: Look) -> Array:
        """The look's quad with its ends moved to the number's own."""
        chosen = look.candidate.positions
        centres = look.evidence.centres[chosen]
        room = self.config.ends * float(np.median(np.diff(centres))) + 0.5 * float(
            np.median(look.evidence.widths[chosen])
        )
        width = self.recognizer.layout.width
        return section(look.quad, (centres[0] - room) / width, (centres[-1] + room) / width)

    def _reading(self, looks: list[Look]) -> Reading:
        """What the looks together support."""
        if not looks:
            return Reading(Status.NOT_FOUND, advice=(SHOW_THE_NUMBER,))
        best, votes = elect(looks, self.config.temperature, self.config.checked)
        judgement = judge(best, looks, votes, self.config.judgement)
        if judgement.status is Status.NOT_FOUND:
            return Reading(Status.NOT_FOUND, advice=(SHOW_THE_NUMBER,))
        vin = best.candidate.text
        return Reading(
            status=judgement.status,
            vin=vin,
            confidence=round(judgement.confidence, 4),
            check_digit=verdict(vin),
            source=Source.TEXT,
            characters=self._characters(best),
            corrected_positions=best.candidate.corrected,
            quad=_as_quad(self.tightened(best)),
            advice=judgement.advice,
            vehicle=describe(vin),
        )

    def _characters(self, look: Look) -> tuple[Character, ...]:
        width = self.recognizer.layout.width
        characters = []
        for place, (box, seen) in enumerate(
            zip(look.candidate.positions, look.candidate.probabilities, strict=True)
        ):
            symbol = look.candidate.text[place]
            half = look.evidence.widths[box] / 2
            centre = look.evidence.centres[box]
            others = [i for i in np.argsort(-seen) if ALPHABET[i] != symbol]
            characters.append(
                Character(
                    symbol=symbol,
                    confidence=round(float(seen[ALPHABET.index(symbol)]), 4),
                    box=_as_quad(
                        section(look.quad, (centre - half) / width, (centre + half) / width)
                    ),
                    alternatives=tuple(
                        Alternative(ALPHABET[i], round(float(seen[i]), 4))
                        for i in others[: self.config.alternatives]
                        if seen[i] >= self.config.worth_telling
                    ),
                )
            )
        return tuple(characters)


def _as_quad(points: Array) -> Quad:
    a, b, c, d = ((round(float(x), 1), round(float(y), 1)) for x, y in points)
    return (a, b, c, d)
