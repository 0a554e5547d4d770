"""The verdict follows from what the looks say: sure and agreeing is read, anything less a
retake."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from vinreader.decoding import Candidate
from vinreader.knowledge import KnowledgeConfig, prior
from vinreader.logistic import Weights
from vinreader.looks import Look, elect
from vinreader.quality import (
    TAKE_CLOSER,
    TWO_NUMBERS,
    Judgement,
    JudgementConfig,
    judge,
)
from vinreader.recognition import Evidence
from vinreader.rectification import Band
from vinreader.results import CheckDigit, Status
from vinreader.support import Support
from vinreader.trust import MOST, Trust
from vinreader.vin import ALPHABET, verdict

VALID = "1M8GDM9AXKP042788"
MISREAD = VALID[:16] + "6"
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
    faintest: int = 100,
) -> Look:
    """A look at `text` whose fourth character was seen with probability `weakest`, and stands out
    by `faintest` grey levels."""
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
    strip = np.full((32, 960), 60, np.uint8)
    for place, centre in enumerate(centres.astype(int)):
        strip[:, centre - 5 : centre + 5] += np.uint8(faintest if place == 3 else 100)
    return Look((Band(quad),), evidence, candidate, photo=(960, 32), strip=strip)


def trusting(read_from: float) -> JudgementConfig:
    """The weakest character's odds are those of the number, less what others see."""
    figures = {
        "weakest": {"usual": 0.0, "spread": 1.0, "weight": 1.0, "with": {}},
        "others": {"usual": 0.0, "spread": 1.0, "weight": -1.0, "with": {}},
    }
    names = [field.name for field in fields(Support)]
    weights = Weights.of({"constant": 0.0, "figures": figures}, names)
    return JudgementConfig(trust=Trust(weights, read_from))


def judged(*looks: Look, config: JudgementConfig | None = None) -> Judgement:
    best, votes = elect(list(looks), temperature=1.5, checked=1.4)
    return judge(best, list(looks), votes, config or JudgementConfig())


def status_of(*looks: Look, config: JudgementConfig | None = None) -> Status:
    return judged(*looks, config=config).status


def test_sure_looks_that_agree_on_a_valid_number_are_believed() -> None:
    assert status_of(*[look(VALID)] * 5) is Status.READ


def test_a_number_with_a_character_that_nobody_can_see_is_not_read() -> None:
    config = trusting(0.8)
    seen = judged(*[look(VALID, faintest=12)] * 3, config=config)
    guessed = judged(*[look(VALID, faintest=11)] * 3, config=config)
    assert (seen.status, guessed.status) == (Status.READ, Status.RETAKE)
    assert guessed.confidence == seen.confidence


def test_a_character_stands_out_by_what_its_own_place_shows() -> None:
    faint = look(VALID, faintest=30).contrasts
    assert faint.tolist() == [100.0] * 3 + [30.0] + [100.0] * 13


def test_looks_of_which_none_is_sure_are_not_believed() -> None:
    assert status_of(*[look(VALID, weakest=0.3, score=-6.0, sight=-7.0)] * 5) is Status.RETAKE


def test_confidence_is_what_the_looks_are_worth() -> None:
    alone = judged(*[look(VALID, weakest=0.9)] * 3, config=trusting(0.8))
    assert (alone.status, alone.advice) == (Status.READ, ())
    assert alone.confidence == pytest.approx(0.9, abs=1e-3)
    doubted = judged(*[look(VALID, weakest=0.9)] * 3, look(MISREAD), config=trusting(0.8))
    # Half of the odds: one other look, and one.
    assert doubted.confidence == pytest.approx(4.5 / 5.5, abs=1e-3)


def test_no_photo_is_certain() -> None:
    """However far the weights go: 1 is left to people."""
    certain = Weights.of({"constant": 30.0, "figures": {}}, [])
    config = JudgementConfig(trust=Trust(certain, 0.9))
    assert judged(look(VALID), config=config).confidence == MOST < 1


