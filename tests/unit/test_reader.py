"""The whole reader on photos made here: the sample, turned, mirrored in size, and without a
number."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.photos import SAMPLE, blank_jpeg, sample_vin
from vinreader.models import DEFAULT_MODELS_DIR, MissingModel
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader
from vinreader.results import CheckDigit, Reading, Source, Status


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(DEFAULT_MODELS_DIR)


@pytest.fixture(scope="module")
def sample() -> np.ndarray:
    return np.asarray(cv2.imread(str(SAMPLE)), np.uint8)


def jpeg(photo: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def centre_of(reading: Reading) -> np.ndarray:
    assert reading.quad is not None
    return np.mean(reading.quad, axis=0)


def test_the_sample_is_read(reader: Reader) -> None:
    reading = reader.read(SAMPLE.read_bytes())
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    assert reading.check_digit is CheckDigit.VALID
    assert reading.source is Source.TEXT
    assert "".join(character.symbol for character in reading.characters) == sample_vin()
    assert reading.vehicle is not None
    assert reading.vehicle.wmi == sample_vin()[:3]
    assert set(reading.models) == {"craft", "yolo"}
    assert reading.timings_ms["total"] >= reading.timings_ms["detect"] > 0


def test_characters_stand_in_the_line_from_left_to_right(reader: Reader) -> None:
    reading = reader.read(SAMPLE.read_bytes())
    centres = np.array([np.mean(character.box, axis=0) for character in reading.characters])
    assert np.all(np.diff(centres[:, 0]) > 10)
    # The number stands on the sticker's slope: 100 pixels up over 960 to the right.
    slope = np.polyfit(centres[:, 0], centres[:, 1], 1)[0]
    assert slope == pytest.approx(-0.1, abs=0.04)


@pytest.mark.parametrize(
    "turn", [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE]
)
def test_a_turned_photo_gives_the_same_number(
    reader: Reader, sample: np.ndarray, turn: int
) -> None:
    reading = reader.read(jpeg(cv2.rotate(sample, turn)))
    assert reading.vin == sample_vin()


def test_coordinates_are_those_of_the_full_photo(reader: Reader, sample: np.ndarray) -> None:
    large = cv2.resize(sample, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    once, twice = reader.read(jpeg(sample)), reader.read(jpeg(large))
    assert twice.vin == sample_vin()
    assert centre_of(twice) == pytest.approx(2 * centre_of(once), abs=40)


def test_a_photo_of_nothing_has_no_number(reader: Reader) -> None:
    reading = reader.read(blank_jpeg())
    assert (reading.status, reading.vin, reading.quad) == (Status.NOT_FOUND, None, None)


def test_noise_is_never_believed(reader: Reader) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3)).astype(np.uint8)
    assert reader.read(jpeg(noise)).status is not Status.READ


def test_half_a_number_is_never_believed(reader: Reader, sample: np.ndarray) -> None:
    reading = reader.read(jpeg(sample[:, : sample.shape[1] // 2]))
    assert reading.status is not Status.READ


def test_what_is_no_image_is_refused(reader: Reader) -> None:
    with pytest.raises(UnreadableImage):
        reader.read(b"1M8GDM9AXKP042788")


def test_a_folder_without_models_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = tmp_path_factory.mktemp("models")
    with pytest.raises(MissingModel, match=r"craft\.onnx"):
        Reader.load(empty)
