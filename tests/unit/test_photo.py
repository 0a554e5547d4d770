"""The door: what opens, how it stands, and what is refused with which words."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFile

from tests.photos import UPRIGHT, quarters
from vinreader.photo import UnreadableImage, open_grey, open_photo

DAMAGED = "The image is damaged or incomplete."
NO_IMAGE = "The file is not a JPEG, PNG, WebP, BMP, HEIC or AVIF image."
ORIENTATION = 0x0112


def encoded(picture: np.ndarray | Image.Image, kind: str, **options) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def turned(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def png_header(width: int, height: int, colour: int = 2, depth: int = 8) -> bytes:
    """A PNG that promises a size and holds not a pixel of it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 64))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def corners(photo: np.ndarray) -> list[list[int]]:
    """Colours near the four corners, clockwise from the top left."""
    return [photo[y, x].tolist() for y, x in ((4, 4), (4, -5), (-5, -5), (-5, 4))]


def assert_is(photo: np.ndarray, expected: np.ndarray, tolerance: int = 0) -> None:
    assert photo.dtype == np.uint8
    assert photo.shape == expected.shape
    assert np.abs(photo.astype(int) - expected.astype(int)).max() <= tolerance


@pytest.mark.parametrize(
    ("kind", "options"),
    [("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True})],
)
def test_lossless_formats_open_pixel_for_pixel(kind, options):
    assert_is(open_photo(encoded(quarters(), kind, **options)), quarters())


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("JPEG", {"quality": 95, "subsampling": 0}),
        ("JPEG", {"quality": 95, "subsampling": 0, "progressive": True}),
        ("MPO", {"quality": 95, "subsampling": 0}),
    ],
)
def test_jpegs_open_with_their_colours_in_order(kind, options):
    second = {"save_all": True, "append_images": [Image.new("RGB", (48, 32))]}
    data = encoded(quarters(), kind, **options, **(second if kind == "MPO" else {}))
    assert_is(open_photo(data), quarters(), tolerance=4)


def test_what_follows_the_picture_does_no_harm():
    """Phones append films and depth maps to their JPEGs."""
    data = encoded(quarters(), "JPEG", quality=95, subsampling=0)
    assert_is(open_photo(data + b"\xff\xda" * 500), quarters(), tolerance=4)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientation_is_applied(kind, orientation):
    options = {"lossless": True} if kind == "WEBP" else {}
    photo = open_photo(encoded(quarters(), kind, exif=turned(orientation), **options))
    assert photo.shape == ((48, 32, 3) if orientation >= 5 else (32, 48, 3))
    assert corners(photo) == [list(colour) for colour in UPRIGHT[orientation]]


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_orientation_of_a_jpeg_is_applied_once(orientation):
    data = encoded(quarters(), "JPEG", quality=95, subsampling=0, exif=turned(orientation))
    expected = open_photo(encoded(quarters(), "PNG", exif=turned(orientation)))
    assert_is(open_photo(data), expected, tolerance=4)


def noise(mode: str) -> Image.Image:
    colours = np.random.default_rng(5).integers(0, 256, (32, 48, 4), np.uint8)
    return Image.fromarray(colours).convert(mode)


@pytest.mark.parametrize("orientation", [1, 2, 6])
@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "RGB", {"keep_rgb": True}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "L", {}),
        ("PNG", "L", {"transparency": 7}),
        ("PNG", "LA", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("BMP", "L", {}),
    ],
)
def test_grey_levels_are_those_of_the_colours(kind, mode, options, orientation):
    exif = {"exif": turned(orientation)} if kind != "BMP" else {}
    data = encoded(noise(mode), kind, **options, **exif)
    expected = cv2.cvtColor(open_photo(data), cv2.COLOR_RGB2GRAY)
    # Colours beyond those of a screen, which noise has plenty of, are cut to them in RGB.
    extreme = np.isin(open_photo(data), (0, 255)).any(axis=2) if kind == "JPEG" else np.False_
    grey = open_grey(data)
    assert_is(np.where(extreme, 0, grey), np.where(extreme, 0, expected), tolerance=2)


@pytest.mark.parametrize("orientation", [0, 9, 60_000])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    assert_is(open_photo(encoded(quarters(), "PNG", exif=turned(orientation))), quarters())


def test_broken_metadata_does_not_cost_the_photo():
    data = encoded(quarters(), "JPEG", quality=95, subsampling=0, exif=b"Exif\0\0no such thing")
    assert_is(open_photo(data), quarters(), tolerance=4)


def test_grayscale_becomes_three_equal_channels():
    gray = np.arange(32 * 48).reshape(32, 48).astype(np.uint8)
    expected = np.repeat(gray[:, :, None], 3, axis=2)
    assert_is(open_photo(encoded(gray, "PNG")), expected)
    smooth = np.repeat(np.linspace(0, 255, 48)[None], 32, axis=0).astype(np.uint8)
    expected = np.repeat(smooth[:, :, None], 3, axis=2)
    assert_is(open_photo(encoded(smooth, "JPEG", quality=95)), expected, tolerance=4)


