"""The picture of a reading: the marks lie where the reading says, in the colours it deserves."""

import math
from dataclasses import fields as dataclass_fields
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinreader.annotate import STYLE, annotate
from vinreader.results import (
    Barcode,
    Character,
    CheckDigit,
    Defect,
    Quad,
    Reading,
    Status,
    Symbology,
    Vehicle,
)
from vinreader.stored import Correction, Original, StoredReading

VIN = "1M8GDM9AXKP042788"
GRAY = (120, 120, 120)


def plain_photo(width: int = 1200, height: int = 900) -> np.ndarray:
    return np.full((height, width, 3), GRAY, np.uint8)


def line_reading(
    centre: tuple[float, float] = (600, 450),
    length: float = 680,
    angle: float = 0,
    confidences: tuple[float, ...] = (0.99,) * 17,
    status: Status = Status.READ,
) -> Reading:
    """Seventeen boxes side by side on a line turned by `angle` degrees, clockwise on the screen."""
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    height = length / 10

    def quad(x0: float, x1: float) -> Quad:
        def point(x: float, y: float) -> tuple[float, float]:
            return centre[0] + cosine * x - sine * y, centre[1] + sine * x + cosine * y

        y0, y1 = -height / 2, height / 2
        return point(x0, y0), point(x1, y0), point(x1, y1), point(x0, y1)

    pitch = length / 17
    boxes = [quad(i * pitch - length / 2, (i + 1) * pitch - length / 2) for i in range(17)]
    characters = [
        Character(symbol, confidence, box)
        for symbol, confidence, box in zip(VIN, confidences, boxes, strict=True)
    ]
    return Reading(
        status=status,
        vin=VIN,
        confidence=min(confidences),
        check_digit=CheckDigit.VALID,
        characters=tuple(characters),
        quad=quad(-length / 2, length / 2),
        vehicle=Vehicle("1M8", "Motor Coach Industries", "United States", (2019, 1989)),
    )


