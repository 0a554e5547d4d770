"""Two witnesses: agreement is believed, contradiction never, a bar code alone where it suffices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_quality import look
from vinreader.barcodes import FoundClaim
from vinreader.claims import Weight
from vinreader.looks import Look
from vinreader.region import Region
from vinreader.results import (
    Barcode,
    CheckDigit,
    Reading,
    Source,
    Status,
    Symbology,
    as_quad,
)
from vinreader.vin import ALPHABET
from vinreader.witnesses import (
    ONE_LABEL,
    PRINT_TOO,
    WitnessConfig,
    concerning,
    confirming,
    hear,
)

VIN = "1M8GDM9AXKP042788"
OTHER = "JS3TD62V6Y4100123"
SIMILAR = "1M8GDM9AXKP042786"
QUAD = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))
NOT_FOUND = Reading(Status.NOT_FOUND, advice=("Show it.",))


def claim(vin: str = VIN, weight: Weight = Weight.PROVE) -> FoundClaim:
    return FoundClaim(Barcode(vin, Symbology.CODE_39, QUAD), weight)


def text(vin: str = VIN, status: Status = Status.READ, confidence: float = 0.9) -> Reading:
    return Reading(
        status, vin, confidence, CheckDigit.VALID, Source.TEXT, quad=QUAD, advice=("Step closer.",)
    )


def heard(told: Reading, looks: list[Look], *claims: FoundClaim) -> Reading:
    agreed = confirming(looks, claims)
    agreeing = text(agreed.candidate.text, Status.READ, 0.4) if agreed else None
    return hear(told, agreeing, looks, claims, WitnessConfig())


def test_without_bar_codes_the_text_stands() -> None:
    for told in (text(), text(status=Status.RETAKE), NOT_FOUND):
        assert heard(told, [look(VIN)]) == told


@pytest.mark.parametrize("weight", Weight)
def test_agreement_is_near_certain_and_makes_a_retake_read(weight: Weight) -> None:
    for status in (Status.READ, Status.RETAKE):
        reading = heard(text(status=status), [look(VIN)], claim(weight=weight))
        assert (reading.status, reading.vin, reading.source) == (Status.READ, VIN, Source.BOTH)
        assert reading.confidence == pytest.approx(0.9994)
        assert reading.barcodes == (claim().barcode,)
        assert (reading.advice, reading.quad) == ((), QUAD)


def test_agreement_is_never_certain() -> None:
    agreeing = text(confidence=1.0)
    reading = hear(text(), agreeing, [look(VIN)], [claim()], WitnessConfig())
    assert reading.confidence == 0.9999


def test_a_look_that_lost_the_vote_confirms_a_bar_code_of_an_unsure_text() -> None:
    looks = [look(OTHER, score=-1.0), look(VIN, score=-12.0)]
    reading = heard(text(OTHER, Status.RETAKE), looks, claim())
    assert (reading.status, reading.vin, reading.source) == (Status.READ, VIN, Source.BOTH)


def test_a_text_that_is_believed_is_not_outvoted_by_such_a_look() -> None:
    looks = [look(OTHER, score=-1.0), look(VIN, score=-12.0)]
    reading = heard(text(OTHER), looks, claim())
    assert (reading.status, reading.vin) == (Status.RETAKE, OTHER)


@pytest.mark.parametrize("weight", [Weight.OBJECT, Weight.PROVE])
@pytest.mark.parametrize("other", [OTHER, SIMILAR])
def test_contradiction_is_a_retake_that_shows_both(weight: Weight, other: str) -> None:
    for status in (Status.READ, Status.RETAKE):
        reading = heard(text(other, status), [look(other)], claim(weight=weight))
        assert (reading.status, reading.vin) == (Status.RETAKE, other)
        assert [barcode.vin for barcode in reading.barcodes] == [VIN]
        assert (reading.advice, reading.confidence) == ((ONE_LABEL,), 0.5)


def test_a_contradiction_does_not_make_an_unsure_text_surer() -> None:
    reading = heard(text(OTHER, Status.RETAKE, 0.1), [look(OTHER)], claim())
    assert reading.confidence == 0.1


def test_what_only_confirms_contradicts_nothing() -> None:
    told = text(OTHER)
    assert heard(told, [look(OTHER)], claim(weight=Weight.CONFIRM)) == told
    assert heard(NOT_FOUND, [], claim(weight=Weight.CONFIRM)) == NOT_FOUND


def test_a_bar_code_that_proves_itself_needs_no_text() -> None:
    dim = look(OTHER, score=-20.0)
    for told, looks in ((NOT_FOUND, []), (text(OTHER, Status.RETAKE), [dim])):
        reading = heard(told, looks, claim())
        assert (reading.status, reading.vin, reading.source) == (Status.READ, VIN, Source.BARCODE)
        assert reading.confidence == 0.99
        assert (reading.characters, reading.quad, reading.advice) == ((), None, ())
        assert reading.vehicle is not None
        assert reading.vehicle.wmi == "1M8"


def test_one_that_does_not_is_a_guess() -> None:
    reading = heard(NOT_FOUND, [], claim(weight=Weight.OBJECT))
    assert (reading.status, reading.vin, reading.source) == (Status.RETAKE, VIN, Source.BARCODE)
    assert (reading.advice, reading.confidence) == ((PRINT_TOO,), 0.8)


@pytest.mark.parametrize("told", [text(), text(status=Status.RETAKE), NOT_FOUND])
def test_bar_codes_of_two_vehicles_are_never_read(told: Reading) -> None:
    looks = [look(VIN)] if told.vin else []
    reading = heard(told, looks, claim(), claim(OTHER))
    assert reading.status is Status.RETAKE
    assert {barcode.vin for barcode in reading.barcodes} == {VIN, OTHER}
    assert (reading.advice, reading.confidence) == ((ONE_LABEL,), 0.5)


def doubting(vin: str, position: int, symbol: str, probability: float) -> Look:
    """A clear look at `vin` that held another symbol possible at a position (from 0)."""
    seen = look(vin)
    probabilities = seen.candidate.probabilities.copy()
    probabilities[position, ALPHABET.index(symbol)] = probability
    return replace(seen, candidate=replace(seen.candidate, probabilities=probabilities))


def test_a_look_that_held_the_bar_code_s_number_possible_does_not_deny_it() -> None:
    unsure = text(SIMILAR, Status.RETAKE)
    assert SIMILAR[16] != VIN[16]
    allowed = heard(unsure, [doubting(SIMILAR, 16, VIN[16], 0.2)], claim())
    assert (allowed.status, allowed.source) == (Status.READ, Source.BARCODE)
    excluded = heard(unsure, [doubting(SIMILAR, 16, VIN[16], 0.001)], claim())
    assert excluded.status is Status.RETAKE


def test_a_look_that_shows_nothing_for_certain_denies_a_number_of_other_characters() -> None:
    """Every symbol is possible everywhere: that alone makes the numbers no more alike."""
    seen = look(OTHER)
    flat = np.full_like(seen.candidate.probabilities, 1 / 33)
    vague = replace(seen, candidate=replace(seen.candidate, probabilities=flat))
    assert heard(text(OTHER, Status.RETAKE), [vague], claim()).status is Status.RETAKE


vins = st.sampled_from([VIN, OTHER, SIMILAR])
spoken = st.just(NOT_FOUND) | st.builds(text, vins, st.sampled_from([Status.READ, Status.RETAKE]))
seen = st.builds(look, vins, score=st.sampled_from([-1.0, -20.0]))


@given(
    spoken, st.lists(seen, max_size=3), st.lists(st.builds(claim, vins, st.sampled_from(Weight)))
)
def test_nothing_is_read_that_a_bar_code_denies(
    told: Reading, looks: list[Look], claims: list[FoundClaim]
) -> None:
    reading = heard(told, looks, *claims)
    denying = {one.vin for one in claims if one.weight >= Weight.OBJECT} - {reading.vin}
    if reading.status is Status.READ:
        assert not denying
        if reading.source is Source.BARCODE:
            assert claim(str(reading.vin), Weight.PROVE) in claims
        if told.status is Status.READ:
            assert reading.vin == told.vin
    else:
        assert denying <= {barcode.vin for barcode in reading.barcodes}
    assert (reading.vin is None) == (reading.status is Status.NOT_FOUND)


PHOTO = (1000, 400)
AIMED, BESIDE = Region(0, 0, 1, 0.25), Region(0, 0.5, 1, 0.5)


def outside(vin: str) -> FoundClaim:
    low = as_quad((x, y + 350) for x, y in QUAD)
    return FoundClaim(Barcode(vin, Symbology.CODE_39, low), Weight.PROVE)


def concerned(looks: list[Look], region: Region | None, *claims: FoundClaim) -> list[str]:
    config = WitnessConfig()
    return [one.vin for one in concerning(claims, looks, region, *PHOTO, config)]


def test_a_bar_code_outside_of_the_frame_does_not_deny_the_number_inside() -> None:
    assert concerned([look(VIN)], AIMED, outside(OTHER)) == []
    assert concerned([look(VIN)], AIMED, claim(OTHER)) == [OTHER]  # it stands inside
    assert concerned([look(VIN)], None, outside(OTHER)) == [OTHER]


def test_a_bar_code_outside_of_the_frame_still_speaks_of_the_number_inside() -> None:
    assert concerned([look(VIN)], AIMED, outside(VIN), outside(SIMILAR)) == [VIN, SIMILAR]


def test_a_bar_code_outside_counts_where_no_number_is_clear_inside() -> None:
    assert concerned([look(VIN, score=-9.0)], AIMED, outside(OTHER)) == [OTHER]
    assert concerned([look(VIN)], BESIDE, outside(OTHER)) == [OTHER]
    assert concerned([], AIMED, outside(OTHER)) == [OTHER]
