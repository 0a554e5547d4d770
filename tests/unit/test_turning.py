"""Turned photos, and points on their way back."""

import numpy as np
import pytest

from vinreader.turning import back_to_photo, frame_around, turned_photo


@pytest.mark.parametrize("degrees", [0.0, 90.0, 180.0, 270.0, 20.0, 45.0])
def test_points_of_a_turned_photo_are_brought_back(degrees: float) -> None:
    grey = np.zeros((80, 120), np.uint8)
    grey[20:23, 90:93] = 255
    turned, back = turned_photo(grey, degrees)
    y, x = np.nonzero(turned > 127)
    found = back_to_photo(np.array([[x.mean() + 0.5, y.mean() + 0.5]], np.float32), back)
    assert found == pytest.approx(np.array([[91.5, 21.5]]), abs=0.25)


def test_the_photo_turns_clockwise_and_keeps_its_corners() -> None:
    grey = np.full((40, 100), 60, np.uint8)
    grey[:8, :8] = 255  # top left
    turned, _ = turned_photo(grey, 90)
    assert turned.shape == (100, 40)
    assert turned[:8, -8:].min() > 200  # top right
    slanted, _ = turned_photo(grey, 45)
    assert slanted.shape == (99, 99)
    assert (slanted > 200).sum() >= 50


@pytest.mark.parametrize("degrees", [0.0, 90.0, 33.0])
def test_a_turned_photo_may_be_reduced_at_once(degrees: float) -> None:
    grey = np.zeros((80, 120), np.uint8)
    grey[20:26, 90:96] = 255
    turned, back = turned_photo(grey, degrees, 60)
    assert max(turned.shape) == 60
    y, x = np.nonzero(turned > 127)
    found = back_to_photo(np.array([[x.mean() + 0.5, y.mean() + 0.5]], np.float32), back)
    assert found == pytest.approx(np.array([[93.0, 23.0]]), abs=1)
    small, _ = turned_photo(grey, degrees, 500)
    assert small.shape == turned_photo(grey, degrees)[0].shape


@pytest.mark.parametrize("degrees", [0.0, 90.0, -45.0])
@pytest.mark.parametrize("most", [np.inf, 25])
def test_a_part_of_a_turned_photo_may_be_shown_alone(degrees: float, most: float) -> None:
    grey = np.zeros((80, 120), np.uint8)
    grey[20:26, 80:86] = 255
    around = np.array([[70, 10], [96, 36]], np.float32)
    frame = frame_around(around, grey, degrees, margin=0.1, least=0.0)
    turned, back = turned_photo(grey, degrees, most, frame)
    assert max(turned.shape) <= min(most, 50)
    y, x = np.nonzero(turned > 127)
    found = back_to_photo(np.array([[x.mean() + 0.5, y.mean() + 0.5]], np.float32), back)
    assert found == pytest.approx(np.array([[83.0, 23.0]]), abs=1)


def test_a_frame_keeps_to_the_photo_and_is_no_smaller_than_asked() -> None:
    grey = np.zeros((80, 120), np.uint8)
    corner = np.array([[0, 0], [10, 4]], np.float32)
    assert frame_around(corner, grey, 0, 0.5, 0.0).tolist() == [[0, 0], [15, 9]]
    middle = np.array([[55, 38], [65, 42]], np.float32)
    low, high = frame_around(middle, grey, 0, 0.5, 0.5)
    assert (high - low).tolist() == [60, 54]
