"""From evidence to a VIN: seventeen characters chosen together, knowledge soft."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinreader.decoding import Candidate, DecodingConfig, decode, decode_all
from vinreader.recognition import Evidence
from vinreader.results import CheckDigit
from vinreader.vin import ALPHABET, CHECK_POSITION, check_digit, verdict

VIN = "1M8GDM9AXKP042788"
CHARACTERS = dict[int, dict[str, float]]

vins = st.text(ALPHABET, min_size=17, max_size=17)


FRAME = 16.0
BOXES = ("objectness", "centres", "widths", "classes")


def evidence(
    text: str,
    pitch: float = 50,
    start: float = 60,
    sure: float = 0.97,
    doubts: CHARACTERS | None = None,
    objectness: dict[int, float] | None = None,
    framed: str | None = None,
) -> Evidence:
    """A strip that shows `text` evenly, in boxes and frames alike; `doubts` gives the probabilities
    of single places. The frames show `framed` instead where it is given."""
    present = np.full(len(text), 0.98, np.float32)
    for place, value in (objectness or {}).items():
        present[place] = value
    centres = (start + pitch * np.arange(len(text))).astype(np.float32)
    classes = symbols(text, sure, doubts or {})
    return Evidence(
        present,
        centres,
        np.full(len(text), 0.8 * pitch, np.float32),
        classes,
        frames(centres, classes if framed is None else symbols(framed, sure, {})),
        FRAME,
    )


def symbols(text: str, sure: float, doubts: CHARACTERS) -> np.ndarray:
    """Probabilities (K, 33): `sure` for what stands there, the rest spread."""
    classes = np.full((len(text), len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1), np.float32)
    for place, symbol in enumerate(text):
        classes[place, ALPHABET.index(symbol)] = sure
        if place in doubts:
            classes[place] = 0.001
        for doubted, probability in doubts.get(place, {}).items():
            classes[place, ALPHABET.index(doubted)] = probability
    return classes


def frames(centres: np.ndarray, classes: np.ndarray, count: int = 60) -> np.ndarray:
    """Frames (T, 34) that show each character once, where its middle is, and else the blank."""
    shown = np.full((count, len(ALPHABET) + 1), 0.0001, np.float32)
    shown[:, -1] = 1.0
    for centre, seen in zip(centres, classes, strict=False):
        shown[int(centre / FRAME)] = [*seen, 0.01]
    return shown / shown.sum(axis=1, keepdims=True)


def best(shown: Evidence, config: DecodingConfig | None = None) -> Candidate:
    return decode(shown, config)[0]


def with_box(
    shown: Evidence, at: int, centre: float, objectness: float, symbol: str, framed: bool = False
) -> Evidence:
    """The same strip with one more box before the box `at`, and in the frames too if `framed`."""
    classes = np.full((1, len(ALPHABET)), 0.001, np.float32)
    classes[0, ALPHABET.index(symbol)] = 0.9
    seen = shown.frames.copy()
    if framed:
        seen[int(centre / FRAME)] = [*classes[0], 0.01]
    return replace(
        shown,
        objectness=np.insert(shown.objectness, at, objectness),
        centres=np.insert(shown.centres, at, centre),
        widths=np.insert(shown.widths, at, shown.widths[0]),
        classes=np.insert(shown.classes, at, classes, axis=0),
        frames=seen,
    )


def without_box(shown: Evidence, at: int) -> Evidence:
    """The same strip, one character shown by the frames alone."""
    return replace(
        shown,
        objectness=np.delete(shown.objectness, at),
        centres=np.delete(shown.centres, at),
        widths=np.delete(shown.widths, at),
        classes=np.delete(shown.classes, at, axis=0),
    )


def with_valid(vin: str) -> str:
    return vin[:CHECK_POSITION] + check_digit(vin) + vin[CHECK_POSITION + 1 :]


@pytest.mark.parametrize("heads", ["both", "boxes", "frames"])
def test_a_clear_strip_reads_as_it_stands(heads):
    shown = evidence(VIN)
    candidate = best(shown, DecodingConfig(heads=heads))
    assert candidate.text == VIN
    assert candidate.corrected == candidate.disputed == ()
    assert np.abs(candidate.centres - shown.centres).max() <= FRAME
    assert candidate.widths == pytest.approx(np.full(17, 40), abs=4)
    assert candidate.probabilities.shape == (17, 33)
    assert candidate.probabilities.sum(axis=1) == pytest.approx(np.ones(17))
    assert candidate.probabilities.max(axis=1) == pytest.approx(np.full(17, 0.97), abs=0.01)
    assert candidate.certainty == pytest.approx(np.full(17, 0.97), abs=0.03)


def test_boxes_tell_the_places_where_both_heads_are_heard():
    shown = evidence(VIN, pitch=47.3)
    assert best(shown).centres.tolist() == shown.centres.tolist()


def test_sight_is_the_likelihood_of_what_was_seen():
    candidate = best(evidence(VIN), DecodingConfig(heads="boxes"))
    expected = 17 * (np.log(0.98) + np.log(0.97))  # evenly set: no cost for the gaps
    assert candidate.sight == pytest.approx(expected, abs=0.01)


def test_both_heads_are_heard_with_their_weights():
    shown = evidence(VIN, framed=VIN[:5] + "8" + VIN[6:])
    sights = {
        heads: {c.text: c.sight for c in decode(shown, DecodingConfig(heads=heads))}
        for heads in ("boxes", "frames")
    }
    candidate = best(shown, DecodingConfig(boxes_weight=0.9))
    assert candidate.text == VIN
    in_frames = sights["frames"][VIN[:5] + "8" + VIN[6:]] + np.log(0.03 / 32 / 0.97)
    assert candidate.sight == pytest.approx(0.9 * sights["boxes"][VIN] + 0.1 * in_frames, abs=0.1)


@settings(max_examples=25, deadline=None)
@given(vins, st.floats(34, 52), st.floats(10, 60), st.sampled_from(["both", "boxes"]))
def test_clear_sight_is_never_overruled(vin, pitch, start, heads):
    """Not by a wrong check digit, an unknown maker or letters in the serial number."""
    candidate = best(evidence(vin, pitch, start), DecodingConfig(heads=heads))
    assert candidate.text == vin
    assert candidate.corrected == ()


@pytest.mark.parametrize("text", ["", "1", VIN[:16]])
def test_fewer_than_seventeen_boxes_are_no_number_of_theirs(text):
    assert decode(evidence(text), DecodingConfig(heads="boxes")) == ()


@pytest.mark.parametrize("missing", [0, 7, 16])
def test_what_the_frames_show_and_no_box_does_is_read(missing):
    candidate = best(without_box(evidence(VIN), missing))
    assert candidate.text == VIN
    assert candidate.centres[missing] == pytest.approx(60 + 50 * missing, abs=FRAME)
    assert candidate.certainty[missing] < 0.2 < candidate.certainty[missing - 1]


def test_frames_alone_need_no_box():
    shown = evidence(VIN)
    bare = replace(shown, **{n: getattr(shown, n)[:0] for n in BOXES})
    assert best(bare, DecodingConfig(heads="frames")).text == VIN
    assert best(bare).text == VIN


@pytest.mark.parametrize("heads", ["both", "frames"])
def test_half_a_number_is_none_or_far_from_certain(heads):
    for candidate in decode(evidence(VIN[:9]), DecodingConfig(heads=heads)):
        assert candidate.sight < -15


def test_a_dispute_of_the_heads_is_told_and_makes_doubt():
    candidate = best(evidence(VIN, framed=VIN[:5] + "8" + VIN[6:]))
    assert candidate.text in (VIN, VIN[:5] + "8" + VIN[6:])
    assert candidate.disputed == (6,)
    assert candidate.certainty[5] < 0.6
    assert candidate.certainty[4] > 0.9


def test_the_surer_head_prevails():
    shown = evidence(VIN, doubts={5: {"M": 0.5, "N": 0.45}})
    surer = frames(shown.centres, symbols(VIN, 0.97, {}))
    candidate = best(replace(shown, frames=surer))
    assert candidate.text == VIN
    assert candidate.disputed == ()


def test_heads_that_see_a_character_at_different_places_dispute_it():
    shown = evidence(VIN, pitch=48)
    moved = replace(shown, centres=shown.centres + np.float32(40))
    candidate = best(moved)
    assert candidate.text == VIN
    assert len(candidate.disputed) == 17


@pytest.mark.parametrize(("before", "after"), [("X", "X"), ("", "X"), ("XX", ""), ("J", "7")])
@pytest.mark.parametrize("heads", ["both", "boxes"])
def test_marks_around_the_number_are_left_out(before, after, heads):
    """Stars are read as some symbol; the check digit tells which seventeen are the number."""
    shown = evidence(before + VIN + after, pitch=45)
    candidates = decode(shown, DecodingConfig(heads=heads))
    assert candidates[0].text == VIN
    first = len(before)
    assert candidates[0].centres.tolist() == shown.centres[first : first + 17].tolist()


def test_candidates_come_best_first_and_once():
    candidates = decode(evidence("XX" + VIN + "XX", pitch=40))
    scores = [candidate.score for candidate in candidates]
    assert len(scores) > 1
    assert scores == sorted(scores, reverse=True)
    assert len({candidate.text for candidate in candidates}) == len(candidates)


def test_strips_together_read_as_they_do_alone():
    strips = [evidence(VIN), evidence("X" + VIN, pitch=45), evidence(VIN[::-1], sure=0.6)]
    for shown, candidates in zip(strips, decode_all(strips), strict=True):
        alone = decode(shown)
        assert [c.text for c in candidates] == [c.text for c in alone]
        assert [c.score for c in candidates] == pytest.approx([c.score for c in alone])


@pytest.mark.parametrize("heads", ["both", "boxes"])
def test_a_faint_box_between_two_characters_is_left_out(heads):
    shown = with_box(evidence(VIN), at=9, centre=60 + 50 * 8.5, objectness=0.2, symbol="T")
    candidate = best(shown, DecodingConfig(heads=heads))
    assert candidate.text == VIN
    assert 60 + 50 * 8.5 not in candidate.centres


def test_a_faint_character_in_its_place_is_taken():
    """The gap it would leave is worse than how faint it is."""
    shown = evidence("7" + VIN, objectness={0: 0.3, 9: 0.15})
    candidate = best(shown, DecodingConfig(heads="boxes"))
    assert candidate.text == VIN
    assert shown.centres[9] in candidate.centres


def test_a_distant_box_is_not_part_of_the_number():
    shown = evidence(VIN, pitch=36)
    far = with_box(shown, 17, float(shown.centres[-1]) + 200, 0.9, "8", framed=True)
    assert best(far).text == VIN


def test_a_number_set_in_groups_is_read_whole():
    shown = evidence(VIN, pitch=36)
    gaps = np.float32(90) * (np.arange(17) >= 3) + np.float32(110) * (np.arange(17) >= 9)
    centres = (shown.centres + gaps).astype(np.float32)
    grouped = replace(shown, centres=centres, frames=frames(centres, shown.classes))
    assert best(grouped).text == VIN
    assert best(grouped).centres.tolist() == centres.tolist()


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


def test_a_maker_on_record_decides_between_two_sights():
    """WVW is a maker's, VVW nobody's."""
    vin = "WVWZZZ1KZAW000008"
    candidate = best(evidence(vin, doubts={0: {"V": 0.5, "W": 0.45}}))
    assert candidate.text == vin
    assert candidate.corrected == (1,)


def test_what_its_maker_writes_decides_between_two_sights():
    """Of 8 and B, seen about as well, Ford of Europe writes the letter."""
    shown = "WF0AXX8JAA0000003"
    candidate = best(evidence(shown, doubts={6: {"8": 0.6, "B": 0.38}}))
    assert candidate.text == "WF0AXXBJAA0000003"
    assert candidate.corrected == (7,)
    assert best(evidence(shown, doubts={6: {"8": 0.95, "B": 0.04}})).text == shown


def test_a_symbol_that_the_eye_did_not_see_is_never_put_in():
    vin = with_valid("1FTSW21P05EA00001")
    candidate = best(evidence(vin, doubts={3: {"5": 0.9, "S": 0.09}}))
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


def test_no_year_is_coded_by_u():
    vin = with_valid("1FTSW21P0VEA00001")
    candidate = best(evidence(vin, doubts={9: {"U": 0.5, "V": 0.45}}))
    assert (candidate.text, candidate.corrected) == (vin, (10,))


@settings(max_examples=25, deadline=None)
@given(vins, st.integers(0, 16), st.sampled_from(ALPHABET), st.floats(0.15, 0.45))
def test_at_most_what_was_seen_is_told(vin, place, symbol, probability):
    """Every symbol of the answer was the eye's first or second sight at its place."""
    doubts = {place: {vin[place]: 0.5, symbol: probability}}
    candidate = best(evidence(vin, doubts=doubts))
    expected = {vin, vin[:place] + symbol + vin[place + 1 :]}
    assert candidate.text in expected
    assert set(candidate.corrected) <= {place + 1}