@pytest.mark.parametrize("mode", ["P", "1"])
@pytest.mark.parametrize("kind", ["PNG", "BMP"])
def test_palettes_and_bitmaps_show_their_colours(mode, kind):
    picture = Image.fromarray(quarters()).convert(mode, dither=Image.Dither.NONE)
    assert_is(open_photo(encoded(picture, kind)), np.array(picture.convert("RGB")))


def test_sixteen_bits_keep_their_high_byte():
    deep = np.linspace(0, 65_535, 32 * 48).astype(np.uint16).reshape(32, 48)
    done, data = cv2.imencode(".png", deep)
    assert done
    assert_is(open_photo(data.tobytes()), np.repeat((deep >> 8)[:, :, None], 3, axis=2))
    done, data = cv2.imencode(".png", np.dstack([deep] * 3))
    assert done
    assert_is(open_photo(data.tobytes()), np.repeat((deep >> 8)[:, :, None], 3, axis=2))


def test_cmyk_comes_out_in_its_colours():
    data = encoded(Image.fromarray(quarters()).convert("CMYK"), "JPEG", quality=95, subsampling=0)
    assert_is(open_photo(data), quarters(), tolerance=8)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_what_is_transparent_shows_white(mode, kind, options):
    picture = Image.new(mode, (48, 32), (0, 0, 0, 0) if mode == "RGBA" else (0, 0))
    picture.paste((0, 0, 0, 255) if mode == "RGBA" else (0, 255), (0, 0, 24, 32))
    photo = open_photo(encoded(picture, kind, **options))
    assert corners(photo) == [[0, 0, 0], [255, 255, 255], [255, 255, 255], [0, 0, 0]]


@pytest.mark.parametrize(("kind", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_an_animation_gives_its_first_frame(kind, options):
    later = Image.new("RGB", (48, 32), "black")
    data = encoded(quarters(), kind, save_all=True, append_images=[later], duration=100, **options)
    assert_is(open_photo(data), quarters())


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "The file is empty."),
        (b"Dear sirs, attached you find the photo.", NO_IMAGE),
        (b"\0" * 100_000, NO_IMAGE),
        (b"%PDF-1.7\n", NO_IMAGE),
        (encoded(quarters(), "GIF"), NO_IMAGE),
        (encoded(quarters(), "TIFF"), NO_IMAGE),
        (b"\xff\xd8\xff", DAMAGED),
        (b"\x89PNG\r\n\x1a\n", DAMAGED),
        (b"BM", DAMAGED),
        (b"RIFF\0\0\0\0WEBPVP8 ", DAMAGED),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100, DAMAGED),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif" + b"\0" * 100, DAMAGED),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + b"\0" * 100, NO_IMAGE),
    ],
)
def test_what_is_no_image_is_refused(data, message):
    with pytest.raises(UnreadableImage) as refusal:
        open_photo(data)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("kind", "options"),
    [("JPEG", {}), ("JPEG", {"progressive": True}), ("PNG", {}), ("WEBP", {}), ("BMP", {})],
)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_a_truncated_image_is_refused(kind, options, share):
    noise = np.random.default_rng(7).integers(0, 256, (64, 96, 3), np.uint8)
    data = encoded(noise, kind, **options)
    with pytest.raises(UnreadableImage) as refusal:
        open_photo(data[: int(len(data) * share)])
    assert str(refusal.value) == DAMAGED


@pytest.mark.parametrize(
    ("width", "height", "message"),
    [
        (20_000, 20_000, "The image has too many pixels; at most 67 megapixels are read."),
        (9_000, 8_000, "The image has 9000×8000 pixels; at most 67 megapixels are read."),
        (32_767, 16, "The image has 32767×16 pixels; a side may have at most 32766."),
        (4_000, 15, "The image has 4000×15 pixels; a side must have at least 16."),
        (1, 1, "The image has 1×1 pixels; a side must have at least 16."),
        (9_248, 6_936, DAMAGED),  # within the limits: only the missing pixels are wrong
    ],
)
def test_the_size_is_judged_before_a_pixel_is_decoded(width, height, message):
    with pytest.raises(UnreadableImage) as refusal:
        open_photo(png_header(width, height))
    assert str(refusal.value) == message


def test_a_sound_image_beyond_the_limit_is_refused():
    bilevel = encoded(Image.new("1", (9_000, 8_000)), "PNG")
    assert len(bilevel) < 20_000
    with pytest.raises(UnreadableImage, match="The image has 9000×8000 pixels"):
        open_photo(bilevel)


def test_a_progressive_jpeg_of_a_thousand_scans_is_refused():
    data = encoded(quarters(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    with pytest.raises(UnreadableImage) as refusal:
        open_photo(data[:last] + data[last:-2] * 1000 + data[-2:])
    assert str(refusal.value) == DAMAGED


def test_pillow_keeps_its_own_limits():
    """Another part of the program may rely on them: they are global."""
    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    open_photo(encoded(quarters(), "JPEG"))
    after = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES)
    assert after == before


def test_a_palette_that_is_missing_is_damage():
    data = encoded(Image.fromarray(quarters()).convert("P"), "PNG")
    at = data.index(b"PLTE") - 4
    length = int.from_bytes(data[at : at + 4], "big")
    with pytest.raises(UnreadableImage) as refusal:
        open_photo(data[:at] + data[at + 12 + length :])
    assert str(refusal.value) == DAMAGED
