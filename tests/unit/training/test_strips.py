"""Strips are what their truth says: repeatable, boxes on ink, labels in order, negatives empty."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import cv2
import numpy as np
import pytest

from training.synthesis.fonts import faces
from training.synthesis.glyphs import CAP_HEIGHT, PAD, glyph_set, restyle_zero
from training.synthesis.lines import LineConfig, set_other_line, set_vin_line
from training.synthesis.numbers import CONFUSABLE, ON_THE_ROAD, WMIS, Numbers, random_vin
from training.synthesis.scripts import HELD_OUT_STROKES, TRAINED_STROKES, Script
from training.synthesis.strips import (
    READABLE,
    STRIP_HEIGHT,
    STRIP_WIDTH,
    Strip,
    StripConfig,
    StripSynthesiser,
)
from training.synthesis.styles import STYLES
from vinreader.makers import FORD_OF_EUROPE, departures
from vinreader.results import CheckDigit
from vinreader.vin import ALPHABET, LENGTH, is_well_formed, mandates_check_digit, verdict

pytestmark = pytest.mark.usefixtures("fonts")


def strips(number: int, seed: int = 5) -> Iterator[Strip]:
    synthesiser = StripSynthesiser(seed)
    return (synthesiser.make(index) for index in range(number))


def test_faces_held_out_are_never_trained_with() -> None:
    trained, reserved = faces(), faces(held_out=True)
    assert len(trained) >= 80
    assert len(reserved) >= 8
    assert not {face.path for face in trained} & {face.path for face in reserved}
    assert not set(TRAINED_STROKES) & set(HELD_OUT_STROKES)


def test_forty_faces_of_every_family_are_drawn_from() -> None:
    assert len(faces()) >= 40
    assert {face.family for face in faces()} >= {"grotesque", "engraved", "ocr", "monospaced"}
    assert sum(face.weight for face in faces()) == pytest.approx(1.0)


def test_a_strip_depends_on_seed_and_index_alone() -> None:
    forwards = [strip.image for strip in strips(6)]
    backwards = [StripSynthesiser(5).make(index).image for index in reversed(range(6))]
    for a, b in zip(forwards, reversed(backwards), strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(forwards[0], StripSynthesiser(6).make(0).image)


def test_strips_have_the_recognisers_size_and_boxes_from_left_to_right() -> None:
    for strip in strips(40):
        assert strip.image.shape == (STRIP_HEIGHT, STRIP_WIDTH)
        assert strip.image.dtype == np.uint8
        assert len(strip.boxes) == len(strip.labels)
        if len(strip.boxes):
            assert np.all(np.diff(strip.boxes.mean(axis=1)) > 0)
            assert np.all(strip.boxes[:, 1] > strip.boxes[:, 0])


def test_labels_spell_the_number() -> None:
    made = list(strips(60))
    assert sum(len(strip.labels) == 17 for strip in made) > 35
    for strip in made:
        assert "".join(ALPHABET[label] for label in strip.labels) == strip.text


def test_some_strips_hold_no_number() -> None:
    empty = sum(len(strip.boxes) == 0 for strip in strips(150))
    assert 5 <= empty <= 40  # 12 % on average


def test_every_style_is_drawn_often_enough() -> None:
    styles = [strip.style for strip in strips(300)]
    assert set(styles) == set(STYLES)
    assert min(style.share for style in STYLES.values()) >= 0.06
    assert sum(style.share for style in STYLES.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("name", STYLES)
def test_a_named_style_is_the_only_one(name: str) -> None:
    synthesiser = StripSynthesiser(1, config=StripConfig(styles=(name,), negative=0.0))
    assert {synthesiser.make(index).style for index in range(5)} == {name}


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="no such style: crayon"):
        StripConfig(styles=("crayon",))


def test_a_row_of_a_number_in_two_rows_spells_its_own_characters_alone() -> None:
    synthesiser = StripSynthesiser(4, config=StripConfig(negative=0.0, two_rows=1.0))
    for index in range(20):
        strip = synthesiser.make(index)
        assert 3 <= len(strip.text) <= 13
        assert "".join(ALPHABET[label] for label in strip.labels) == strip.text
        assert np.all(np.diff(strip.boxes, axis=1) < 140)


def test_a_number_that_another_tool_completed_has_ink_of_both_in_its_boxes() -> None:
    rng = np.random.default_rng(5)
    config = LineConfig(two_rows=0.0, two_hands=1.0)
    for _ in range(20):
        line = set_vin_line(rng, Script(), config)
        serial = line.serial
        assert serial
        assert 4 <= serial.count <= 14
        assert is_well_formed(line.text)
        lefts, rights = line.edges[:, 0, 0], line.edges[:, 1, 0]
        assert (lefts[1:] >= rights[:-1] - 12).all()  # strokes may be bolder than their place
        rows = slice(int(line.top) - 30, int(line.top + line.cap) + 30)  # baselines bend
        for place, (left, right) in enumerate(zip(lefts, rights, strict=True)):
            own = serial.ink if place >= len(line.text) - serial.count else line.ink
            assert own[rows, int(left) : int(np.ceil(right))].max() > 80
        first = int(lefts[-serial.count])
        assert not serial.ink[:, : first - 8].any()
        assert (line.own >= serial.ink).all()


def test_both_parts_of_a_completed_number_are_taught_and_can_be_readable() -> None:
    config = StripConfig(negative=0.0, two_rows=0.0, two_hands=1.0, low_resolution=0.0)
    synthesiser = StripSynthesiser(6, config=config)
    strips = [synthesiser.make(index) for index in range(60)]
    assert any(strip.legibility >= READABLE for strip in strips)
    assert sum(len(strip.text) == LENGTH for strip in strips) > 40


def test_ink_lies_in_the_boxes_and_not_between_the_lines() -> None:
    rng = np.random.default_rng(3)
    for _ in range(10):
        line = set_vin_line(rng, Script(), LineConfig(two_rows=0.0))
        rows = line.ink[int(line.top) : int(line.top + line.cap)]
        for (left, _), (right, _) in line.edges:
            assert rows[:, int(left) : int(np.ceil(right))].max() > 80
        assert is_well_formed(line.text)


def test_a_line_without_a_number_has_no_boxes() -> None:
    line = set_other_line(np.random.default_rng(0), Script(), LineConfig(), empty=False)
    assert line.edges.shape == (0, 2, 2)
    assert line.ink.max() > 0


def test_four_fifths_of_the_numbers_have_a_valid_check_digit() -> None:
    rng = np.random.default_rng(1)
    numbers = [random_vin(rng) for _ in range(600)]
    assert all(map(is_well_formed, numbers))
    valid = sum(verdict(vin) is CheckDigit.VALID for vin in numbers) / len(numbers)
    assert 0.75 < valid < 0.88  # 80 % on purpose, and one in eleven of the rest by chance


def test_on_the_road_only_the_law_makes_check_digits_match() -> None:
    rng = np.random.default_rng(1)
    numbers = [random_vin(rng, ON_THE_ROAD) for _ in range(900)]
    mandated = [vin for vin in numbers if mandates_check_digit(vin)]
    others = [vin for vin in numbers if not mandates_check_digit(vin)]
    assert {verdict(vin) for vin in mandated} == {CheckDigit.VALID}
    valid = sum(verdict(vin) is CheckDigit.VALID for vin in others) / len(others)
    assert 0.12 < valid < 0.29  # 15 % on purpose, and one in eleven of the rest by chance
    assert all(vin[:3] in WMIS for vin in numbers)


def test_on_the_road_numbers_are_built_as_their_makers_do() -> None:
    rng = np.random.default_rng(1)
    numbers = [random_vin(rng, ON_THE_ROAD) for _ in range(900)]
    assert not any(map(departures, numbers))
    ninths = {vin[8] for vin in numbers if vin[3:6] == "ZZZ"}
    assert "Z" in ninths
    assert len(ninths) > 3
    assert any(vin[:3] in FORD_OF_EUROPE and vin[4:6] == "XX" for vin in numbers)


def test_numbers_of_look_alikes_are_taught_and_else_drawn_by_chance_alone() -> None:
    def share(alike: float) -> float:
        rng = np.random.default_rng(3)
        numbers = "".join(random_vin(rng, Numbers(alike=alike)) for _ in range(400))
        return sum(symbol in CONFUSABLE for symbol in numbers) / len(numbers)

    assert share(0.0) == pytest.approx(0.5, abs=0.06)
    assert share(1.0) == pytest.approx(0.75, abs=0.06)


def test_a_strip_is_its_photo_stretched() -> None:
    for index in range(6):
        strip = StripSynthesiser(9).make(index)
        tall, wide = strip.photo.shape
        small = cv2.resize(strip.image, (wide, tall), interpolation=cv2.INTER_AREA)
        alike = np.corrcoef(small.ravel(), strip.photo.ravel())[0, 1]
        assert alike > 0.9, index


def test_every_symbol_is_written_often_enough() -> None:
    rng = np.random.default_rng(2)
    text = "".join(random_vin(rng) for _ in range(600))
    rarest = min(count for count in (text.count(symbol) for symbol in ALPHABET))
    assert rarest > 0.008 * len(text)


def test_a_marked_zero_differs_from_a_plain_one_in_its_middle() -> None:
    face = next(face for face in faces() if face.path.name == "LiberationSans-Regular.ttf")
    plain = glyph_set(face.path)["0"]
    middle = np.s_[PAD + CAP_HEIGHT // 2, plain.mask.shape[1] // 2]
    assert plain.mask[middle] == 0
    for style in ("slash", "dot"):
        assert restyle_zero(plain, style).mask[middle] > 128


def test_the_stream_can_start_anywhere() -> None:
    synthesiser = StripSynthesiser(8)
    late = next(index for index in count(1000) if len(synthesiser.make(index).labels) == 17)
    assert np.array_equal(synthesiser.make(late).image, StripSynthesiser(8).make(late).image)
