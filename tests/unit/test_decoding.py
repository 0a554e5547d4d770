"""From evidence to a VIN: seventeen characters chosen together, knowledge soft."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.decoding import Candidate, DecodingConfig, decode
from vinreader.recognition import Evidence
from vinreader.results import CheckDigit
from vinreader.vin import ALPHABET, CHECK_POSITION, check_digit, verdict

VIN = "1M8GDM9AXKP042788"
CHARACTERS = dict[int, dict[str, float]]

vins = st.text(ALPHABET, min_size=17, max_size=17)


def evidence(
    text: str,
    pitch: float = 50,
    start: float = 60,
    sure: float = 0.97,
    doubts: CHARACTERS | None = None,
    objectness: dict[int, float] | None = None,
) -> Evidence:
    """A strip that shows `text` evenly; `doubts` gives the probabilities of single places."""
    classes = np.full((len(text), len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1), np.float32)
    for place, symbol in enumerate(text):
        classes[place, ALPHABET.index(symbol)] = sure
        for doubted, probability in (doubts or {}).get(place, {}).items():
            classes[place, ALPHABET.index(symbol)] = 0.001
            classes[place, ALPHABET.index(doubted)] = probability
    present = np.full(len(text), 0.98, np.float32)
    for place, value in (objectness or {}).items():
        present[place] = value
    for place, odds in (doubts or {}).items():
        for symbol, probability in odds.items():
            classes[place, ALPHABET.index(symbol)] = probability
    centres = (start + pitch * np.arange(len(text))).astype(np.float32)
    return Evidence(present, centres, np.full(len(text), 0.8 * pitch, np.float32), classes)


def best(shown: Evidence, config: DecodingConfig | None = None) -> Candidate:
    return decode(shown, config)[0]


def with_box(shown: Evidence, at: int, centre: float, objectness: float, symbol: str) -> Evidence:
    """The same strip with one more box before the box `at`."""
    classes = np.full((1, len(ALPHABET)), 0.001, np.float32)
    classes[0, ALPHABET.index(symbol)] = 0.9
    return Evidence(
        np.insert(shown.objectness, at, objectness),
        np.insert(shown.centres, at, centre),
        np.insert(shown.widths, at, shown.widths[0]),
        np.insert(shown.classes, at, classes, axis=0),
    )


def test_a_clear_strip_reads_as_it_stands():
    candidate = best(evidence(VIN))
    assert candidate.text == VIN
    assert candidate.positions.tolist() == list(range(17))
    assert candidate.corrected == ()
    assert candidate.probabilities.shape == (17, 33)
    np.testing.assert_allclose(candidate.probabilities.max(axis=1), 0.97, atol=1e-3)


def test_sight_is_the_likelihood_of_what_was_seen():
    candidate = best(evidence(VIN))
    expected = 17 * (np.log(0.98) + np.log(0.97))  # evenly set: no cost for the gaps
    assert candidate.sight == pytest.approx(expected, abs=0.01)


@given(vins, st.floats(30, 58), st.floats(0, 40))
def test_clear_sight_is_never_overruled(vin, pitch, start):
    """Not by a wrong check digit, an unknown maker or letters in the serial number."""
    candidate = best(evidence(vin, pitch, start))
    assert candidate.text == vin
    assert candidate.corrected == ()


@pytest.mark.parametrize("text", ["", "1", VIN[:16]])
def test_fewer_than_seventeen_boxes_are_no_number(text):
    assert decode(evidence(text)) == ()


@pytest.mark.parametrize(("before", "after"), [("X", "X"), ("", "X"), ("XX", ""), ("J", "7")])
def test_marks_around_the_number_are_left_out(before, after):
    """Stars are read as some symbol; the check digit tells which seventeen are the number."""
    candidates = decode(evidence(before + VIN + after, pitch=45))
    assert candidates[0].text == VIN
    assert candidates[0].positions.tolist() == list(range(len(before), len(before) + 17))
    assert len(candidates) == 1 + len(before + after)


def test_candidates_come_best_first():
    candidates = decode(evidence("XX" + VIN + "XX", pitch=40))
    scores = [candidate.score for candidate in candidates]
    assert scores == sorted(scores, reverse=True)


def test_a_faint_box_between_two_characters_is_left_out():
    shown = with_box(evidence(VIN), at=9, centre=60 + 50 * 8.5, objectness=0.2, symbol="T")
    candidate = best(shown)
    assert candidate.text == VIN
    assert 9 not in candidate.positions


def test_a_faint_character_in_its_place_is_taken():
    """The gap it would leave is worse than how faint it is."""
    shown = evidence("7" + VIN, objectness={0: 0.3, 9: 0.15})
    candidate = best(shown)
    assert candidate.text == VIN
    assert 9 in candidate.positions


def test_a_distant_box_is_not_part_of_the_number():
    shown = evidence(VIN)
    far = with_box(shown, at=17, centre=float(shown.centres[-1]) + 300, objectness=0.99, symbol="8")
    assert best(far).text == VIN


def test_the_check_digit_decides_between_two_sights_where_the_law_demands_it():
    """The eye prefers 5 over S by little; only S makes position 9 right."""
    vin = with_valid("1FTSW21P05EA00001")
    candidate = best(evidence(vin, doubts={3: {"5": 0.55, "S": 0.42}}))
    assert candidate.text == vin
    assert candidate.corrected == (4,)


def test_elsewhere_the_eye_decides():
    vin = with_valid("WF0SXXGCDS5A00001")
    candidate = best(evidence(vin, doubts={3: {"5": 0.55, "S": 0.42}}))
    assert candidate.text == vin[:3] + "5" + vin[4:]
    assert candidate.corrected == ()


def test_a_symbol_that_the_eye_did_not_see_is_never_put_in():
    vin = with_valid("1FTSW21P05EA00001")
    config = DecodingConfig(second_sight=0.1)
    candidate = best(evidence(vin, doubts={3: {"5": 0.9, "S": 0.09}}), config)
    assert candidate.text == vin[:3] + "5" + vin[4:]
    assert verdict(candidate.text) is CheckDigit.INVALID
    assert candidate.corrected == ()


def test_two_wrong_characters_are_not_repaired_towards_a_valid_digit():
    vin = with_valid("1FTSW21P05EA00001")
    doubts = {3: {"5": 0.55, "S": 0.42}, 4: {"V": 0.55, "W": 0.42}}
    candidate = best(evidence(vin, doubts=doubts))
    assert len(candidate.corrected) <= 1


def test_a_letter_among_the_last_four_yields_to_a_digit_seen_nearly_as_well():
    candidate = best(evidence("WVWZZZ1KZAW000008", doubts={16: {"B": 0.5, "8": 0.4}}))
    assert candidate.text == "WVWZZZ1KZAW000008"
    assert candidate.corrected == (17,)


@given(vins, st.integers(0, 16), st.sampled_from(ALPHABET), st.floats(0.15, 0.45))
def test_at_most_what_was_seen_is_told(vin, place, symbol, probability):
    """Every symbol of the answer was the eye's first or second sight at its place."""
    doubts = {place: {vin[place]: 0.5, symbol: probability}}
    candidate = best(evidence(vin, doubts=doubts))
    expected = {vin, vin[:place] + symbol + vin[place + 1 :]}
    assert candidate.text in expected
    assert set(candidate.corrected) <= {place + 1}


def with_valid(vin: str) -> str:
    return vin[:CHECK_POSITION] + check_digit(vin) + vin[CHECK_POSITION + 1 :]
