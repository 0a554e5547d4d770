"""What HEIF files cost, told by their boxes alone."""

import struct

import pytest
from PIL import Image

from tests.heif_files import Item, avif, box, heic, heif_file
from vinreader import heif
from vinreader.heif import TooMuchWork, brands, coded_pixels

TILE = Item(b"hvc1", (512, 256))


def test_brands_are_the_major_one_and_those_it_is_compatible_with():
    assert brands(heif_file({1: TILE})) == {b"heic", b"mif1"}
    assert brands(box(b"ftyp", b"isom", b"\0\0\2\0", b"mp41")) == {b"isom", b"mp41"}
    assert brands(b"\x89PNG\r\n\x1a\n") == frozenset()


def test_a_single_picture_costs_its_size():
    assert coded_pixels(heif_file({1: TILE})) == 512 * 256


def test_every_use_of_a_tile_costs():
    parts = {1: Item(b"grid", (64, 64)), 2: TILE, 3: TILE}
    assert coded_pixels(heif_file(parts, [(b"dimg", 1, [2, 3, 2, 2])])) == 4 * 512 * 256


def test_transparency_costs_and_a_thumbnail_does_not():
    parts = {1: TILE, 2: Item(b"hvc1", (100, 10)), 3: Item(b"hvc1", (7, 7))}
    file = heif_file(parts, [(b"auxl", 2, [1]), (b"thmb", 3, [1])])
    assert coded_pixels(file) == 512 * 256 + 100 * 10


def test_layers_multiply():
    parts = {1: Item(b"iovl"), 2: Item(b"grid"), 3: Item(b"hvc1", (10, 10))}
    references = [(b"dimg", 1, [2] * 900), (b"dimg", 2, [3] * 900)]
    assert coded_pixels(heif_file(parts, references)) == 900 * 900 * 100


@pytest.mark.parametrize("tile_size", [0, 64])
def test_what_encoders_write_costs_what_it_holds(tile_size):
    file = heic(Image.new("RGB", (160, 96)), tile_size=tile_size)
    assert coded_pixels(file) == (192 * 128 if tile_size else 160 * 96)
    assert coded_pixels(heic(Image.new("RGBA", (160, 96)))) == 2 * 160 * 96
    assert coded_pixels(avif(Image.new("RGBA", (160, 96)))) == 2 * 160 * 96


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (heif_file({1: Item(b"unci", (9, 9))}), "type b'unci'"),
        (heif_file({1: Item(b"grid")}, [(b"dimg", 1, [1])]), "parts of parts"),
        (heif_file({n: Item(b"hvc1") for n in range(1, 1002)}), "1001 items"),
        (heif_file({1: Item(b"grid"), 2: TILE}, [(b"dimg", 1, [2] * 1001)]), "1001 items"),
        (heif_file({1: TILE}) + box(b"meta", bytes(4)), "2 lists of items"),
        (box(b"ftyp", b"heic", bytes(4)), "0 lists of items"),
        (box(b"ftyp", b"heic") + box(b"free") * heif.LIMITS.max_boxes, "without end"),
        (box(b"ftyp", b"heic") + struct.pack(">I4s", 3, b"meta"), "does not fit"),
        (box(b"meta", bytes(4), box(b"idat"), box(b"idat")), "several boxes b'idat'"),
    ],
)
def test_what_is_no_photo_is_refused(file, message):
    with pytest.raises(TooMuchWork, match=message):
        coded_pixels(file)


@pytest.mark.parametrize("missing", [b"pitm", b"iinf", b"ispe", b"ipma"])
def test_what_is_missing_is_told(missing):
    file = heif_file({1: TILE}).replace(missing, b"free")
    with pytest.raises(KeyError):
        coded_pixels(file)


def test_a_file_cut_off_is_told():
    with pytest.raises((TooMuchWork, struct.error)):
        coded_pixels(heif_file({1: TILE})[:200])


def test_the_film_of_an_avif_is_left_alone():
    film = [Image.new("RGB", (160, 96), "red")] * 2
    file = avif(Image.new("RGB", (160, 96)), save_all=True, append_images=film)
    assert file[8:12] == b"avis"
    still = heif.first_picture_only(file)
    assert still[8:12] == b"avif"
    assert still[:8] + still[12:] == file[:8] + file[12:]
    assert heif.first_picture_only(still) == still
