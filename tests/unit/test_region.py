"""A region of interest: which lines it holds, how it is asked for, and that it decides."""

import base64
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from local.http_api import HttpApi
from tests.answers import problem
from tests.barcode_pictures import drawn
from tests.photos import SAMPLE, blank_jpeg, sample_vin
from vinreader.finding import LineFinder
from vinreader.looks import Look, meant
from vinreader.photo import Grey
from vinreader.reader import Reader
from vinreader.region import FOUND_OUTSIDE, Region, elsewhere, located
from vinreader.results import (
    Barcode,
    Quad,
    Reading,
    Source,
    Status,
    Symbology,
    TextLine,
    as_quad,
)
from vinreader.search import Search

IMAGE = {"content-type": "image/jpeg"}


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.01, 0.5))
def test_it_holds_the_lines_whose_centre_lies_inside(
    across: float, down: float, x: float, y: float, side: float
) -> None:
    width, height = 640, 480
    cx, cy = across * width, down * height
    quad = ((cx - 9, cy - 2), (cx + 9, cy - 2), (cx + 9, cy + 2), (cx - 9, cy + 2))
    near = 1e-6
    inside = x + near < across < x + side - near and y + near < down < y + side - near
    outside = not (x - near < across < x + side + near and y - near < down < y + side + near)
    held = Region(x, y, side, side).holds(quad, width, height)
    assert held or not inside
    assert not (held and outside)


@pytest.mark.parametrize(
    ("roi", "detail"),
    [
        ("0,0,1", "roi must be x,y,width,height in fractions."),
        ("a,b,c,d", "roi must be x,y,width,height in fractions."),
        ("0,0,0,1", "width: Input should be greater than 0."),
        ("-1,0,1,1", "x: Input should be greater than or equal to 0."),
        ("nan,0,1,1", "x: Input should be less than 1."),
        ("0,0,inf,1", "width: Input should be less than or equal to 1."),
        ("0.5,0,0.6,1", "roi: the region ends outside of the photo."),
        ("", "roi must be x,y,width,height in fractions."),
    ],
)
def test_a_wrong_region_is_told(api: HttpApi, roi: str, detail: str) -> None:
    answer = api.request("POST", f"/readings?roi={roi}", IMAGE, blank_jpeg(64, 48))
    assert answer.status == 400
    assert problem(answer)["detail"].startswith(detail)


def test_json_has_its_region_inside(api: HttpApi) -> None:
    photo = base64.b64encode(blank_jpeg(64, 48)).decode()
    headers = {"content-type": "application/json"}
    whole = {"x": 0, "y": 0, "width": 1, "height": 1}
    body = json.dumps({"photo": photo, "roi": whole}).encode()
    assert api.request("POST", "/readings", headers, body).status == 201
    twice = api.request("POST", "/readings?roi=0,0,1,1", headers, body)
    assert problem(twice)["detail"] == "With JSON, roi is a member of the body."


def test_the_answer_says_where_the_number_was(api: HttpApi) -> None:
    answer = api.request("POST", "/readings?roi=0,0,0.1,0.1", IMAGE, SAMPLE.read_bytes())
    outside = answer.json()
    assert (outside["vin"], outside["inside_region"]) == (sample_vin(), False)
    assert outside["advice"] == [FOUND_OUTSIDE]
    assert api.request("GET", f"/readings/{outside['reading_id']}").json() == outside


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load()


def test_of_two_numbers_the_one_inside_is_read(reader: Reader) -> None:
    sample = Image.open(SAMPLE).convert("RGB")
    photo = np.vstack([np.asarray(sample)] * 2)
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, "JPEG", quality=92)
    middles = {}
    for name, region in {"above": Region(0, 0, 1, 0.5), "below": Region(0, 0.5, 1, 0.5)}.items():
        reading = reader.read(buffer.getvalue(), region)
        assert reading.vin == sample_vin()
        assert reading.quad
        middles[name] = sum(y for _, y in reading.quad) / 4 / photo.shape[0]
    assert middles["above"] < 0.5 < middles["below"]


def test_looks_inside_count_alone_where_one_shows_a_number(reader: Reader) -> None:
    grey = np.vstack([np.asarray(Image.open(SAMPLE).convert("L"))] * 2)
    looks = [
        look
        for quad in reader.lines(grey)
        for look in reader.look(grey, [quad])
        if look.candidate.text == sample_vin()
    ]
    below = Region(0, 0.5, 1, 0.5)
    size = (grey.shape[1], grey.shape[0])
    low = [bool(look.characters[..., 1].mean() > grey.shape[0] / 2) for look in looks]
    assert {True, False} == set(low)
    inside = meant(looks, below, *size, clear=-8.0)
    assert [any(look is one for one in inside) for look in looks] == low
    assert meant(looks, None, *size, clear=-8.0) is looks
    # What is inside may be any text: then the number is taken where it is.
    faint = [
        replace(look, candidate=replace(look.candidate, score=-9.0)) if lower else look
        for look, lower in zip(looks, low, strict=True)
    ]
    assert meant(faint, below, *size, clear=-8.0) is faint


