"""The copy of a photo that is kept: the same picture to the pixel, and not a word of where."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFilter

from benchmarks.hostile_images import mutated
from benchmarks.hostile_seeds import seeds
from tests.heif_files import avif, heic
from tests.photos import SAMPLE, UPRIGHT, quarters
from vinreader.cleaning import cleaned
from vinreader.photo import UnreadableImage, open_photo

# Pillow grumbles over broken EXIF data, which do not cost the photo.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:PIL")

ORIENTATION, MAKER_NOTE, GPS, LATITUDE = 0x0112, 0x927C, 0x8825, 2
PLACE = b"48.137,11.575"
XMP = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>%s</x:xmpmeta>"
APP1, APP2, APP11, APP13, COMMENT = 0xE1, 0xE2, 0xEB, 0xED, 0xFE


def picture() -> Image.Image:
    """Soft, so that coding changes little, and different in each corner."""
    return Image.fromarray(quarters(96, 64)).filter(ImageFilter.GaussianBlur(4))


def located(orientation: int = 1) -> Image.Exif:
    """EXIF as phones write it."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif.get_ifd(0x8769)[MAKER_NOTE] = b"taken at " + PLACE
    exif[GPS] = {1: "N", LATITUDE: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 30.0)}
    return exif


def jpeg(image: Image.Image | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    (image or picture()).save(buffer, "JPEG", **({"quality": 95, "exif": located()} | options))
    return buffer.getvalue()


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def behind_start(data: bytes, *segments: bytes) -> bytes:
    return data[:2] + b"".join(segments) + data[2:]


def markers(data: bytes) -> list[int]:
    """Those of the segments up to the first scan."""
    found: list[int] = []
    at = 2
    while not found or found[-1] != 0xDA:
        assert data[at] == 0xFF
        found.append(data[at + 1])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return found


def exif_of(data: bytes) -> dict[int, object]:
    with Image.open(io.BytesIO(data)) as image:
        return dict(image.getexif())


def assert_same_picture(copy: bytes, data: bytes) -> None:
    assert np.array_equal(open_photo(copy), open_photo(data))


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_of_exif_the_orientation_stays_alone(orientation: int) -> None:
    data = jpeg(exif=located(orientation))
    assert {GPS, 0x8769} < set(exif_of(data))
    copy = cleaned(data)
    assert exif_of(copy) == ({} if orientation == 1 else {ORIENTATION: orientation})
    assert_same_picture(copy, data)
    assert PLACE not in copy


def test_no_segment_but_what_the_pixels_need_stays() -> None:
    plain = jpeg(exif=b"")
    data = behind_start(
        plain,
        segment(APP1, XMP % PLACE),
        segment(APP1, b"http://ns.adobe.com/xmp/extension/\0" + PLACE),
        segment(APP2, b"MPF\0" + PLACE),
        segment(APP2, b"FPXR\0" + PLACE),
        segment(APP11, b"JP\0\1" + PLACE),
        segment(APP13, b"Photoshop 3.0\0" + PLACE),
        segment(COMMENT, PLACE),
        segment(0xE0, b"JFXX\0\x10" + PLACE),
        *(segment(0xE0 + number, PLACE) for number in range(16)),
    )
    assert_same_picture(data, plain)
    assert cleaned(data) == cleaned(plain) == plain


def test_segments_between_scans_go_too() -> None:
    plain = jpeg(exif=b"", progressive=True)
    second = plain.index(b"\xff\xda", plain.index(b"\xff\xda") + 2)
    table = plain.rindex(b"\xff\xc4", 0, second)  # of Huffman codes, before that scan
    data = plain[:table] + segment(COMMENT, PLACE) + plain[table:]
    assert_same_picture(data, plain)
    assert cleaned(data) == plain


def test_what_phones_append_goes() -> None:
    """A second picture with EXIF of its own, or a film."""
    plain = jpeg(exif=b"")
    film = b"\0\0\0\x18ftypmp42" + PLACE
    assert cleaned(plain + jpeg()) == cleaned(plain + film) == plain
    several = io.BytesIO()
    options = {"save_all": True, "append_images": [picture()], "exif": located(6)}
    picture().save(several, "MPO", **options)
    copy = cleaned(several.getvalue())
    with Image.open(io.BytesIO(copy)) as image:
        assert (image.format, image.info.get("mp")) == ("JPEG", None)
    assert_same_picture(copy, several.getvalue())
    assert exif_of(copy) == {ORIENTATION: 6}


def test_the_thumbnail_in_jfif_goes() -> None:
    data = jpeg(exif=b"")
    thumbnail = b"\xff\xd9\xff" * 4
    jfif = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\2\2" + thumbnail)
    length = int.from_bytes(data[4:6], "big")
    replaced = data[:2] + jfif + data[4 + length :]
    assert_same_picture(replaced, data)
    assert cleaned(replaced) == data


def test_an_orientation_that_xmp_alone_tells_is_told_by_exif() -> None:
    xmp = (
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
        b"</rdf:RDF>"
    )
    data = behind_start(jpeg(exif=b""), segment(APP1, XMP % xmp))
    assert open_photo(data).shape == (96, 64, 3)
    copy = cleaned(data)
    assert exif_of(copy) == {ORIENTATION: 6}
    assert_same_picture(copy, data)


@pytest.mark.parametrize("orientation", [0, 9, 60_000])
def test_an_orientation_that_does_not_exist_goes(orientation: int) -> None:
    data = jpeg(exif=located(orientation))
    assert exif_of(cleaned(data)) == {}
    assert_same_picture(cleaned(data), data)


def test_the_colour_profile_stays() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    copy = cleaned(jpeg(icc_profile=profile))
    with Image.open(io.BytesIO(copy)) as image:
        assert image.info["icc_profile"] == profile


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_colours_stay_what_they_are(mode: str) -> None:
    data = jpeg(picture().convert(mode))
    copy = cleaned(data)
    with Image.open(io.BytesIO(copy)) as image:
        assert image.mode == mode
    assert_same_picture(copy, data)
    assert (0xEE in markers(copy)) == (mode == "CMYK")  # Adobe's, which tells them apart


def test_a_large_photo_with_restarts_stays_as_it_is_coded() -> None:
    with Image.open(SAMPLE) as sample:
        data = jpeg(sample, quality=90, restart_marker_blocks=3)
    copy = cleaned(data)
    assert data.count(b"\xff\xd0") > 100
    assert data.endswith(copy[copy.index(b"\xff\xdb") :])
    assert_same_picture(copy, data)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP", "HEIC", "AVIF"])
def test_what_is_no_jpeg_becomes_one_upright(kind: str) -> None:
    exif = located(6).tobytes()
    if kind in ("HEIC", "AVIF"):
        data = (heic if kind == "HEIC" else avif)(picture(), exif=exif)
    else:
        buffer = io.BytesIO()
        picture().save(buffer, kind, **({} if kind == "BMP" else {"exif": exif, "lossless": True}))
        data = buffer.getvalue()
    copy = cleaned(data)
    assert copy.startswith(b"\xff\xd8\xff")
    assert exif_of(copy) == {}
    shown = open_photo(data)
    assert open_photo(copy).shape == shown.shape
    assert np.abs(open_photo(copy).astype(int) - shown.astype(int)).max() <= 12
    assert not any(mark in copy for mark in (b"Exif", b"GPS", PLACE))


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: behind_start(data, b"\xff\xdc\0\4\0\0"),  # what decoders pass over
        lambda data: data.replace(b"\xff\xda", b"\0" * 9 + b"\xff\xda"),
    ],
)
def test_a_jpeg_that_is_put_together_in_another_way_is_coded_anew(broken) -> None:
    data = broken(jpeg(exif=located(6)))
    shown = open_photo(data)
    copy = cleaned(data)
    assert exif_of(copy) == {}
    assert PLACE not in copy
    assert open_photo(copy).shape == shown.shape
    assert np.abs(open_photo(copy).astype(int) - shown.astype(int)).max() <= 12


