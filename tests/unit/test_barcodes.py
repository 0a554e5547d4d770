"""Bar codes drawn here are read as they are, turned, small, over-exposed, beside a line; what is no
VIN is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.barcode_pictures import drawn, stuck_on
from vinreader.barcodes import BarcodeReader, FoundClaim, merged
from vinreader.claims import Weight
from vinreader.results import Barcode, Symbology

VIN = "1M8GDM9AXKP042788"
READER = BarcodeReader()


def photo(height: int = 800, width: int = 1100) -> np.ndarray:
    return np.full((height, width), 130, np.uint8)


def centre(claim: FoundClaim) -> np.ndarray:
    return np.mean(claim.barcode.quad, axis=0)


@pytest.mark.parametrize("symbology", Symbology)
def test_every_symbology_is_read_where_it_stands(symbology: Symbology) -> None:
    code = drawn(VIN, symbology, scale=4 if "code_" not in symbology else 2)
    (claim,) = READER.read(stuck_on(photo(), code, left=300, top=200))
    assert (claim.vin, claim.barcode.symbology, claim.weight) == (VIN, symbology, Weight.PROVE)
    middle = [300 + 12 + code.shape[1] / 2, 200 + 12 + code.shape[0] / 2]
    assert centre(claim) == pytest.approx(middle, abs=12)


def test_a_code_in_a_large_photo_is_told_in_its_own_pixels() -> None:
    for symbology, scale in ((Symbology.CODE_39, 5), (Symbology.DATA_MATRIX, 16)):
        code = drawn(VIN, symbology, scale)
        (claim,) = READER.read(stuck_on(photo(3000, 4000), code, left=1500, top=1000))
        middle = [1512 + code.shape[1] / 2, 1012 + code.shape[0] / 2]
        assert centre(claim) == pytest.approx(middle, abs=40)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_turned_code_is_read(turns: int) -> None:
    upright = stuck_on(photo(), drawn("I" + VIN), left=300, top=200)
    (claim,) = READER.read(np.ascontiguousarray(np.rot90(upright, turns)))
    assert claim.vin == VIN


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("4006381333931", zxingcpp.BarcodeFormat.EAN13),
        ("DOT4B9CJR2R2319", zxingcpp.BarcodeFormat.Code39),
        ("12345678901234567", zxingcpp.BarcodeFormat.Code128),
        ("https://example.com/tyres/225-45-R17", zxingcpp.BarcodeFormat.QRCode),
        ("1M8GDM9A5KP042788", zxingcpp.BarcodeFormat.Code39),
    ],
)
def test_a_code_that_holds_no_vin_claims_nothing(
    content: str, kind: zxingcpp.BarcodeFormat
) -> None:
    page = stuck_on(photo(), drawn(content, kind, scale=3), left=200, top=200)
    assert READER.read(page) == ()
    assert READER.read_closer(page) == ()


def over_exposed() -> np.ndarray:
    """White has eaten most of each bar, and a glint hides them in the middle."""
    code = cv2.resize(drawn("I" + VIN, scale=4), None, fx=0.5, fy=1, interpolation=cv2.INTER_AREA)
    page = stuck_on(photo(), code, left=200, top=200).astype(np.float32)
    cv2.ellipse(page, (500, 290), (60, 14), 20, 0, 360, 255, -1)
    burnt = cv2.GaussianBlur(page, (0, 0), 1.3) * 2
    return np.clip(burnt, 0, 255).astype(np.uint8)


def small_and_blurred() -> np.ndarray:
    page = stuck_on(photo(), drawn(VIN, scale=3), left=20, top=200)
    turned = cv2.warpAffine(
        page,
        cv2.getRotationMatrix2D((550, 400), 9, 0.7),
        (1100, 800),
        flags=cv2.INTER_AREA,
        borderValue=130,
    )
    return np.asarray(cv2.GaussianBlur(turned, (0, 0), 1.0), np.uint8)


@pytest.mark.parametrize("make", [over_exposed, small_and_blurred])
def test_a_closer_look_reads_what_the_quick_one_does_not(make) -> None:
    page = make()
    assert READER.read(page) == ()
    (claim,) = READER.read_closer(page)
    assert (claim.vin, claim.barcode.symbology) == (VIN, Symbology.CODE_39)


def test_a_matrix_beside_the_line_is_read_enlarged() -> None:
    code = cv2.resize(drawn(VIN, Symbology.DATA_MATRIX, 4), (52, 26), interpolation=cv2.INTER_AREA)
    page = stuck_on(photo(2600, 3600), code, left=700, top=800)
    line = ((790.0, 820.0), (1200.0, 820.0), (1200.0, 845.0), (790.0, 845.0))
    assert READER.read(page) == ()
    (claim,) = READER.read_closer(page, [line])
    assert (claim.vin, claim.barcode.symbology) == (VIN, Symbology.DATA_MATRIX)
    before = ((290.0, 820.0), (700.0, 820.0), (700.0, 845.0), (290.0, 845.0))
    (claim,) = READER.read_closer(page, [before])
    assert claim.vin == VIN


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.3, 1.4), st.floats(0, 25), st.floats(-12, 12))
def test_however_bad_the_photo_no_other_number_is_read(
    seed: int, blur: float, noise: float, angle: float
) -> None:
    dice = np.random.default_rng(seed)
    code = cv2.resize(drawn(VIN, scale=3), (420, 80), interpolation=cv2.INTER_AREA)
    page = stuck_on(photo(300, 560), code, left=50, top=90)
    turn = cv2.getRotationMatrix2D((280, 150), angle, 1)
    page = cv2.warpAffine(page, turn, (560, 300), borderValue=130)
    hidden = dice.integers(60, 500)
    page[:, hidden : hidden + 3] = dice.choice([0, 255])
    bad = cv2.GaussianBlur(page.astype(np.float32), (0, 0), blur) + dice.normal(
        0, noise, page.shape
    )
    page = np.clip(bad, 0, 255).astype(np.uint8)
    for claim in READER.read(page) + READER.read_closer(page):
        assert claim.vin == VIN


def test_contradicting_drawings_of_one_patch_claim_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One drawing shows one number, all others another."""
    rows = [drawn(content, scale=2)[20] for content in ("1M8GDM9AXKP042788", "JS3TD62V6Y4100123")]
    rows += [rows[1]] * 3
    monkeypatch.setattr("vinreader.barcodes.profiles", lambda *_: iter(rows))
    page = stuck_on(photo(), drawn(VIN), left=300, top=200)
    assert READER.read_closer(page) == ()
    rows[0] = rows[1]
    assert [claim.vin for claim in READER.read_closer(page)] == ["JS3TD62V6Y4100123"]


def test_a_number_is_told_once_by_its_weightiest_claim() -> None:
    quad = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    weak = FoundClaim(Barcode(VIN, Symbology.CODE_39, quad), Weight.CONFIRM)
    strong = FoundClaim(Barcode(VIN, Symbology.QR_CODE, quad), Weight.PROVE)
    assert merged([weak, strong, weak]) == (strong,)


@pytest.mark.parametrize("size", [(16, 16), (16, 4000), (4000, 16)])
def test_photos_of_any_shape_are_looked_at(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, size).astype(np.uint8)
    line = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.0), (0.0, 0.0))
    assert READER.read(noise) == ()
    assert READER.read_closer(noise, [line]) == ()
