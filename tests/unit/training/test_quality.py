"""Photos with known defects hold what they promise; what is fitted to them tells the defects."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from training.quality.evaluate import area_under_curve, confidences, tables
from training.quality.fit import FIGURES, Figures, figures_of, fitted
from training.quality.photos import LinePhoto, LinePhotoConfig, LinePhotos
from training.quality.ranges import DEFECTS as RANGES
from training.regression import logistic
from training.synthesis.fonts import MissingFonts, faces
from vinreader.defects import DEFECTS, PhotoMeasures
from vinreader.logistic import Weights
from vinreader.measures import Measures


@pytest.fixture(scope="module")
def photos() -> list[LinePhoto]:
    try:
        faces()
    except MissingFonts as missing:
        pytest.skip(str(missing))
    made = LinePhotos(3, LinePhotoConfig(double=0.2))
    return [made.make(index) for index in range(60)]


def test_a_photo_is_the_same_every_time(photos: list[LinePhoto]) -> None:
    again = LinePhotos(3, LinePhotoConfig(double=0.2)).make(7)
    assert np.array_equal(again.image, photos[7].image)
    assert np.array_equal(again.characters, photos[7].characters)
    assert again.strengths == photos[7].strengths
    assert not np.array_equal(LinePhotos(4).make(7).characters, photos[7].characters)


def test_strengths_lie_in_their_ranges(photos: list[LinePhoto]) -> None:
    told = {name for photo in photos for name in photo.strengths}
    assert told == set(DEFECTS) == set(RANGES)
    for photo in photos:
        for name, strength in photo.strengths.items():
            low, high = RANGES[name].spoilt
            assert low <= strength <= max(high, 0.6)
        low, high = RANGES["too_small"].spoilt if "too_small" in photo.strengths else (13.0, 48.0)
        assert low <= photo.cap <= high


def test_some_photos_are_clean_some_have_two_defects(photos: list[LinePhoto]) -> None:
    counts = {len(photo.strengths) for photo in photos}
    assert counts == {0, 1, 2}
    assert LinePhotos(3, LinePhotoConfig(clean=1.0)).make(0).strengths == {}


def test_a_number_that_is_not_cut_off_lies_in_the_photo(photos: list[LinePhoto]) -> None:
    for photo in photos:
        if "cut_off" not in photo.strengths:
            middles = photo.characters.mean(axis=1)
            assert (middles > -photo.cap).all()
            assert (middles < np.array(photo.image.shape[::-1]) + photo.cap).all()


def test_the_regression_finds_the_weights_that_made_the_data() -> None:
    rng = np.random.default_rng(0)
    design = np.hstack([rng.normal(size=(20_000, 2)), np.ones((20_000, 1))])
    true = np.array([2.0, -1.0, 0.5])
    has = rng.random(20_000) < 1 / (1 + np.exp(-design @ true))
    assert logistic(design, has.astype(float), 0.01) == pytest.approx(true, abs=0.1)


def test_what_is_fitted_comes_back_from_its_json() -> None:
    rng = np.random.default_rng(1)
    names = [field.name for field in fields(Measures)]
    vectors = rng.normal(size=(3000, len(names)))
    has = np.zeros((3000, len(DEFECTS)), bool)
    blurry, product = DEFECTS.index("blurry"), vectors[:, names.index("along")]
    has[:, blurry] = product * vectors[:, names.index("fine")] > 0.3  # a product tells it alone
    weights = Weights.of(
        fitted(vectors, names, {"blurry": FIGURES["blurry"]}, has)["blurry"], names
    )
    assert area_under_curve(weights.confidence(vectors), has[:, blurry]) > 0.98
    assert weights.confidence(vectors).mean() == pytest.approx(has[:, blurry].mean(), abs=0.02)
    assert weights.confidence(vectors[0]).shape == ()


def test_area_under_curve_counts_pairs() -> None:
    scores = np.array([0.1, 0.4, 0.35, 0.8])
    assert area_under_curve(scores, np.array([False, False, True, True])) == 0.75
    assert area_under_curve(np.zeros(4), np.array([True, False, True, False])) == 0.5


def test_tables_say_how_well_defects_are_told(photos: list[LinePhoto]) -> None:
    seen = figures_of(photos)
    assert seen.photo.shape == (60, len(fields(PhotoMeasures)))
    told = tables(seen)
    assert "too_small" in told
    assert "The right defect first" in told


def test_dark_and_small_lines_are_told_from_others(photos: list[LinePhoto]) -> None:
    """With the weights in the package."""
    seen: Figures = figures_of(photos)
    sure = confidences(seen.line, "line")
    for defect in ("dark", "too_small"):
        assert area_under_curve(sure[defect], seen.has[:, DEFECTS.index(defect)]) > 0.98
