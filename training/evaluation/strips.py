"""Held-out synthetic strips: of another seed and of font families that no training has seen.

A strip is one look at a line. Of readable ones the photo under the strip is also read as the reader
reads a line that the detector has shown it: in as many cuts as it takes. That is what counts in the
end; one look tells the recogniser from the search.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count, islice

import numpy as np

from training.evaluation.heads import Heads, heard
from training.evaluation.outcomes import StripOutcome
from training.synthesis.geometry import corners
from training.synthesis.numbers import ON_THE_ROAD
from training.synthesis.strips import READABLE, Strip, StripConfig, StripSynthesiser
from training.synthesis.styles import STYLES
from vinreader.decoding import DecodingConfig, decode
from vinreader.looks import elect
from vinreader.reader import Reader
from vinreader.recognition import Evidence, Recognizer
from vinreader.rectification import Adjustment
from vinreader.results import as_quad
from vinreader.vin import ALPHABET, LENGTH

__all__ = ["HELD_OUT_SEED", "held_out", "look_closer", "read_strips", "whole_strips"]

HELD_OUT_SEED = 987_654
"""No training begins with it."""
BATCH = 64


def held_out(style: str, seed: int = HELD_OUT_SEED) -> StripSynthesiser:
    """Where the strips of a style come from: all hold a number, as there are on the road, and each
    style has numbers of its own. Real photos play no part, so that the set is the same wherever
    the fonts are."""
    config = StripConfig(
        negative=0.0,
        two_rows=0.0,
        two_hands=0.0,
        styles=(style,),
        held_out=True,
        numbers=ON_THE_ROAD,
    )
    return StripSynthesiser(seed * len(STYLES) + list(STYLES).index(style), config=config)


def whole_strips(synthesiser: StripSynthesiser) -> Iterator[tuple[int, Strip]]:
    """Index and strip, without end, of those that show all seventeen characters."""
    for index in count():
        strip = synthesiser.make(index)
        if len(strip.labels) == LENGTH:
            yield index, strip


def read_strips(
    recognizer: Recognizer,
    number: int,
    seed: int = HELD_OUT_SEED,
    heads: Sequence[Heads] = ("both",),
    readable: int = 0,
) -> dict[Heads, list[StripOutcome]]:
    """Outcomes of `number` strips of each style, by the heads that were heard; one look each. More
    strips of a style follow until `readable` of them can be read by people."""
    outcomes: dict[Heads, list[StripOutcome]] = {head: [] for head in heads}
    for style in STYLES:
        for batch in _batches(whole_strips(held_out(style, seed)), number, readable):
            seen = recognizer.recognize(np.stack([strip.image for _, strip in batch]))
            for (index, strip), evidence in zip(batch, seen, strict=True):
                for head in heads:
                    config = heard(head)
                    outcomes[head].append(_outcome(style, index, strip, evidence, config))
    return outcomes


def _batches(
    strips: Iterator[tuple[int, Strip]], number: int, readable: int
) -> Iterator[list[tuple[int, Strip]]]:
    """`number` strips, and more until `readable` of them can be read by people."""
    taken = clear = 0
    while taken < number or clear < readable:
        batch = list(islice(strips, min(BATCH, number - taken) if taken < number else BATCH))
        taken += len(batch)
        clear += sum(strip.legibility >= READABLE for _, strip in batch)
        yield batch


def look_closer(
    reader: Reader, outcomes: Sequence[StripOutcome], seed: int = HELD_OUT_SEED
) -> list[StripOutcome]:
    """The same outcomes, with what the reader's looks elect on those that a person reads."""
    # Margins are in the photo, and so is the whole number, however short the line is cut.
    reader.config = replace(reader.config, first=Adjustment(0, 0, 0, 0), short=0.0)
    makers = {style: held_out(style, seed) for style in {outcome.style for outcome in outcomes}}
    return [
        replace(outcome, elected=_elected(reader, makers[outcome.style].make(outcome.index).photo))
        if outcome.readable
        else outcome
        for outcome in outcomes
    ]


def _elected(reader: Reader, photo: np.ndarray) -> str:
    """What the looks at a line that fills the photo (H, W) uint8 agree on, empty if nothing."""
    line = as_quad(corners((photo.shape[1], photo.shape[0])))
    looks = reader.look(photo, [line])
    if not looks:
        return ""
    best, _ = elect(looks, reader.config.temperature, reader.config.checked)
    return best.candidate.text


def _outcome(
    style: str, index: int, strip: Strip, evidence: Evidence, config: DecodingConfig
) -> StripOutcome:
    candidates = decode(evidence, config)
    text, confidences = "", []
    if candidates:
        text = candidates[0].text
        seen = candidates[0].probabilities
        confidences = [float(seen[i, ALPHABET.index(symbol)]) for i, symbol in enumerate(text)]
    return StripOutcome(
        name=f"{style}/{index}",
        label=strip.text,
        vin=text,
        confidences=tuple(round(confidence, 4) for confidence in confidences),
        style=style,
        index=index,
        legibility=round(strip.legibility, 4),
        checksum=zlib.crc32(strip.image.tobytes()),
    )
