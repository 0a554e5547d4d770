"""A region of interest: which lines it holds, how it is asked for, and that it decides."""

import base64
import io
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from local.http_api import HttpApi
from tests.answers import problem
from tests.photos import SAMPLE, blank_jpeg, sample_vin
from vinreader.reader import Reader
from vinreader.region import Region

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


def test_a_number_outside_is_read_where_there_is_none_inside(reader: Reader) -> None:
    reading = reader.read(SAMPLE.read_bytes(), Region(0, 0, 0.05, 0.05))
    assert (reading.status.value, reading.vin) == ("read", sample_vin())