def test_a_bar_code_of_another_vehicle_outside_of_the_frame_is_not_heard(reader: Reader) -> None:
    sticker = Image.open(SAMPLE).convert("L")
    code = Image.fromarray(drawn("JS3TD62V6Y4100123"))
    photo = Image.new("L", (max(sticker.width, code.width + 80), sticker.height + 300), 255)
    photo.paste(sticker, (0, 0))
    photo.paste(code, (40, sticker.height + 60))
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=95)
    frame = Region(0, 0, 1, sticker.height / photo.height)
    aimed, whole = reader.read(buffer.getvalue(), frame), reader.read(buffer.getvalue())
    assert (aimed.status.value, aimed.vin, aimed.barcodes) == ("read", sample_vin(), ())
    assert whole.status.value == "retake"
    assert [code.vin for code in whole.barcodes] == ["JS3TD62V6Y4100123"]


def test_a_number_outside_is_read_where_there_is_none_inside(reader: Reader) -> None:
    reading = reader.read(SAMPLE.read_bytes(), Region(0, 0, 0.05, 0.05))
    assert (reading.status.value, reading.vin) == ("read", sample_vin())
    assert (reading.inside_region, reading.advice) == (False, (FOUND_OUTSIDE,))


def test_without_a_region_nothing_is_said_about_it(reader: Reader) -> None:
    assert reader.read(SAMPLE.read_bytes()).inside_region is None
    assert reader.read(blank_jpeg(), Region(0, 0, 0.5, 0.5)).inside_region is None


def test_a_number_too_small_for_the_whole_photo_is_read_in_its_region(reader: Reader) -> None:
    small = Image.open(SAMPLE).convert("RGB").resize((400, 300), Image.Resampling.BOX)
    photo = Image.new("RGB", (3200, 2400), (120, 120, 120))
    photo.paste(small, (2000, 1500))
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=92)
    assert reader.read(buffer.getvalue()).status is Status.NOT_FOUND
    reading = reader.read(buffer.getvalue(), Region(2000 / 3200, 1500 / 2400, 0.125, 0.125))
    assert (reading.status, reading.vin) == (Status.READ, sample_vin())
    assert reading.inside_region is True
    # A quarter of the sample's size, moved to where it was pasted.
    own = reader.read(SAMPLE.read_bytes()).quad
    assert own
    assert reading.quad
    expected = np.array(own) / 4 + [2000, 1500]
    assert np.abs(np.array(reading.quad) - expected).max() < 8


@pytest.mark.parametrize("enough", [True, False])
def test_the_whole_photo_is_looked_at_only_where_the_region_is_not_enough(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, enough: bool
) -> None:
    detected: list[tuple[int, ...]] = []
    looked_at: list[list[Quad]] = []
    steps, look = reader.detector.steps, reader._look

    def noted_steps(photo: Grey) -> Iterator[tuple[TextLine, ...]]:
        detected.append(photo.shape)
        return steps(photo)

    def noted_look(search: Search, quads: list[Quad], *args: Any) -> list[Look]:
        looked_at.append(quads)
        return look(search, quads, *args)

    monkeypatch.setattr(reader.detector, "steps", noted_steps)
    monkeypatch.setattr(reader, "_look", noted_look)
    if not enough:
        monkeypatch.setattr(reader, "config", replace(reader.config, settled=1.1))
    reading = reader.read(SAMPLE.read_bytes(), Region(0.1, 0.3, 0.5, 0.3))
    assert (reading.vin, reading.inside_region) == (sample_vin(), True)
    part = (601, 1041)  # 15 % of 800 pixels more on each side
    if enough:
        assert detected == [part]
    else:
        assert detected == [part, (1200, 1600)]
        inside, whole = looked_at  # it stands level as it is
        assert inside
        assert whole
        assert elsewhere(whole, inside) == whole


def test_a_region_that_shows_no_more_than_the_photo_is_not_looked_at_alone(
    reader: Reader,
) -> None:
    photo = np.asarray(Image.open(SAMPLE).convert("L"))
    for region in (Region(0, 0.3, 1, 0.3), Region(0.1, 0.1, 0.7, 0.7)):
        assert LineFinder(reader.detector, reader.config, photo, region).in_region() == []