def is_colour(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """(H, W) bool: where the picture has that colour, but for smoothing."""
    return np.abs(picture.astype(int) - colour).max(axis=2) <= 24


def distance_to_outline(quad: Quad, point: tuple[float, float]) -> float:
    def to_side(a: tuple[float, float], b: tuple[float, float]) -> float:
        side, way = np.subtract(b, a), np.subtract(point, a)
        share = np.clip(way @ side / (side @ side), 0, 1)
        return float(np.linalg.norm(way - share * side))

    return min(to_side(a, b) for a, b in zip(quad, quad[1:] + quad[:1], strict=True))


@pytest.mark.parametrize("angle", [0, 20, 90, 180, -75])
def test_the_line_is_outlined_where_it_lies(angle):
    reading = line_reading(angle=angle)
    picture = annotate(plain_photo(), reading)[:900]
    rows, columns = np.nonzero(is_colour(picture, STYLE.line))
    drawn = list(zip(columns[::50], rows[::50], strict=True))
    assert len(rows) > 1000
    assert reading.quad is not None
    assert max(distance_to_outline(reading.quad, point) for point in drawn) < 20


@pytest.mark.parametrize("angle", [0, 90, -30])
def test_each_box_takes_the_colour_of_its_confidence(angle):
    confidences = (0.99,) * 8 + (0.8,) + (0.99,) * 4 + (0.3,) + (0.99,) * 3
    reading = line_reading(angle=angle, confidences=confidences)
    picture = annotate(plain_photo(), reading)[:900]
    for colour, position in ((STYLE.amber, 8), (STYLE.red, 13)):
        rows, columns = np.nonzero(is_colour(picture, colour))
        expected = np.mean(reading.characters[position].box, axis=0)
        assert len(rows) > 20
        assert (columns.mean(), rows.mean()) == pytest.approx(expected, abs=6)


@pytest.mark.parametrize(("vin", "colour"), [(VIN, STYLE.line), (VIN[::-1], STYLE.red)])
def test_a_bar_code_is_outlined_in_red_where_it_says_something_else(vin, colour):
    quad = ((300.0, 600.0), (900.0, 620.0), (895.0, 720.0), (295.0, 700.0))
    reading = Reading(Status.READ, VIN, barcodes=(Barcode(vin, Symbology.CODE_39, quad),))
    photo = annotate(plain_photo(), reading)[:900]
    rows, columns = np.nonzero(is_colour(photo, colour))
    assert len(rows) > 1000
    points = [(float(x), float(y)) for x, y in zip(columns, rows, strict=True)]
    assert max(distance_to_outline(quad, point) for point in points) < 6


def test_the_photo_outside_the_line_stays_as_it_was():
    picture = annotate(plain_photo(), line_reading())
    assert picture.dtype == np.uint8
    assert picture.shape[1:] == (1200, 3)
    assert (picture[:380] == GRAY).all()
    assert (picture[520:900] == GRAY).all()


def test_the_line_appears_level_and_enlarged_below_the_photo():
    """Half the text black, half white, standing upright: in the strip they lie side by side."""
    photo = plain_photo()
    photo[100:450, 540:660] = 0
    photo[450:800, 540:660] = 255
    picture = annotate(photo, line_reading(angle=90, length=700))
    strip = picture[900 : 900 + 1200 // 10]
    assert strip[10:-10, 10:590].max() == 0
    assert strip[10:-10, 610:-10].min() == 255


def test_symbols_stand_under_their_characters():
    confidences = (0.99,) * 16 + (0.1,)
    picture = annotate(plain_photo(), line_reading(confidences=confidences))
    below_strip = picture[900 + 120 : 900 + 120 + 80]
    _, columns = np.nonzero(is_colour(below_strip, STYLE.red))
    assert columns.mean() == pytest.approx(1200 * 16.5 / 17, abs=10)


@pytest.mark.parametrize(
    ("status", "colour"),
    [
        (Status.READ, STYLE.green),
        (Status.RETAKE, STYLE.amber),
        (Status.NOT_FOUND, STYLE.red),
        (Status.REJECTED, STYLE.red),
    ],
)
def test_the_caption_shows_the_status_in_its_colour(status, colour):
    picture = annotate(plain_photo(), Reading(status=status, advice=("Come closer.",)))
    caption = picture[900:]
    assert is_colour(caption, colour).sum() > 500
    assert is_colour(caption, STYLE.ink).sum() > 100
    others = {STYLE.green, STYLE.amber, STYLE.red} - {colour}
    assert not any(is_colour(caption, other).sum() for other in others)


def test_long_advice_is_wrapped_inside_the_picture():
    one = Reading(status=Status.RETAKE, advice=("Hold the phone still.",))
    many = Reading(status=Status.RETAKE, advice=("Hold the phone still. " * 20,))
    short, long = annotate(plain_photo(), one), annotate(plain_photo(), many)
    assert long.shape[0] > short.shape[0] + 100
    margin = round(1200 * STYLE.margin)
    assert (long[900:, -margin + 2 :] == STYLE.ground).all()


DEFECTS = (Defect("low_contrast", 0.81), Defect("blurry", 0.6))


@pytest.mark.parametrize(("centre", "below"), [(450, True), (860, False)])
def test_defects_are_marked_beside_their_line(centre, below):
    plain = line_reading(centre=(600, centre))
    photo = annotate(plain_photo(), replace(plain, defects=DEFECTS))[:900]
    rows, columns = np.nonzero(is_colour(photo, STYLE.amber))
    assert len(rows) > 300
    assert 260 <= columns.min() < columns.max() < 940
    edge = centre + (34 if below else -34)  # of the line, which is 68 pixels high
    nearest, farthest = (rows.min(), rows.max()) if below else (rows.max(), rows.min())
    assert 0 < abs(nearest - edge) < 40
    assert abs(farthest - edge) < 100
    assert (nearest > edge) == (farthest > edge) == below
    assert not is_colour(annotate(plain_photo(), plain)[:900], STYLE.amber).any()


def test_defects_of_a_photo_without_a_line_stand_at_its_bottom():
    reading = Reading(Status.NOT_FOUND, defects=DEFECTS)
    rows, columns = np.nonzero(is_colour(annotate(plain_photo(), reading)[:900], STYLE.amber))
    assert 820 < rows.min() < rows.max() < 900
    assert columns.max() < 500


def test_a_line_that_fills_the_photo_is_not_covered():
    reading = replace(line_reading(centre=(600, 34)), defects=DEFECTS)
    photo = annotate(plain_photo(height=68), reading)
    assert not is_colour(photo[:68], STYLE.amber).any()
    assert is_colour(photo[68:], STYLE.amber).any()


def test_the_caption_tells_the_defects_in_amber_and_the_advice_below():
    advice = "Step closer: the characters are only 9 pixels high."
    reading = Reading(Status.NOT_FOUND, defects=DEFECTS, advice=(advice,))
    caption = annotate(plain_photo(), reading)[900:]
    defects, _ = np.nonzero(is_colour(caption, STYLE.amber))
    sentence, _ = np.nonzero(is_colour(caption, STYLE.ink))
    assert len(defects) > 500
    assert defects.max() < sentence.min()
    # Letters of a thirtieth of the width: some thirteen pixels on a phone.
    assert 20 < np.ptp(defects) < 45


def test_a_person_s_number_is_told_as_such():
    read = line_reading(status=Status.READ)
    fields = {one.name: getattr(read, one.name) for one in dataclass_fields(read) if one.init}
    original = Original(Status.RETAKE, VIN, 0.25)
    correction = Correction("someone", "2026-11-20T12:00:00+00:00", original)
    stored = StoredReading(**fields, version=1)
    told = annotate(plain_photo(), replace(stored, correction=correction))
    untold = annotate(plain_photo(), stored)
    assert np.array_equal(untold, annotate(plain_photo(), read))
    assert told.shape[0] > untold.shape[0] + 40


def test_small_photos_are_enlarged_and_large_ones_shrunk():
    small = annotate(plain_photo(256, 128), Reading(status=Status.NOT_FOUND))
    assert small.shape[1] == STYLE.min_width
    assert (small[:450] == GRAY).all()
    large = annotate(plain_photo(4000, 3000), Reading(status=Status.NOT_FOUND))
    assert large.shape[1] == STYLE.max_side
    assert (large[:1800] == GRAY).all()
    assert is_colour(large[1800:], STYLE.ground).any()


points = st.tuples(*[st.floats(-2000, 4000)] * 2)


@settings(max_examples=25)
@given(
    size=st.sampled_from([(16, 16), (16, 3000), (3000, 16), (320, 240)]),
    corners=st.tuples(points, points, points, points),
    text=st.text(max_size=80),
)
def test_any_reading_of_any_photo_can_be_drawn(size, corners, text):
    """Quads that leave the photo, cross themselves or have no area; text of any script."""
    reading = Reading(
        status=Status.RETAKE,
        vin=VIN,
        characters=(Character("1", 0.5, corners), Character("M", 0.5, (corners[0],) * 4)),
        quad=corners,
        defects=(Defect("blurry", 0.5),),
        advice=(text,),
    )
    picture = annotate(plain_photo(*size), reading)
    assert STYLE.min_width <= picture.shape[1] <= STYLE.max_side
    assert picture.shape[0] > 100
    assert picture.dtype == np.uint8
