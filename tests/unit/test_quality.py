"""The verdict follows from what the looks say: sure and agreeing is read, anything less a
retake."""

from __future__ import annotations

import numpy as np
import pytest

from vinreader.decoding import Candidate
from vinreader.looks import Look, elect
from vinreader.quality import JudgementConfig, judge
from vinreader.recognition import Evidence
from vinreader.rectification import Band
from vinreader.results import CheckDigit, Status
from vinreader.vin import ALPHABET, verdict

VALID = "1M8GDM9AXKP042788"
INVALID = "1M8GDM9A5KP042788"
NOT_APPLICABLE = "WVWZZZ1KZ8W000001"
VOLUNTEERED = "WVWZZZ1K88W000001"
"""It has a valid check digit though no law demands one."""


def look(
    text: str,
    weakest: float = 0.99,
    score: float = -0.5,
    sight: float = -1.0,
    corrected: tuple[int, ...] = (),
    disputed: tuple[int, ...] = (),
) -> Look:
    """A look at `text` whose fourth character was seen with probability `weakest`."""
    probabilities = np.full((17, len(ALPHABET)), 0.0001, np.float32)
    chosen = [ALPHABET.index(symbol) for symbol in text]
    probabilities[np.arange(17), chosen] = 0.995
    probabilities[3, chosen[3]] = weakest
    centres = np.linspace(50, 900, 17, dtype=np.float32)
    widths = np.full(17, 30, np.float32)
    evidence = Evidence(
        objectness=np.full(17, 0.99, np.float32),
        centres=centres,
        widths=widths,
        classes=probabilities,
        frames=np.full((60, 34), 1 / 34, np.float32),
        frame_width=16.0,
    )
    quad = np.array([[0, 0], [960, 0], [960, 32], [0, 32]], np.float32)
    candidate = Candidate(
        text=text,
        score=score,
        sight=sight,
        centres=centres,
        widths=widths,
        probabilities=probabilities,
        certainty=probabilities[np.arange(17), chosen],
        corrected=corrected,
        disputed=disputed,
    )
    return Look((Band(quad),), evidence, candidate)


def status_of(*looks: Look) -> Status:
    best, votes = elect(list(looks), temperature=4.0, checked=1.4)
    return judge(best, list(looks), votes, JudgementConfig()).status


def test_sure_looks_that_agree_on_a_valid_number_are_believed() -> None:
    assert status_of(*[look(VALID)] * 4) is Status.READ


def test_one_look_alone_is_not_believed() -> None:
    assert status_of(look(VALID)) is Status.RETAKE


def test_a_wrong_check_digit_where_the_law_demands_one_is_not_believed() -> None:
    assert status_of(*[look(INVALID)] * 4) is Status.RETAKE


def test_a_number_corrected_by_knowledge_is_not_believed() -> None:
    assert status_of(*[look(VALID, corrected=(9,))] * 4) is Status.RETAKE


def test_without_a_check_digit_to_ask_the_eye_has_to_be_surer() -> None:
    assert status_of(*[look(NOT_APPLICABLE, weakest=0.98)] * 8) is Status.READ
    assert status_of(*[look(NOT_APPLICABLE, weakest=0.6)] * 8) is Status.RETAKE
    assert status_of(*[look(VALID, weakest=0.6)] * 8) is Status.READ


def test_a_check_digit_that_no_law_demands_speaks_less() -> None:
    assert verdict(VOLUNTEERED) is CheckDigit.VALID
    assert status_of(*[look(VALID, weakest=0.5)] * 3) is Status.READ
    assert status_of(*[look(VOLUNTEERED, weakest=0.5)] * 3) is Status.RETAKE
    assert status_of(*[look(VOLUNTEERED, weakest=0.9)] * 3) is Status.READ


def test_without_a_check_digit_to_ask_more_looks_have_to_agree() -> None:
    assert status_of(*[look(NOT_APPLICABLE, weakest=0.98)] * 4) is Status.RETAKE
    assert status_of(*[look(VALID, weakest=0.98)] * 4) is Status.READ


def test_a_number_that_one_head_disputes_is_not_believed() -> None:
    assert status_of(*[look(VALID, disputed=(3,))] * 4) is Status.RETAKE


def test_one_clear_look_that_both_heads_share_speaks_for_disputed_ones() -> None:
    """The clearest look is what counts."""
    disputed = [look(VALID, score=-0.9, disputed=(3,))] * 3
    assert status_of(*disputed, look(VALID, score=-0.5)) is Status.READ


def test_looks_that_disagree_are_not_believed() -> None:
    others = [look(VALID[:16] + digit, score=-0.6) for digit in "1234567"] * 2
    assert status_of(*[look(VALID)] * 3, *others) is Status.RETAKE


def test_nothing_like_a_number_is_not_found() -> None:
    assert status_of(look(VALID, sight=-60.0, score=-58.0)) is Status.NOT_FOUND


def test_confidence_is_the_weakest_characters_and_falls_with_dissent() -> None:
    alone = [look(VALID, weakest=0.7)] * 3
    best, votes = elect(alone, temperature=4.0, checked=1.4)
    unanimous = judge(best, alone, votes, JudgementConfig()).confidence
    assert unanimous == pytest.approx(0.7, abs=0.01)
    mixed = [*alone, look(NOT_APPLICABLE)]
    best, votes = elect(mixed, temperature=4.0, checked=1.4)
    assert judge(best, mixed, votes, JudgementConfig()).confidence == pytest.approx(
        unanimous * 0.75, abs=0.01
    )


def test_two_clear_looks_outvote_one_slightly_clearer() -> None:
    looks = [look(NOT_APPLICABLE, score=-1.0), look(VALID, score=-1.5), look(VALID, score=-1.6)]
    best, _ = elect(looks, temperature=4.0, checked=1.4)
    assert best.candidate.text == VALID
    assert best.candidate.score == -1.5


def test_a_valid_check_digit_decides_between_numbers_seen_about_as_clearly() -> None:
    looks = [look(INVALID, score=-1.0), look(VALID, score=-1.5)]
    assert elect(looks, temperature=4.0, checked=1.4)[0].candidate.text == VALID
    assert elect(looks, temperature=4.0, checked=0.0)[0].candidate.text == INVALID


def test_a_valid_check_digit_does_not_outweigh_what_is_seen_far_more_clearly() -> None:
    looks = [look(NOT_APPLICABLE, score=-0.5), *[look(VALID, score=-16.0)] * 3]
    assert elect(looks, temperature=4.0, checked=1.4)[0].candidate.text == NOT_APPLICABLE
