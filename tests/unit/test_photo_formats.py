"""HEIC and AVIF at the door: how they open and stand, what is refused; what no format leaves."""

import io
import json
import struct
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from tests.heif_files import Item, avif, box, heic, heif_file
from tests.photos import SAMPLE, UPRIGHT, quarters, sample_vin
from vinreader.cli import main
from vinreader.photo import MEDIA_TYPES, PhotoFormat, UnreadableImage, format_of, open_photo

DAMAGED = "The image is damaged or incomplete."
TOO_MANY = "The image has too many pixels; at most 67 megapixels are read."
ORIENTATION, UNUSED, GPS, LATITUDE = 0x0112, 0x0113, 0x8825, 2

ENCODERS = {"HEIC": heic, "AVIF": avif}


def picture(width: int = 96, height: int = 64) -> Image.Image:
    return Image.fromarray(quarters(width, height))


def exif_of(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[UNUSED] = 1  # kept where an encoder takes the orientation out
    return exif.tobytes()


def turned_by_exif_alone(data: bytes, orientation: int) -> bytes:
    """The file, its EXIF telling another orientation than its own properties do."""
    for order in "<>":
        for tag in (ORIENTATION, UNUSED):
            entry = struct.pack(order + "HHI", tag, 3, 1)
            if entry in data:
                at = data.index(entry)
                told = struct.pack(order + "HHIH", ORIENTATION, 3, 1, orientation)
                return data[:at] + told + data[at + len(told) :]
    raise AssertionError("no EXIF")


def assert_corners(photo: np.ndarray, expected: tuple) -> None:
    """The colours near the four corners, clockwise from the top left."""
    found = np.array([photo[y, x] for y, x in ((8, 8), (8, -9), (-9, -9), (-9, 8))], int)
    assert np.abs(found - np.array(expected)).max() <= 12


def assert_refused(data: bytes, message: str) -> None:
    with pytest.raises(UnreadableImage) as refusal:
        open_photo(data)
    assert str(refusal.value) == message


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_photo_opens_with_its_colours_in_order(kind):
    photo = open_photo(ENCODERS[kind](picture()))
    assert photo.dtype == np.uint8
    assert photo.shape == (64, 96, 3)
    assert_corners(photo, UPRIGHT[1])


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("said_by_exif", [None, 1, 3, 8])
def test_the_file_s_own_orientation_is_applied_once(kind, orientation, said_by_exif):
    """iPhones tell it twice, in the picture's properties and in EXIF; some tell it differently."""
    data = ENCODERS[kind](picture(), exif=exif_of(orientation))
    if said_by_exif is not None:
        data = turned_by_exif_alone(data, said_by_exif)
    photo = open_photo(data)
    assert photo.shape == ((96, 64, 3) if orientation >= 5 else (64, 96, 3))
    assert_corners(photo, UPRIGHT[orientation])


def test_a_photo_in_tiles_opens_as_one():
    picture = Image.open(SAMPLE).resize((300, 200))
    whole, tiled = open_photo(heic(picture)), open_photo(heic(picture, tile_size=64))
    assert tiled.shape == (200, 300, 3)
    assert np.abs(tiled.astype(int) - whole).mean() < 2


@pytest.mark.parametrize("kind", ENCODERS)
def test_what_is_transparent_shows_white(kind):
    picture = Image.new("RGBA", (96, 64), (0, 0, 0, 0))
    picture.paste((0, 0, 0, 255), (0, 0, 48, 64))
    black, white = (0, 0, 0), (255, 255, 255)
    assert_corners(open_photo(ENCODERS[kind](picture)), (black, white, white, black))


@pytest.mark.parametrize("kind", ENCODERS)
def test_grayscale_becomes_three_equal_channels(kind):
    ramp = np.repeat(np.linspace(0, 255, 96)[None], 64, axis=0).astype(np.uint8)
    photo = open_photo(ENCODERS[kind](Image.fromarray(ramp)))
    assert np.abs(photo.astype(int) - ramp[:, :, None]).max() <= 8


def test_more_bits_than_eight_keep_the_highest():
    ramp = np.repeat(np.linspace(0, 65_535, 96)[None], 64, axis=0).astype(np.uint16)
    photo = open_photo(heic(Image.fromarray(ramp)))
    assert np.abs(photo.astype(int) - (ramp >> 8)[:, :, None]).max() <= 8


@pytest.mark.parametrize("kind", ENCODERS)
def test_of_several_pictures_the_first_opens(kind):
    later = [Image.new("RGB", (96, 64), "black")] * 2
    photo = open_photo(ENCODERS[kind](picture(), save_all=True, append_images=later))
    assert_corners(photo, UPRIGHT[1])


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_image_is_refused(kind, share):
    noise = np.random.default_rng(7).integers(0, 256, (64, 96, 3), np.uint8)
    data = ENCODERS[kind](Image.fromarray(noise))
    assert_refused(data[: int(len(data) * share)], DAMAGED)


def declared(data: bytes, width: int, height: int) -> bytes:
    """The file, declaring another size and holding not one pixel."""
    at = data.index(b"ispe") + 8
    header = data[:at] + struct.pack(">II", width, height) + data[at + 8 :]
    return header[: header.index(b"mdat") - 4] + box(b"mdat")


@pytest.mark.parametrize(
    ("width", "height", "message"),
    [
        (12_000, 12_000, TOO_MANY),
        (40_000, 16, "The image has 40000×16 pixels; a side may have at most 32766."),
        (4_000, 15, "The image has 4000×15 pixels; a side must have at least 16."),
        (9_000, 8_000, "The image has 9000×8000 pixels; at most 67 megapixels are read."),
        (9_248, 6_936, DAMAGED),  # within the limits: only the missing pixels are wrong
    ],
)
def test_the_size_is_judged_before_a_pixel_is_decoded(width, height, message):
    assert_refused(declared(heic(picture()), width, height), message)


def test_a_small_picture_of_many_large_tiles_is_refused_by_its_boxes():
    parts = {1: Item(b"grid", (64, 64)), 2: Item(b"hvc1", (4096, 4096), b"no pixels")}
    assert_refused(heif_file(parts, [(b"dimg", 1, [2] * 256)]), TOO_MANY)


def test_a_tile_that_is_larger_than_declared_is_damage():
    data = heic(picture(512, 512))
    at = data.index(b"ispe") + 8
    assert_refused(data[:at] + struct.pack(">II", 64, 64) + data[at + 8 :], DAMAGED)


def av1_bomb(width: int, height: int, frames: int) -> bytes:
    """An AVIF file that declares 64×64 pixels; its AV1 data declare what is said here."""
    size = int("0001100101" + f"11111111{width - 1:016b}{height - 1:016b}" + "0" * 6, 2)
    header = bytes([1 << 3 | 2, 7]) + size.to_bytes(7, "big")[:7]
    picture = Item(b"av01", (64, 64), header + bytes([6 << 3 | 2, 0]) * frames)
    return heif_file({1: picture}, brand=b"avif")


def test_av1_data_larger_than_declared_are_refused_by_their_header():
    assert_refused(av1_bomb(16_384, 16_384, 1), TOO_MANY)
    assert_refused(av1_bomb(8192, 8192, 5), TOO_MANY)


def test_av1_data_of_a_thousand_frames_are_refused():
    assert_refused(av1_bomb(64, 64, 1000), DAMAGED)


def test_hevc_data_of_a_thousand_pictures_are_refused():
    slice_ = struct.pack(">IBBB", 3, 20 << 1, 1, 0x80)
    assert_refused(heif_file({1: Item(b"hvc1", (64, 64), slice_ * 1000)}), DAMAGED)
    assert_refused(heif_file({1: Item(b"hvc1", (8192, 4096), slice_ * 5)}), TOO_MANY)


@pytest.mark.parametrize("kind", [b"unci", b"jpeg", b"j2k1", b"mski", b"av01"])
def test_heif_of_other_codecs_is_refused(kind):
    assert_refused(heif_file({1: Item(kind, (64, 64), b"\0" * 12_288)}), DAMAGED)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (heic(picture()), PhotoFormat.HEIC),
        (avif(picture()), PhotoFormat.AVIF),
        (SAMPLE.read_bytes(), PhotoFormat.JPEG),
        (b"\x89PNG\r\n\x1a\n", PhotoFormat.PNG),
        (b"RIFF\0\0\0\0WEBPVP8 ", PhotoFormat.WEBP),
        (b"RIFF\0\0\0\0WAVEfmt ", None),
        (b"BM", PhotoFormat.BMP),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", PhotoFormat.HEIC),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", PhotoFormat.AVIF),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", None),
        (b"GIF89a", None),
        (b"", None),
    ],
)
def test_the_first_bytes_tell_the_format(data, expected):
    assert format_of(data) is expected


