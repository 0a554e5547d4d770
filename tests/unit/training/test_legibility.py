"""The grade of a strip falls with whatever makes a person doubt."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from training.synthesis.legibility import READABLE, Sight, legibility

PLACES = np.array([[20 + 50 * i, 6, 52 + 50 * i, 26] for i in range(17)], np.float64)
CLEAR = Sight(cap=20.0, width=20.0, blur=0.4)


@pytest.fixture
def ink() -> np.ndarray:
    """(32, 960) coverage of seventeen characters, each in its place."""
    image = np.zeros((32, 960), np.float32)
    for i, symbol in enumerate("WVWZZZ1JZ3W386752"):
        at = (22 + 50 * i, 25)
        cv2.putText(image, symbol, at, cv2.FONT_HERSHEY_SIMPLEX, 0.85, 1.0, 3, cv2.LINE_AA)
    return image


def grey(ink: np.ndarray, contrast: float = 140.0, noise: float = 2.0) -> np.ndarray:
    rng = np.random.default_rng(0)
    picture = 60 + contrast * ink + rng.normal(0, noise, ink.shape)
    return picture.clip(0, 255).astype(np.uint8)


def falling(values: list[float]) -> bool:
    return all(a >= b for a, b in pairwise(values)) and values[0] > values[-1]


def test_clear_print_is_readable(ink: np.ndarray) -> None:
    assert legibility(grey(ink), ink, PLACES, CLEAR) > 0.9


def test_blur_makes_it_fall(ink: np.ndarray) -> None:
    grades = []
    for sigma in (0.4, 1.2, 2.0, 3.0, 4.0):
        soft = cv2.GaussianBlur(ink, (0, 0), sigma)
        grades.append(legibility(grey(soft), soft, PLACES, Sight(20.0, 20.0, sigma)))
    assert falling(grades)
    assert grades[-1] < READABLE


def test_smallness_makes_it_fall(ink: np.ndarray) -> None:
    image = grey(ink)
    grades = [
        legibility(image, ink, PLACES, Sight(cap, cap, 0.4)) for cap in (12.0, 7.0, 6.0, 5.0, 4.0)
    ]
    assert falling(grades)
    assert grades[-1] < READABLE


def test_narrowness_counts_as_smallness(ink: np.ndarray) -> None:
    image = grey(ink)
    assert legibility(image, ink, PLACES, Sight(20.0, 3.0, 0.4)) < READABLE


def test_noise_makes_it_fall(ink: np.ndarray) -> None:
    grades = [
        legibility(grey(ink, 40.0, noise), ink, PLACES, CLEAR) for noise in (2.0, 15.0, 30.0, 60.0)
    ]
    assert falling(grades)
    assert grades[-1] < READABLE


def test_faintness_makes_it_fall(ink: np.ndarray) -> None:
    grades = [legibility(grey(ink, c), ink, PLACES, CLEAR) for c in (140.0, 20.0, 8.0, 2.0)]
    assert falling(grades)
    assert grades[-1] < READABLE


def test_one_hidden_character_is_enough(ink: np.ndarray) -> None:
    image = grey(ink)
    image[:, 168:206] = 250
    assert legibility(image, ink, PLACES, CLEAR) < 0.1


def test_one_character_cut_off_is_enough(ink: np.ndarray) -> None:
    places = PLACES.copy()
    places[0, [0, 2]] = (-20, 12)
    assert legibility(grey(ink), ink, places, CLEAR) == 0.0


def test_shading_without_tone_can_be_read_but_less_well(ink: np.ndarray) -> None:
    soft = cv2.GaussianBlur(ink, (0, 0), 0.8)
    slope = cv2.Sobel(soft, cv2.CV_32F, 1, 0) + cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    relief = (100 + 25 * slope).clip(0, 255).astype(np.uint8)
    grade = legibility(relief, soft, PLACES, CLEAR)
    assert 0.2 < grade < legibility(grey(soft), soft, PLACES, CLEAR)


def test_a_strip_without_characters_has_none(ink: np.ndarray) -> None:
    assert legibility(grey(ink), ink, PLACES[:0], CLEAR) == 0.0
