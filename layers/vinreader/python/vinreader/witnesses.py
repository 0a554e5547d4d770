"""Text and bar codes: two witnesses of one number, heard together.

They err in different ways, so where both say the same seventeen characters it is as good as
certain. Where they differ one of them is wrong, or belongs to another vehicle, and nobody can tell
which from here: a retake that shows both. A bar code alone is believed where its claim proves
itself (`claims`) and no line of text shows another number clearly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from vinreader.advice import ONE_LABEL, PRINT_TOO
from vinreader.barcodes import FoundClaim
from vinreader.claims import Weight
from vinreader.looks import Look, within
from vinreader.region import Region
from vinreader.results import Reading, Source, Status
from vinreader.trust import MOST
from vinreader.vin import ALPHABET, describe, differing, verdict

__all__ = ["ONE_LABEL", "PRINT_TOO", "WitnessConfig", "concerning", "confirming", "hear"]


@dataclass(frozen=True)
class WitnessConfig:
    """What the witnesses are worth together."""

    agreed: float = 0.999
    """Confidence that a bar code gives to a text that says the same; the text's own adds to it."""
    most: float = MOST
    """Two witnesses are not certain: the label may be another vehicle's."""
    proved: float = 0.99
    """Confidence in a bar code alone that proves itself: what is left is that it may be the label
    of another vehicle."""
    unproved: float = 0.8
    """The same for one that does not: part numbers can look like VINs."""
    contradicted: float = 0.5
    """Most confidence in a number that another witness denies."""
    clear: float = -8.0
    """Nats: a look at least that good shows a number. It speaks against a bar code with another."""
    misread: int = 3
    """Characters in which such a look may still mean the bar code's number, if it held them
    possible."""
    possible: float = 0.01
    """Least probability of a symbol that the eye held possible."""


def concerning(
    claims: Sequence[FoundClaim],
    looks: Sequence[Look],
    region: Region | None,
    photo_width: int,
    photo_height: int,
    config: WitnessConfig,
) -> tuple[FoundClaim, ...]:
    """The claims that are about what a person aims at. Where a number is clearly shown inside of
    the region, a bar code outside that says quite another one is another vehicle's, or a part's;
    one that says about the same speaks of it, wherever it is."""
    if region is None:
        return tuple(claims)
    size = photo_width, photo_height
    inside = within(looks, region, *size)
    shown = [look.candidate.text for look in inside if look.candidate.score >= config.clear]
    return tuple(
        claim
        for claim in claims
        if not shown
        or region.holds(claim.barcode.quad, *size)
        or any(len(differing(text, claim.vin)) <= config.misread for text in shown)
    )


def confirming(looks: Sequence[Look], claims: Sequence[FoundClaim]) -> Look | None:
    """The clearest look at the number that bar codes claim; None where no look shows it, or where
    the bar codes differ."""
    claimed = _numbers(claims) or {claim.vin for claim in claims}
    if len(_numbers(claims)) > 1:
        return None
    mine = [look for look in looks if look.candidate.text in claimed]
    return max(mine, key=lambda look: look.candidate.score) if mine else None


def hear(
    text: Reading,
    agreeing: Reading | None,
    looks: Sequence[Look],
    claims: Sequence[FoundClaim],
    config: WitnessConfig,
) -> Reading:
    """The reading that text and bar codes give together: `text` that of the text alone, `agreeing`
    that of the look which `confirming` names."""
    numbers = _numbers(claims)
    believed = text.vin if text.status is Status.READ else None
    if agreeing and agreeing.vin and believed in (None, agreeing.vin):
        shown = tuple(claim.barcode for claim in claims if claim.vin == agreeing.vin)
        confidence = min(config.most, 1 - (1 - config.agreed) * (1 - agreeing.confidence))
        return replace(
            agreeing,
            status=Status.READ,
            confidence=round(confidence, 4),
            source=Source.BOTH,
            barcodes=shown,
            advice=(),
        )
    if not numbers:
        return text
    shown = tuple(claim.barcode for claim in claims if claim.weight >= Weight.OBJECT)
    foremost = max(claims, key=lambda claim: claim.weight)
    told = replace(text, barcodes=shown)
    denied = any(_denies(look, foremost.vin, config) for look in looks)
    if believed or (denied and text.vin):
        return _retake(told, config.contradicted, ONE_LABEL)
    told = _by_barcode(told, foremost.vin)
    if denied or len(numbers) > 1:
        return _retake(told, config.contradicted, ONE_LABEL)
    if foremost.weight < Weight.PROVE:
        return _retake(told, config.unproved, PRINT_TOO)
    return replace(told, status=Status.READ, confidence=config.proved, advice=())


def _numbers(claims: Sequence[FoundClaim]) -> set[str]:
    """What the bar codes say that hold a number and nothing else."""
    return {claim.vin for claim in claims if claim.weight >= Weight.OBJECT}


def _denies(look: Look, vin: str, config: WitnessConfig) -> bool:
    """Whether a look clearly shows another number, and nothing that could have been this one."""
    candidate = look.candidate
    if candidate.score < config.clear:
        return False
    differing = [i for i, (a, b) in enumerate(zip(candidate.text, vin, strict=True)) if a != b]
    held = candidate.probabilities[differing, [ALPHABET.index(vin[i]) for i in differing]]
    return len(differing) > config.misread or bool(np.any(held < config.possible))


def _by_barcode(text: Reading, vin: str) -> Reading:
    """What is told of a number that a bar code says: nothing of the text, which says another."""
    return replace(
        text,
        vin=vin,
        check_digit=verdict(vin),
        source=Source.BARCODE,
        characters=(),
        corrected_positions=(),
        quad=None,
        vehicle=describe(vin),
    )


def _retake(told: Reading, confidence: float, advice: str) -> Reading:
    """`confidence` at most, where the text has one of its own."""
    if told.source is Source.TEXT:
        confidence = min(told.confidence, confidence)
    return replace(told, status=Status.RETAKE, confidence=confidence, advice=(advice,))
