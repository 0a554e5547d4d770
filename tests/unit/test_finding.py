"""How far the lines of a photo lean, and that only a leaning photo is turned."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.photos import SAMPLE
from vinreader.detection import Detector
from vinreader.finding import FindingConfig, Found, LineFinder, lean
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.results import Quad, as_quad
from vinreader.turning import back_to_photo, turned_photo, turned_size


def line(degrees: float, length: float = 170.0, height: float = 10.0) -> Quad:
    """A line through (300, 300) that leans by so much."""
    along = np.array([np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))])
    down = np.array([-along[1], along[0]])
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / 2
    corners = 300 + signs[:, :1] * length * along + signs[:, 1:] * height * down
    return as_quad(corners.astype(np.float32))


@pytest.mark.parametrize("degrees", [0.0, 12.0, -44.0, 45.0, 85.0, -89.0])
def test_a_line_leans_by_its_angle_whichever_way_it_is_read(degrees: float) -> None:
    assert lean([line(degrees)]) == pytest.approx(degrees, abs=0.01)
    assert lean([line(degrees + 180)]) == pytest.approx(degrees, abs=0.01)


def test_lines_about_upright_are_not_averaged_to_level_ones() -> None:
    assert abs(lean([line(88), line(-88)])) == pytest.approx(90, abs=0.01)


def test_long_slim_lines_count_most() -> None:
    short = [line(90, length=40), line(80, length=45), line(-85, length=40)]
    assert lean([line(3), *short]) == pytest.approx(3, abs=5)


class Asked(Detector):
    """The detector, which tells the size of the photos that it was shown."""

    def __init__(self) -> None:
        super().__init__(ModelFiles.of(DEFAULT_MODELS_DIR).craft)
        self.shapes: list[tuple[int, ...]] = []

    def steps(self, grey):  # type: ignore[no-untyped-def]
        self.shapes.append(grey.shape)
        return super().steps(grey)


@pytest.fixture
def sample() -> np.ndarray:
    return np.asarray(cv2.imread(str(SAMPLE), cv2.IMREAD_GRAYSCALE), np.uint8)


def test_lines_that_stand_about_level_are_not_looked_for_again(sample: np.ndarray) -> None:
    detector = Asked()
    finder = LineFinder(detector, FindingConfig(), sample)
    assert list(finder.levelled([line(0), line(29)])) == []  # by 14.5 together
    assert detector.shapes == []


@pytest.mark.parametrize("degrees", [90.0, 45.0, -60.0])
def test_the_lines_of_a_leaning_photo_are_found_where_they_are(
    sample: np.ndarray, degrees: float
) -> None:
    finder = LineFinder(Asked(), FindingConfig(), sample)
    *_, upright = finder.steps()
    turned, back = turned_photo(sample, degrees)
    finder = LineFinder(Asked(), FindingConfig(), turned)
    *_, known = finder.steps()
    *_, found = finder.levelled(known)
    middle = np.mean(found[0], axis=0, keepdims=True).astype(np.float32)
    x, y = back_to_photo(middle, back)[0] - np.mean(upright[0], axis=0)
    assert x == pytest.approx(0, abs=80)  # the line, 600 long, may be cut off or too long
    assert y == pytest.approx(0, abs=12)


def stages(found: list[Found]) -> list[tuple[bool, bool]]:
    return [(one.level, one.glance) for one in found]


def test_a_level_photo_is_looked_at_as_it_stands(sample: np.ndarray) -> None:
    detector = Asked()
    course = list(LineFinder(detector, FindingConfig(), sample).course())
    assert stages(course) == [(False, True), (False, False)]
    assert detector.shapes == [sample.shape]
    *_, lines = LineFinder(detector, FindingConfig(), sample).steps()
    assert course[-1].quads == lines


def test_a_leaning_photo_is_glanced_at_level_before_it_is_looked_at_larger(
    sample: np.ndarray,
) -> None:
    turned, _ = turned_photo(sample, 60)
    course = list(LineFinder(Asked(), FindingConfig(), turned).course())
    assert stages(course) == [(False, True), (True, True), (True, False), (False, False)]
    standing, level_glance, level, _ = course
    assert standing.quads
    assert np.mean(level_glance.quads[0], axis=0) == pytest.approx(
        np.mean(level.quads[0], axis=0), abs=80
    )


def test_a_photo_that_shows_nothing_at_first_is_not_turned_for_a_glance() -> None:
    course = list(LineFinder(Asked(), FindingConfig(), np.full((600, 800), 90, np.uint8)).course())
    assert stages(course) == [(False, True), (False, False)]
    assert not any(one.quads for one in course)


def test_a_photo_without_lines_is_turned_by_a_quarter(sample: np.ndarray) -> None:
    detector = Asked()
    *_, found = LineFinder(detector, FindingConfig(), sample).levelled([])
    assert found
    assert sample.shape == (1200, 1600)
    assert detector.shapes == [(1280, 960)]


def test_a_leaning_photo_is_turned_where_its_lines_are(sample: np.ndarray) -> None:
    """Two thirds of it, at least half of it, or all of it where that is not much more."""
    turned, _ = turned_photo(sample, 45)
    height, width = turned.shape
    whole = max(turned_size(turned, -45))
    along = np.array([1, 1]) / np.sqrt(2)

    def shown(length: float) -> float:
        """What a photo with one known line in its middle is looked at in, by its longer side."""
        detector = Asked()
        known = np.array(line(45, length)) + np.array([width, height]) / 2 - 300
        finder = LineFinder(detector, FindingConfig(turned_side=10_000), turned)
        next(finder.levelled([as_quad(known)]))
        assert np.ptp(known @ along) == pytest.approx(length, abs=1)
        return max(detector.shapes[0]) / whole

    assert shown(whole / 1.6 / 1.5) == pytest.approx(1 / 1.5, abs=0.01)
    assert shown(whole / 20) == pytest.approx(0.5, abs=0.01)
    assert shown(whole / 1.6 * 0.9) == pytest.approx(1, abs=0.01)


def test_a_number_is_found_beside_the_lines_that_are_known(sample: np.ndarray) -> None:
    turned, _ = turned_photo(sample, 45)
    finder = LineFinder(Asked(), FindingConfig(), turned)
    *_, known = finder.steps()
    number = np.mean(known[0], axis=0)
    beside = np.array(line(45)) - 300 + number + np.array([-90, 90])
    *_, last = finder.levelled([as_quad(beside)])
    found = [np.mean(quad, axis=0) for quad in last]
    assert min(np.linalg.norm(middle - number) for middle in found) < 40
