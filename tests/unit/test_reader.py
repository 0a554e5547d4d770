"""The whole reader on photos made here: the sample, turned, mirrored in size, and without a
number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from tests.barcode_pictures import drawn, stuck_on
from tests.photos import SAMPLE, blank_jpeg, sample_vin
from vinreader.detection import ModelLayout, preprocess
from vinreader.looks import Look
from vinreader.models import DEFAULT_MODELS_DIR, MissingModel
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader
from vinreader.results import CheckDigit, Reading, Source, Status, Symbology
from vinreader.turning import back_to_photo, turned_photo
from vinreader.witnesses import ONE_LABEL, PRINT_TOO


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


def sizes_looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that will hold the sizes that photos are shown to the detector in."""
    sizes: list[int] = []

    def noted(grey: np.ndarray, long_side: int, layout: ModelLayout) -> tuple[np.ndarray, ...]:
        sizes.append(long_side)
        return preprocess(grey, long_side, layout)

    monkeypatch.setattr("vinreader.detection.preprocess", noted)
    return sizes


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


@pytest.mark.parametrize("settled", [0.9, 1.1])
def test_a_photo_is_looked_at_larger_only_where_doubt_is_left(
    monkeypatch: pytest.MonkeyPatch, settled: float
) -> None:
    reader = Reader.load(DEFAULT_MODELS_DIR)
    reader.config = replace(reader.config, settled=settled)
    sizes = sizes_looked_at(monkeypatch)
    reading = reader.read(SAMPLE.read_bytes())
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    small, large = reader.detector.config.long_sides
    assert sizes == ([small] if settled < 1 else [small, large])


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_photo_that_stands_on_its_head_or_side_is_read_as_soon(
    monkeypatch: pytest.MonkeyPatch, sample: np.ndarray, quarters: int
) -> None:
    reader = Reader.load(DEFAULT_MODELS_DIR)
    reader.config = replace(reader.config, settled=0.9)
    sizes = sizes_looked_at(monkeypatch)
    reading = reader.read(jpeg(np.rot90(sample, quarters)))
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    assert sizes == [reader.detector.config.long_sides[0]]


@pytest.mark.parametrize("plainly", [True, False])
def test_a_leaning_photo_is_looked_at_as_it_stands_unless_it_plainly_shows_a_number_level(
    monkeypatch: pytest.MonkeyPatch, sample: np.ndarray, plainly: bool
) -> None:
    reader = Reader.load(DEFAULT_MODELS_DIR)
    never, plain = 1.1, reader.config.plain if plainly else np.inf
    reader.config = replace(reader.config, settled=never, plain=plain)
    look, shown = reader._look, []

    def noted(*given: Any) -> list[Look]:
        shown.append(look(*given))
        return shown[-1]

    monkeypatch.setattr(reader, "_look", noted)
    turned, _ = turned_photo(np.asarray(cv2.cvtColor(sample, cv2.COLOR_BGR2GRAY), np.uint8), 45)
    reading = reader.read(jpeg(turned))
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    level, *standing = shown
    assert sample_vin() in {one.candidate.text for one in level}
    assert len(standing) == (0 if plainly else 1)


def test_the_last_step_of_detection_is_all_of_it(reader: Reader, sample: np.ndarray) -> None:
    grey = np.asarray(cv2.cvtColor(sample, cv2.COLOR_BGR2GRAY), np.uint8)
    first, last = reader.detector.steps(grey)
    assert last == reader.detector.detect(grey)
    assert first
    assert set(first) != set(last)


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


@pytest.mark.parametrize("degrees", [25, 45, 65, 110, 225, 315])
def test_a_photo_at_a_slant_gives_the_same_number(
    reader: Reader, sample: np.ndarray, degrees: int
) -> None:
    grey = np.asarray(cv2.cvtColor(sample, cv2.COLOR_BGR2GRAY), np.uint8)
    turned, back = turned_photo(grey, degrees)
    reading = reader.read(jpeg(turned))
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    upright = reader.read(jpeg(sample))
    (centre,) = back_to_photo(centre_of(reading)[None].astype(np.float32), back)
    assert centre == pytest.approx(centre_of(upright), abs=30)


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


