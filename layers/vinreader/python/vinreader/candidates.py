"""The whole numbers that a photo may show, best first, and the question that tells them apart.

Whoever judges the reading says how far its number can be trusted; the others share what is left.
They are spelt from what all looks saw together, and from what each look read. Check digits order
the few that the eye holds possible. More are never tried: among many, one is valid by chance.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vinreader.characters import CharactersConfig, seen_together
from vinreader.knowledge import KnowledgeConfig, prior
from vinreader.looks import Look, shares_of_votes, showing
from vinreader.questions import QuestionConfig, question_of
from vinreader.results import CheckDigit, Reading, Source, VinCandidate
from vinreader.vin import ALPHABET, LENGTH, differing, verdict

__all__ = ["CandidatesConfig", "offered", "ranked", "shares", "spelt"]

Values = NDArray[np.float64]
Shares = dict[str, float]


@dataclass(frozen=True)
class CandidatesConfig:
    """How many numbers compete, and what moves them.

    The figures were chosen on 1,200 synthetic photos.
    """

    told: int = 3
    worth_telling: float = 0.001
    spelt: int = 12
    """Numbers spelt from what all looks saw together, the likeliest."""
    held_possible: float = 0.001
    """Least probability of a symbol that such a number holds."""
    considered: int = 8
    """Numbers besides the reading's own, likeliest to the eye, whose check digit is asked."""
    known: float = 0.5
    """How far what is known of VINs counts in nats of the eye's: in full it moves numbers up that
    nobody saw."""
    checked: float = 1.4
    """Nats that a valid check digit adds."""
    least: float = 1e-6
    """Probability of what a look rules out: it may be wrong."""
    characters: CharactersConfig = field(default_factory=CharactersConfig)
    knowledge: KnowledgeConfig = field(default_factory=KnowledgeConfig)
    question: QuestionConfig = field(default_factory=QuestionConfig)


def offered(
    reading: Reading, looks: Sequence[Look], temperature: float, config: CandidatesConfig
) -> Reading:
    """The reading with the numbers that its photo may show, and what to ask about them; the looks
    count as in the election at that `temperature`."""
    if reading.vin is None:
        return reading
    left = 1 - reading.confidence
    said = dict.fromkeys(code.vin for code in reading.barcodes if code.vin != reading.vin)
    # one witness is wrong, and nothing tells which
    rivals = {vin: min(reading.confidence, left / len(said)) for vin in said}
    best = showing(reading.vin, looks) if reading.source is not Source.BARCODE else None
    if best is None:
        return replace(reading, candidates=_told(reading, rivals, config))
    votes = shares_of_votes(looks, temperature)
    seen = seen_together(best, looks, votes, config.characters)
    weights = ranked(reading.vin, looks, votes, seen, config)
    others = shares(weights, reading.vin, reading.confidence, left - sum(rivals.values()))
    rivals.update((text, share) for text, share in others.items() if text not in rivals)
    told = replace(reading, candidates=_told(reading, rivals, config))
    return replace(told, question=question_of(told, seen, config.question))


def shares(weights: Mapping[str, float], vin: str, confidence: float, left: float) -> Shares:
    """How the numbers besides `vin`, heaviest first, share what its `confidence` has left them, by
    their weights in nats. None gets more than `vin` has, and all together less than `left`: what
    would be the share of `vin` goes to none, as the right number may not be among them."""
    most = max(weights.values())
    total = sum(math.exp(weight - most) for weight in weights.values())
    return {
        text: min(confidence, left * math.exp(weights[text] - most) / total)
        for text in sorted(weights, key=lambda text: -weights[text])
        if text != vin
    }


def ranked(
    vin: str, looks: Sequence[Look], votes: Values, seen: Values, config: CandidatesConfig
) -> Shares:
    """Weights in nats of `vin` and the few numbers that compete with it, by what the looks saw
    with `votes` (N,), and `seen` (17, 33) that is as from `seen_together` for a look at `vin`."""
    texts = sorted({vin, *spelt(seen, config), *(look.candidate.text for look in looks)})
    symbols = np.array([[ALPHABET.index(symbol) for symbol in text] for text in texts])
    views = np.stack([seen, *(look.candidate.probabilities for look in looks)])
    sights = np.log(np.maximum(views, config.least))[:, np.arange(LENGTH), symbols].sum(axis=2)
    # all looks together have half a say, each look by itself shares in the other half
    says = np.log(np.concatenate([[0.5], 0.5 * votes]) + 1e-300)
    eye = np.logaddexp.reduce(says[:, None] + sights, axis=0)
    known = [prior(text, config.knowledge) for text in texts]
    weights = dict(zip(texts, (eye + config.known * np.array(known)).tolist(), strict=True))
    others = sorted(weights.keys() - {vin}, key=lambda text: (-weights[text], text))
    return {
        text: weights[text] + config.checked * (verdict(text) is CheckDigit.VALID)
        for text in [vin, *others[: config.considered]]
    }


def spelt(seen: Values, config: CandidatesConfig) -> list[str]:
    """The likeliest numbers, best first, where every place (17, 33) is on its own."""
    best: list[tuple[float, str]] = [(0.0, "")]
    for row in seen:
        possible = [i for i in np.argsort(-row) if row[i] >= config.held_possible]
        nats = [(math.log(row[i]), ALPHABET[i]) for i in possible]
        longer = [(so_far + more, text + one) for so_far, text in best for more, one in nats]
        best = sorted(longer, reverse=True)[: config.spelt]
    return [text for _, text in best]


def _told(
    reading: Reading, others: Mapping[str, float], config: CandidatesConfig
) -> tuple[VinCandidate, ...]:
    vin = str(reading.vin)
    first = VinCandidate(vin, reading.confidence, verdict(vin))
    told = [first]
    # the sort is stable: of those that have as much as the first, the heavier stay ahead
    for text in sorted(others, key=lambda text: -others[text])[: config.told - 1]:
        confidence = math.floor(1e4 * others[text]) / 1e4  # rounded up, all might exceed 1
        if confidence >= config.worth_telling:
            told.append(VinCandidate(text, confidence, verdict(text), differing(text, vin)))
    return tuple(told)
