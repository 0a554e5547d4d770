"""The grade of a strip falls with whatever makes a person doubt."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest

from training.synthesis.glyphs import CAP_HEIGHT, PAD, Alphabet, stroke_set
from training.synthesis.legibility import READABLE, legibility, sampling
from training.synthesis.lines import SetLine
from training.synthesis.lookalikes import CELLS, NEAREST, differences

TEXT = "WVWZZZ1JZ3W386752"
TOP, PITCH = 12, 56
HEIGHT, WIDTH = 32, 480
SHARP = 0.03
"""Blur of a clear photo against the cap height."""


def line(text: str = TEXT, alphabet: Alphabet | None = None) -> SetLine:
    """The text set in the middle of a canvas that is as a strip is cut."""
    alphabet = alphabet or stroke_set("engraver", 3)
    ink = np.zeros((CAP_HEIGHT + 2 * TOP, PITCH * 17 + 40), np.uint8)
    edges = []
    for i, symbol in enumerate(text):
        mask = alphabet[symbol].mask
        left = 20 + PITCH * i
        place = ink[TOP - PAD : TOP + CAP_HEIGHT + PAD, left : left + mask.shape[1]]
        np.maximum(place, mask, out=place)
        middle = TOP + CAP_HEIGHT / 2
        edges.append([[left, middle], [left + mask.shape[1], middle]])
    span = (20.0, float(ink.shape[1] - 20))
    places = np.array(edges, np.float32).reshape(-1, 2, 2)
    return SetLine(ink, ink, TOP, CAP_HEIGHT, span, places, text, alphabet)


def covered(made: SetLine, blur: float = SHARP) -> np.ndarray:
    """(32, 480) its coverage in a strip, with a blur given against the cap height."""
    soft = cv2.GaussianBlur(made.own.astype(np.float32) / 255, (0, 0), blur * CAP_HEIGHT)
    return cv2.resize(soft, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def grey(ink: np.ndarray, contrast: float = 140.0, noise: float = 2.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    picture = 60 + contrast * ink + rng.normal(0, noise, ink.shape)
    return picture.clip(0, 255).astype(np.uint8)


def grade(made: SetLine, strip: np.ndarray, blur: float = SHARP) -> float:
    points, widths = sampling(made)
    points = points * np.array([WIDTH / made.own.shape[1], HEIGHT / made.own.shape[0]])
    apart = differences(made.alphabet, made.text, blur, blur)
    return legibility(strip, covered(made, blur), points, widths, apart)


def falling(values: list[float]) -> bool:
    return all(a > b for a, b in pairwise(values))


def test_clear_print_is_readable() -> None:
    made = line()
    assert grade(made, grey(covered(made))) > READABLE + 0.15


def test_the_grade_depends_on_what_it_is_given_alone() -> None:
    made, other = line(), line(alphabet=stroke_set("slab", 5))
    strip = grey(covered(made))
    first = grade(made, strip)
    grade(other, grey(covered(other)))
    assert grade(made, strip) == first


def test_blur_makes_it_fall() -> None:
    made = line()
    blurs = (0.03, 0.08, 0.14, 0.2, 0.3)
    grades = [grade(made, grey(covered(made, blur)), blur) for blur in blurs]
    assert falling(grades)
    assert grades[-1] < READABLE


def test_noise_makes_it_fall() -> None:
    made = line()
    ink = covered(made)
    grades = [grade(made, grey(ink, 40.0, noise)) for noise in (2.0, 15.0, 30.0, 60.0)]
    assert falling(grades)
    assert grades[-1] < READABLE


def test_faintness_makes_it_fall() -> None:
    made = line()
    ink = covered(made)
    grades = [grade(made, grey(ink, contrast)) for contrast in (140.0, 20.0, 8.0, 3.0)]
    assert falling(grades)
    assert grades[-1] < READABLE


@pytest.mark.parametrize(("alike", "unlike"), [("8", "4"), ("0", "6"), ("B", "K")])
def test_symbols_that_look_like_others_need_a_better_picture(alike: str, unlike: str) -> None:
    hard, easy = line(alike * 17), line(unlike * 17)
    for blur, noise in ((0.05, 25.0), (0.15, 5.0)):
        worse = grade(hard, grey(covered(hard, blur), 90.0, noise), blur)
        better = grade(easy, grey(covered(easy, blur), 90.0, noise), blur)
        assert worse < better


def test_the_alphabet_counts_and_not_the_symbol() -> None:
    mixed = stroke_set("engraver", 3)
    confusing = mixed.changed("B", mixed["8"])  # a maker whose B is an 8
    made = line("8" * 17, mixed)
    strip = grey(covered(made))
    assert grade(made, strip) > READABLE
    assert grade(replace(made, alphabet=confusing), strip) < 0.1


def test_one_hidden_character_is_enough() -> None:
    made = line()
    strip = grey(covered(made))
    strip[:, 84:116] = 250
    assert grade(made, strip) < 0.1


def test_what_tells_a_character_from_another_must_be_seen() -> None:
    made = line("E" * 17)
    strip = grey(covered(made))
    head, foot = strip.copy(), strip.copy()
    head[:6] = strip[:6].mean()  # an E without a head is an E
    foot[22:] = strip[22:].mean()  # without its foot it may be an F
    assert grade(made, foot) < READABLE
    assert grade(made, foot) < grade(made, head)


def test_one_character_cut_off_is_enough() -> None:
    made = line()
    points, widths = sampling(made)
    points = points * np.array([WIDTH / made.own.shape[1], HEIGHT / made.own.shape[0]])
    ink, apart = covered(made), differences(made.alphabet, TEXT, SHARP, SHARP)
    grades = []
    for cut in (0, 10, 12, 40):
        part = np.ascontiguousarray(ink[:, cut:])
        moved = points - np.array([cut, 0])
        grades.append(legibility(grey(part), part, moved, widths, apart))
    assert falling(grades)
    assert grades[-1] == 0.0


def test_shading_without_tone_can_be_read() -> None:
    made = line()
    ink = covered(made)
    slope = cv2.Sobel(ink, cv2.CV_32F, 1, 0) + cv2.Sobel(ink, cv2.CV_32F, 0, 1)
    strong, weak = ((100 + k * slope).clip(0, 255).astype(np.uint8) for k in (25, 2))
    assert grade(made, weak) < READABLE < grade(made, strong)


def test_a_strip_without_characters_has_none() -> None:
    assert grade(line(""), np.zeros((HEIGHT, WIDTH), np.uint8)) == 0.0


def test_differences_are_small_between_lookalikes_and_fall_with_blur() -> None:
    alphabet = stroke_set("engraver", 3)
    sharp, soft = (differences(alphabet, "08A", blur, blur) for blur in (0.03, 0.2))
    assert sharp.shape == (3, NEAREST, 4, CELLS[0] * CELLS[1])
    tone = sharp[:, :, 0].sum(axis=2)
    assert (tone > 0).all()
    assert tone[0].min() < tone[2].min()  # D is nearer to 0 than any symbol to A
    assert (soft[:, :, 0].sum(axis=2).min(axis=1) < tone.min(axis=1)).all()