FOREIGN = "1M8GDM9AXKP042788"
"""The number of another vehicle."""


def test_a_bar_code_that_says_the_same_makes_it_near_certain(
    reader: Reader, sample: np.ndarray
) -> None:
    alone = reader.read(jpeg(sample))
    reading = reader.read(jpeg(stuck_on(sample, drawn("I" + sample_vin()), left=400, top=960)))
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    assert (reading.source, reading.confidence > 0.999) == (Source.BOTH, True)
    assert len(reading.characters) == 17
    assert centre_of(reading) == pytest.approx(centre_of(alone), abs=10)
    (barcode,) = reading.barcodes
    assert (barcode.vin, barcode.symbology) == (sample_vin(), Symbology.CODE_39)
    assert np.mean(barcode.quad, axis=0) == pytest.approx([690, 1022], abs=20)


@pytest.mark.parametrize("symbology", Symbology)
def test_a_bar_code_of_another_vehicle_is_shown_and_neither_is_read(
    reader: Reader, sample: np.ndarray, symbology: Symbology
) -> None:
    code = drawn(FOREIGN, symbology, scale=4 if "code_" not in symbology else 2)
    reading = reader.read(jpeg(stuck_on(sample, code, left=400, top=60)))
    assert (reading.status, reading.vin) == (Status.RETAKE, sample_vin())
    assert [barcode.vin for barcode in reading.barcodes] == [FOREIGN]
    assert reading.advice == (ONE_LABEL,)


@pytest.mark.parametrize("content", ["4006381333931", "DOT 4B9C JR2R 2319", "1M8GDM9A5KP042788"])
def test_a_bar_code_that_holds_no_vin_changes_nothing(
    reader: Reader, sample: np.ndarray, content: str
) -> None:
    reading = reader.read(jpeg(stuck_on(sample, drawn(content), left=400, top=960)))
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    assert (reading.source, reading.barcodes) == (Source.TEXT, ())


def label(content: str) -> np.ndarray:
    """A photo of a bar code and nothing else."""
    return stuck_on(np.full((600, 900, 3), 120, np.uint8), drawn(content), left=120, top=200)


def test_a_bar_code_alone_is_read(reader: Reader) -> None:
    reading = reader.read(jpeg(label(FOREIGN)))
    assert (reading.status, reading.vin) == (Status.READ, FOREIGN)
    assert (reading.source, reading.check_digit) == (Source.BARCODE, CheckDigit.VALID)
    assert (reading.characters, reading.quad) == ((), None)
    assert reading.timings_ms["barcodes"] > 0


def test_a_bar_code_alone_that_nothing_checks_is_not_believed(reader: Reader) -> None:
    reading = reader.read(jpeg(label("WVWZZZ1KZ8W000001")))
    assert (reading.status, reading.vin) == (Status.RETAKE, "WVWZZZ1KZ8W000001")
    assert (reading.source, reading.advice) == (Source.BARCODE, (PRINT_TOO,))


def test_two_labels_alone_are_not_believed(reader: Reader) -> None:
    both = stuck_on(label(FOREIGN), drawn("IJS3TD62V6Y4100123"), left=120, top=380)
    reading = reader.read(jpeg(both))
    assert reading.status is Status.RETAKE
    assert {barcode.vin for barcode in reading.barcodes} == {FOREIGN, "JS3TD62V6Y4100123"}


def test_a_bar_code_alone_is_not_believed_where_a_closer_look_denies_it(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick look misreads it as another number that proves itself."""
    assert reader.barcodes is not None
    misread = reader.claims(label("IJS3TD62V6Y4100123")[..., 0])
    assert [claim.vin for claim in misread] == ["JS3TD62V6Y4100123"]
    monkeypatch.setattr(reader.barcodes, "read", lambda _: misread)
    reading = reader.read(jpeg(label(FOREIGN)))
    assert reading.status is Status.RETAKE
    assert {barcode.vin for barcode in reading.barcodes} == {FOREIGN, "JS3TD62V6Y4100123"}
