"""Held-out synthetic strips: of another seed and of font families that no training has seen."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import count, islice

import numpy as np

from training.evaluation.heads import Heads, heard
from training.evaluation.outcomes import StripOutcome
from training.synthesis.strips import Strip, StripConfig, StripSynthesiser
from training.synthesis.styles import STYLES
from vinreader.decoding import DecodingConfig, decode
from vinreader.recognition import Evidence, Recognizer
from vinreader.vin import ALPHABET, LENGTH

__all__ = ["HELD_OUT_SEED", "held_out", "read_strips", "whole_strips"]

HELD_OUT_SEED = 987_654
"""No training begins with it."""
BATCH = 64


def held_out(style: str, seed: int = HELD_OUT_SEED) -> StripSynthesiser:
    """Where the strips of a style come from: all hold a number, and each style has numbers of its
    own. Real photos play no part, so that the set is the same wherever the fonts are."""
    config = StripConfig(negative=0.0, two_rows=0.0, styles=(style,), held_out=True)
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
) -> dict[Heads, list[StripOutcome]]:
    """Outcomes of `number` strips of each style, by the heads that were heard.

    A strip is one look: the whole reader takes several at a line, so it reads more than this.
    """
    outcomes: dict[Heads, list[StripOutcome]] = {head: [] for head in heads}
    for style in STYLES:
        strips = whole_strips(held_out(style, seed))
        for first in range(0, number, BATCH):
            batch = list(islice(strips, min(BATCH, number - first)))
            seen = recognizer.recognize(np.stack([strip.image for _, strip in batch]))
            for (index, strip), evidence in zip(batch, seen, strict=True):
                for head in heads:
                    config = heard(head)
                    outcomes[head].append(_outcome(style, index, strip, evidence, config))
    return outcomes


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
