"""What a person can choose from where the reader does not stand behind its number: how often the
right one is on offer, and how often one question settles it."""

from __future__ import annotations

from collections.abc import Sequence

from training.evaluation.confusions import MOST_EDITS
from training.evaluation.figures import Share, markdown
from training.evaluation.outcomes import PhotoOutcome
from vinreader.results import Reading, Status
from vinreader.vin import differing

__all__ = ["answers_of", "choices_table"]


def answers_of(reading: Reading) -> tuple[str, ...]:
    """The numbers that the answers to a reading's question make of its own."""
    if not reading.question or not reading.vin:
        return ()
    before, after = reading.question.position - 1, reading.question.position
    return tuple(
        reading.vin[:before] + symbol + reading.vin[after:] for symbol in reading.question.symbols
    )


def choices_table(outcomes: Sequence[PhotoOutcome]) -> str:
    """Of the retakes: in how many the right number is among the candidates, and in how many the
    question settles it; how often it is asked in vain; and, where a few characters are misread, how
    many of their true symbols are among the alternatives."""
    retakes = [outcome for outcome in outcomes if outcome.status == Status.RETAKE]
    shown = [outcome for outcome in retakes if outcome.label]
    wrong = [outcome for outcome in shown if not outcome.right]
    near = [
        outcome for outcome in wrong if len(differing(outcome.label, outcome.vin)) <= MOST_EDITS
    ]
    nothing = [outcome for outcome in retakes if not outcome.label]
    judged = {
        "best guess wrong: right one among the candidates": map(_offered, wrong),
        "best guess wrong: settled by the question": map(_settled, wrong),
        "best guess right or wrong: settled by the question": map(_settled, shown),
        "asked: settled": [_settled(outcome) for outcome in shown if outcome.answers],
        "no whole number in the photo: asked in vain": [bool(one.answers) for one in nothing],
        "misread characters: true symbol among the alternatives": _told(near),
    }
    shares = {name: Share.of(verdicts) for name, verdicts in judged.items()}
    rows = [(name, str(share.n), str(share)) for name, share in shares.items()]
    return markdown(("retakes", "n", "share"), rows)


def _offered(outcome: PhotoOutcome) -> bool:
    return outcome.label in outcome.candidates


def _settled(outcome: PhotoOutcome) -> bool:
    return outcome.label in outcome.answers


def _told(outcomes: Sequence[PhotoOutcome]) -> list[bool]:
    """Of every misread character, whether its true symbol is told beside the one that was seen."""
    return [
        true in others
        for outcome in outcomes
        for true, seen, others in zip(
            outcome.label, outcome.vin, outcome.alternatives, strict=False
        )
        if true != seen
    ]