def test_a_copy_of_a_copy_is_the_same() -> None:
    copy = cleaned(jpeg(exif=located(8)))
    assert cleaned(copy) == copy


@pytest.mark.parametrize(("kind", "files"), [("jpeg", 1500), ("webp", 300), ("bmp", 200)])
def test_whatever_opens_has_a_copy_that_opens(kind: str, files: int) -> None:
    """Broken files too. Where a copy has the scan of its file, it shows the same to the pixel."""
    copies: list[bytes] = []
    the_same: list[bytes] = []

    @settings(derandomize=True, database=None, deadline=None, max_examples=files)
    @given(st.sampled_from(seeds()[kind]), st.randoms(use_true_random=True))
    def keep_one(seed, dice):
        data = mutated(seed, dice)
        try:
            shown = open_photo(data)
        except UnreadableImage:
            return
        copy = cleaned(data)
        again = open_photo(copy)
        assert again.shape == shown.shape
        assert cleaned(copy) == copy
        copies.append(copy)
        scan = copy.index(b"\xff\xda")
        if copy[scan : scan + 60] in data:
            assert np.array_equal(again, shown)
            the_same.append(copy)

    keep_one()
    assert len(copies) > files // 10
    assert (len(the_same) > len(copies) // 2) == (kind == "jpeg")