def test_each_format_has_a_media_type():
    assert set(MEDIA_TYPES.values()) == set(PhotoFormat)
    assert next(iter(MEDIA_TYPES)) == "image/jpeg"


def test_decoders_are_loaded_by_the_first_photo_that_needs_them():
    code = (
        "import sys; from vinreader.photo import open_photo\n"
        "open_photo(sys.stdin.buffer.read())\n"
        "print(*{'pillow_heif', 'PIL.AvifImagePlugin', 'PIL.WebPImagePlugin'} & {*sys.modules})"
    )
    for data, loaded in [
        (SAMPLE.read_bytes(), b"\n"),
        (avif(picture()), b"PIL.AvifImagePlugin\n"),
        (heic(picture()), b"pillow_heif\n"),
    ]:
        done = subprocess.run(
            [sys.executable, "-c", code], input=data, capture_output=True, check=True
        )
        assert done.stdout == loaded


def turned_and_located() -> bytes:
    """EXIF as phones write it: an orientation, and the place where the photo was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", LATITUDE: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)}
    return exif.tobytes()


@pytest.mark.parametrize("suffix", [".heic", ".avif", ".jpg", ".png", ".webp"])
def test_a_photo_is_read_and_its_place_is_not_kept(suffix, tmp_path, capsys):
    sample = Image.open(SAMPLE)
    upright = sample.resize((sample.width // 2, sample.height // 2))
    stored = upright.transpose(Image.Transpose.ROTATE_90)
    file, folder = tmp_path / f"photo{suffix}", tmp_path / "annotated"
    stored.save(file, exif=turned_and_located(), quality=95)
    assert Image.open(io.BytesIO(file.read_bytes())).getexif().get_ifd(GPS)[LATITUDE][0] == 48

    assert main(["read", "--json", "--annotate", str(folder), str(file)]) == 0
    line = json.loads(capsys.readouterr().out)
    assert line["status"] == "read"
    assert line["vin"] == sample_vin()
    (picture,) = folder.iterdir()
    assert not Image.open(picture).getexif()
    kept = picture.read_bytes()
    assert not any(mark in kept for mark in (b"Exif", b"http://ns.adobe.com", b"GPS"))
