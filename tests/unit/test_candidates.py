"""The whole numbers that compete: who is among them, what each is given, what is asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_quality import INVALID, NOT_APPLICABLE, VALID, look
from vinreader.candidates import CandidatesConfig, offered, ranked, shares, spelt
from vinreader.looks import Look
from vinreader.quality import TAKE_CLOSER, TWO_NUMBERS
from vinreader.questions import QuestionConfig, question_of, sentence
from vinreader.results import (
    Barcode,
    CheckDigit,
    Defect,
    Question,
    Reading,
    Source,
    Status,
    Symbology,
    VinCandidate,
)
from vinreader.vin import ALPHABET, differing, verdict

CONFIG = CandidatesConfig()
QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))
FOREIGN = "JS3TD62V6Y4100123"


def text(vin: str = VALID, confidence: float = 0.5, status: Status = Status.RETAKE) -> Reading:
    return Reading(status, vin, confidence, verdict(vin), Source.TEXT, quad=QUAD)


def torn(vin: str, **between: float) -> Look:
    """A look at a number which holds other symbols possible: `p4_B=0.2` a B in the fourth place."""
    seen = look(vin)
    probabilities = seen.candidate.probabilities
    for name, probability in between.items():
        place, symbol = int(name[1:].split("_")[0]) - 1, name.split("_")[1]
        probabilities[place, ALPHABET.index(symbol)] = probability
        probabilities[place, ALPHABET.index(vin[place])] -= probability
    return seen


def seen_in(one: Look) -> np.ndarray:
    """What a look saw, as all looks together."""
    return one.candidate.probabilities.astype(np.float64)


def put(vin: str, position: int, symbol: str) -> str:
    return vin[: position - 1] + symbol + vin[position:]


def test_the_number_that_is_read_comes_first_and_alone_where_nothing_else_is_possible() -> None:
    reading = offered(text(confidence=0.99, status=Status.READ), [look(VALID)], 1.5, CONFIG)
    assert reading.candidates == (VinCandidate(VALID, 0.99, CheckDigit.VALID),)
    assert reading.question is None


def test_a_doubtful_character_gives_a_second_number_and_a_question() -> None:
    other = put(NOT_APPLICABLE, 17, "7")
    reading = offered(text(NOT_APPLICABLE), [torn(NOT_APPLICABLE, p17_7=0.3)], 1.5, CONFIG)
    first, second, *_ = reading.candidates
    assert first == VinCandidate(NOT_APPLICABLE, 0.5, CheckDigit.NOT_APPLICABLE)
    assert (second.vin, second.differs_at) == (other, (17,))
    # As the eye divides the place between them, of what the first leaves.
    assert second.confidence == pytest.approx(0.5 * 0.3, abs=0.01)
    assert reading.question == Question(17, ("1", "7"), "Is the 17th character a 1 or a 7?")


def test_a_number_that_another_look_read_competes() -> None:
    looks = [look(NOT_APPLICABLE), look(FOREIGN, score=-2.0)]
    reading = offered(text(NOT_APPLICABLE), looks, 1.5, CONFIG)
    assert FOREIGN in [one.vin for one in reading.candidates]
    assert reading.question is None  # they differ in far more than a character


def test_the_check_digit_orders_what_the_eye_holds_possible() -> None:
    """Two symbols are as likely in one place, and one of them makes the check digit right."""
    right = VALID
    wrong = put(VALID, 17, "3")
    seen = torn(put(VALID, 17, "B"), p17_8=0.3, p17_3=0.3)
    weights = ranked(seen.candidate.text, [seen], np.ones(1), seen_in(seen), CONFIG)
    assert weights[right] > weights[wrong] + CONFIG.checked


def test_the_check_digit_invents_nothing() -> None:
    """No number with a right check digit is thought of that the eye rules out."""
    weights = ranked(
        INVALID,
        [look(INVALID)],
        np.ones(1),
        seen_in(look(INVALID)),
        replace(CONFIG, held_possible=0.01),
    )
    assert list(weights) == [INVALID]


def test_few_numbers_compete() -> None:
    doubtful = torn(VALID, p3_6=0.4, p6_N=0.4, p8_4=0.4, p12_D=0.4, p15_1=0.4, p17_B=0.4)
    seen = seen_in(doubtful)
    assert len(ranked(VALID, [doubtful], np.ones(1), seen, CONFIG)) == 1 + CONFIG.considered
    assert len(spelt(seen, CONFIG)) == CONFIG.spelt
    assert len(offered(text(), [doubtful], 1.5, CONFIG).candidates) == CONFIG.told


def test_numbers_are_spelt_best_first() -> None:
    seen = seen_in(torn(VALID, p4_B=0.3, p17_3=0.1))
    config = replace(CONFIG, held_possible=0.01)
    both = put(put(VALID, 4, "B"), 17, "3")
    assert spelt(seen, config) == [VALID, put(VALID, 4, "B"), put(VALID, 17, "3"), both]


@given(
    st.dictionaries(st.sampled_from("ABCDEFGH"), st.floats(-900, 5), min_size=1),
    st.floats(0, 1),
    st.floats(0, 1),
)
def test_all_share_one_whole(weights: dict[str, float], confidence: float, part: float) -> None:
    first = next(iter(weights))
    left = (1 - confidence) * part
    told = shares(weights, first, confidence, left)
    assert set(told) == weights.keys() - {first}
    assert sum(told.values()) <= left + 1e-9
    assert all(0 <= share <= confidence for share in told.values())
    for one, other in zip(told, list(told)[1:], strict=False):
        assert (told[one] - told[other]) * (weights[one] - weights[other]) >= -1e-12


vins = st.text(ALPHABET, min_size=17, max_size=17)
codes = st.builds(Barcode, vins, st.sampled_from(Symbology), st.just(QUAD))


@given(
    st.lists(st.tuples(vins, st.floats(-40, 0)), min_size=1, max_size=5),
    st.floats(0, 1).map(lambda confidence: round(confidence, 4)),
    st.sampled_from(Status),
    st.lists(codes, max_size=2).map(tuple),
)
def test_candidates_are_consistent(
    shown: list[tuple[str, float]], confidence: float, status: Status, said: tuple[Barcode, ...]
) -> None:
    looks = [look(vin, score=score) for vin, score in shown]
    vin = shown[0][0]
    reading = offered(replace(text(vin, confidence, status), barcodes=said), looks, 1.5, CONFIG)
    first, *others = reading.candidates
    assert first == VinCandidate(vin, confidence, verdict(vin))
    assert len(others) < CONFIG.told
    told = [one.confidence for one in reading.candidates]
    assert told == sorted(told, reverse=True)
    assert sum(told) <= 1 + 1e-9
    assert len({one.vin for one in reading.candidates}) == len(reading.candidates)
    for one in others:
        assert one.check_digit is verdict(one.vin)
        assert one.differs_at == differing(one.vin, vin) != ()
    if reading.question:
        assert status is Status.RETAKE
        answers = {put(vin, reading.question.position, s) for s in reading.question.symbols}
        assert vin in answers
        assert answers <= {one.vin for one in reading.candidates}


def test_a_bar_code_that_differs_is_as_good_a_candidate() -> None:
    code = Barcode(FOREIGN, Symbology.CODE_39, QUAD)
    denied = replace(text(VALID, 0.5), barcodes=(code, code))
    reading = offered(denied, [torn(VALID, p17_3=0.3)], 1.5, CONFIG)
    assert [(one.vin, one.confidence) for one in reading.candidates] == [
        (VALID, 0.5),
        (FOREIGN, 0.5),
    ]
    assert reading.question is None


def test_one_character_between_text_and_bar_code_is_asked_for() -> None:
    code = Barcode(put(VALID, 4, "6"), Symbology.CODE_39, QUAD)
    reading = offered(replace(text(VALID, 0.5), barcodes=(code,)), [look(VALID)], 1.5, CONFIG)
    assert reading.question == Question(4, ("G", "6"), "Is the 4th character a G or a 6?")


def test_a_number_that_a_bar_code_says_has_no_rivals_but_other_bar_codes() -> None:
    codes = tuple(Barcode(vin, Symbology.CODE_39, QUAD) for vin in (FOREIGN, VALID))
    alone = replace(text(FOREIGN, 0.5), source=Source.BARCODE, barcodes=codes, quad=None)
    reading = offered(alone, [torn(NOT_APPLICABLE, p17_7=0.3)], 1.5, CONFIG)
    assert [one.vin for one in reading.candidates] == [FOREIGN, VALID]
    assert reading.question is None


def test_where_no_number_is_there_are_no_candidates() -> None:
    nothing = Reading(Status.NOT_FOUND)
    assert offered(nothing, [look(VALID)], 1.5, CONFIG) == nothing


def asked(reading: Reading, *others: VinCandidate, rest: float = 0.99) -> Question | None:
    """About a number at whose first place the eye gives its symbol the probability `rest`, and at
    all others one."""
    seen = np.zeros((17, len(ALPHABET)))
    seen[np.arange(17), [ALPHABET.index(symbol) for symbol in VALID]] = 1.0
    seen[0, ALPHABET.index(VALID[0])] = rest
    first = VinCandidate(VALID, 0.5, CheckDigit.VALID)
    told = replace(reading, candidates=(first, *others))
    return question_of(told, seen, QuestionConfig())


def other(position: int, symbol: str, confidence: float) -> VinCandidate:
    vin = put(VALID, position, symbol)
    return VinCandidate(vin, confidence, verdict(vin), (position,))


def test_the_position_with_most_of_the_doubt_is_asked_for() -> None:
    three = asked(text(), other(12, "D", 0.2), other(12, "8", 0.1))
    assert three == Question(12, ("0", "D", "8"), "Is the 12th character a 0, a D or an 8?")
    question = asked(text(), other(12, "D", 0.1), other(16, "3", 0.05))
    assert question is not None
    assert (question.position, question.symbols) == (12, ("0", "D"))


def test_a_question_passes_over_what_differs_in_more() -> None:
    vin = put(put(VALID, 4, "6"), 12, "D")
    two = VinCandidate(vin, 0.3, verdict(vin), (4, 12))
    question = asked(text(), two, other(12, "D", 0.1))
    assert question is not None
    assert question.symbols == ("0", "D")
    assert asked(text(), two) is None


def test_nothing_is_asked_where_asking_is_of_no_use() -> None:
    doubt = other(12, "D", 0.2)
    assert asked(text(), doubt) is not None
    assert asked(text()) is None
    assert asked(text(status=Status.READ), doubt) is None
    assert asked(replace(text(), defects=(Defect("cut_off", 0.6),)), doubt) is None
    assert asked(replace(text(), defects=(Defect("blurry", 0.6),)), doubt) is not None
    assert asked(replace(text(), advice=(TWO_NUMBERS,)), doubt) is None
    assert asked(replace(text(), advice=(TAKE_CLOSER,)), doubt) is not None


@pytest.mark.parametrize(("rest", "useful"), [(0.29, False), (0.31, True)])
def test_nothing_is_asked_where_the_rest_is_in_doubt_too(rest: float, useful: bool) -> None:
    assert (asked(text(), other(12, "D", 0.2), rest=rest) is not None) is useful


def test_doubt_about_the_character_itself_is_none_about_the_rest() -> None:
    question = asked(text(), other(1, "J", 0.2), rest=0.1)
    assert question is not None
    assert question.text == "Is the 1st character a 1 or a J?"


@pytest.mark.parametrize(
    ("position", "symbols", "said"),
    [
        (1, ("1", "J"), "Is the 1st character a 1 or a J?"),
        (2, ("U", "V"), "Is the 2nd character a U or a V?"),
        (3, ("X", "K"), "Is the 3rd character an X or a K?"),
        (4, ("8", "B"), "Is the 4th character an 8 or a B?"),
        (11, ("A", "4"), "Is the 11th character an A or a 4?"),
        (12, ("H", "M", "N"), "Is the 12th character an H, an M or an N?"),
        (13, ("F", "L", "R"), "Is the 13th character an F, an L or an R?"),
        (17, ("S", "5", "E"), "Is the 17th character an S, a 5 or an E?"),
    ],
)
def test_questions_are_english(position: int, symbols: tuple[str, ...], said: str) -> None:
    assert sentence(position, symbols) == said


@given(vins, vins)
def test_numbers_differ_where_their_symbols_do(a: str, b: str) -> None:
    differs = differing(a, b)
    assert differs == differing(b, a)
    assert all(a[position - 1] != b[position - 1] for position in differs)
    mended = a
    for position in differs:
        mended = put(mended, position, b[position - 1])
    assert mended == b