@pytest.mark.parametrize("corner", [(0.0, 0.0), (0.999999, 0.999999), (0.5, 0.999999)])
def test_a_region_of_a_pixel_harms_nothing(reader: Reader, corner: tuple[float, float]) -> None:
    reading = reader.read(SAMPLE.read_bytes(), Region(*corner, 1e-6, 1e-6))
    assert (reading.vin, reading.inside_region) == (sample_vin(), False)


LINE = ((10.0, 10.0), (110.0, 10.0), (110.0, 20.0), (10.0, 20.0))
VIN = "1M8GDM9AXKP042788"


def moved(quad: Quad, x: float, y: float) -> Quad:
    return as_quad([(a + x, b + y) for a, b in quad])


def test_a_line_is_elsewhere_where_its_centre_is() -> None:
    below, beside = moved(LINE, 0, 11), moved(LINE, 101, 0)
    overlapping = moved(LINE, 40, 4)
    assert elsewhere([below, overlapping, beside], [LINE]) == [below, beside]
    assert elsewhere([LINE], []) == [LINE]


@given(
    st.floats(-3.2, 3.2), st.floats(20, 200), st.floats(5, 20), st.floats(-1, 1), st.floats(-1, 1)
)
def test_a_centre_within_a_turned_line_is_known(
    angle: float, long: float, high: float, along: float, across: float
) -> None:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [long, high]
    line = as_quad(corners @ turn + 300)
    centre = np.array([along * 1.5 * long, across * 1.5 * high])
    other = as_quad((np.array([[-2, -1], [2, -1], [2, 1], [-2, 1]]) + centre) @ turn + 300)
    near = 1e-6
    if max(abs(along), abs(across)) * 1.5 < 1 - near:
        assert elsewhere([other], [line]) == []
    elif max(abs(along), abs(across)) * 1.5 > 1 + near:
        assert elsewhere([other], [line]) == [other]


def test_a_bar_code_alone_counts_by_where_it_lies() -> None:
    code = Barcode(VIN, Symbology.CODE_39, LINE)
    foreign = Barcode("JS3TD62V6Y4100123", Symbology.CODE_39, moved(LINE, 300, 300))
    reading = Reading(Status.READ, VIN, 0.99, source=Source.BARCODE, barcodes=(foreign, code))
    inside = located(reading, Region(0, 0, 0.5, 0.5), 400, 400)
    assert (inside.inside_region, inside.advice) == (True, ())
    outside = located(reading, Region(0.5, 0.5, 0.5, 0.5), 400, 400)
    assert (outside.inside_region, outside.advice) == (False, (FOUND_OUTSIDE,))


def test_a_line_counts_by_where_it_lies_and_keeps_its_other_advice() -> None:
    code = Barcode(VIN, Symbology.CODE_39, moved(LINE, 300, 300))
    reading = Reading(
        Status.RETAKE, VIN, 0.4, quad=LINE, barcodes=(code,), advice=("Step closer.",)
    )
    outside = located(reading, Region(0.5, 0.5, 0.5, 0.5), 400, 400)
    assert outside == replace(reading, inside_region=False, advice=("Step closer.", FOUND_OUTSIDE))
    nothing = Reading(Status.NOT_FOUND, advice=("Show it.",))
    assert located(nothing, Region(0, 0, 1, 1), 400, 400) == nothing


@given(st.floats(0, 0.9), st.floats(0, 0.9), st.floats(0.01, 0.5), st.floats(0.01, 0.5))
def test_the_pixels_of_a_region_hold_it_and_its_margin(
    x: float, y: float, width: float, height: float
) -> None:
    rows, columns = Region(x, y, width, height).pixels(1000, 500, 0.1)
    more = 0.1 * max(1000 * width, 500 * height)
    for cut, begin, end, side in (
        (rows, 500 * y, 500 * (y + height), 500),
        (columns, 1000 * x, 1000 * (x + width), 1000),
    ):
        assert max(0, begin - more - 1) <= cut.start <= max(0, begin - more)
        assert min(side, end + more) <= cut.stop <= min(side, end + more + 1)


@pytest.mark.parametrize("text", ["0,0,1,1", "0.25,0.5,0.5,0.125", "0.9,0.9,0.1,0.1"])
def test_a_region_comes_back_from_its_text(text: str) -> None:
    region = Region.from_text(text)
    assert region
    assert Region.from_text(region.to_text()) == region


@pytest.mark.parametrize(
    "text",
    ["", "0,0,1", "0,0,1,1,1", "a,b,c,d", "0,0,0,1", "-0.1,0,1,1", "0.5,0,0.6,1", "nan,0,1,1"],
)
def test_what_is_no_part_of_a_photo_is_no_region(text: str) -> None:
    assert Region.from_text(text) is None