def test_a_doubtful_character_is_not_read_where_no_check_digit_agrees() -> None:
    certain = Weights.of({"constant": 30.0, "figures": {}}, [])
    config = JudgementConfig(trust=Trust(certain, 0.9))

    def status(number: str, weakest: float) -> Status:
        return status_of(*[look(number, weakest=weakest)] * 3, config=config)

    assert status(NOT_APPLICABLE, 0.96) is Status.READ
    assert status(NOT_APPLICABLE, 0.94) is Status.RETAKE
    assert status(VOLUNTEERED, 0.94) is status(VALID, 0.94) is Status.READ


def test_the_bar_decides() -> None:
    shown = [look(VALID, weakest=0.9)] * 3
    assert status_of(*shown, config=trusting(0.89)) is Status.READ
    judgement = judged(*shown, config=trusting(0.91))
    assert (judgement.status, judgement.advice) == (Status.RETAKE, (TAKE_CLOSER,))


def test_a_wrong_check_digit_where_the_law_demands_one_is_not_believed() -> None:
    assert status_of(*[look(INVALID)] * 4, config=trusting(0.5)) is Status.RETAKE
    assert status_of(*[look(NOT_APPLICABLE)] * 4, config=trusting(0.5)) is Status.READ


def test_a_number_that_its_maker_would_not_write_is_not_believed() -> None:
    """A letter in position 7 and a Z in position 9 are no matter of taste there."""
    shown = [look("WF0AXX8JAA0000003")] * 4
    assert status_of(*shown, config=trusting(0.5)) is Status.RETAKE
    assert status_of(*[look("WF0AXXBJAA0000003")] * 4, config=trusting(0.5)) is Status.READ


def test_a_number_corrected_by_knowledge_is_not_believed() -> None:
    shown = [look(VALID, corrected=(9,))] * 4
    assert status_of(*shown, config=trusting(0.5)) is Status.RETAKE


def test_a_number_that_one_head_disputes_is_not_believed() -> None:
    shown = [look(VALID, disputed=(3,))] * 4
    assert status_of(*shown, config=trusting(0.5)) is Status.RETAKE


def test_one_clear_look_that_both_heads_share_speaks_for_disputed_ones() -> None:
    """The clearest look is what counts."""
    disputed = [look(VALID, score=-0.9, disputed=(3,))] * 3
    shown = [*disputed, look(VALID, score=-0.5)]
    assert status_of(*shown, config=trusting(0.5)) is Status.READ


def test_a_check_digit_and_more_looks_speak_for_a_number() -> None:
    assert verdict(VOLUNTEERED) is CheckDigit.VALID
    # What one that nobody demands is worth is a part of the looks' scores.
    worth = prior(VOLUNTEERED, KnowledgeConfig()) - prior(NOT_APPLICABLE, KnowledgeConfig())
    scores = {VALID: -2.0, VOLUNTEERED: -2.0 + worth, NOT_APPLICABLE: -2.0}
    shown = {
        number: judged(*[look(number, weakest=0.9, score=score, sight=-2.5)] * 3).confidence
        for number, score in scores.items()
    }
    assert shown[VALID] > shown[NOT_APPLICABLE]
    assert shown[VOLUNTEERED] > shown[NOT_APPLICABLE]
    more = judged(*[look(NOT_APPLICABLE, weakest=0.9, score=-2.0, sight=-2.5)] * 9).confidence
    assert more > shown[NOT_APPLICABLE]


def test_looks_that_disagree_are_not_believed() -> None:
    others = [look(VALID[:16] + digit, score=-0.6) for digit in "1234567"] * 2
    assert status_of(*[look(VALID)] * 3, *others) is Status.RETAKE


def test_another_number_on_another_line_makes_it_a_retake_however_sure() -> None:
    other = look(VOLUNTEERED)
    below = replace(other, bands=(Band(other.bands[0].quad + np.array([0, 60], np.float32)),))
    judgement = judged(*[look(VALID)] * 5, below, config=trusting(0.5))
    assert (judgement.status, judgement.advice) == (Status.RETAKE, (TWO_NUMBERS,))
    assert judgement.confidence > 0.9


def test_nothing_like_a_number_is_not_found() -> None:
    assert status_of(look(VALID, sight=-60.0, score=-58.0)) is Status.NOT_FOUND


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
