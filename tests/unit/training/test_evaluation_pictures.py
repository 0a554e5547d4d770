"""Where things stand in the evaluation's pictures, told by the colour of known pixels."""

from __future__ import annotations

import argparse
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.outcomes import PHOTOS, VIN, photo, strip
from tests.photos import SAMPLE, sample_vin
from training.evaluation import card
from training.evaluation.confusions import NO_SYMBOL
from training.evaluation.drawing import GROUND, WRONG, blend, line_tile, sheet
from training.evaluation.figures import Share
from training.evaluation.matrix import CELL, ORIGIN, matrix_picture
from training.evaluation.pictures import picture_of_photos, picture_of_strips, worst
from training.evaluation.reliability import place, reliability_picture
from training.evaluation.strips import HELD_OUT_SEED, held_out, whole_strips
from training.synthesis.strips import READABLE
from training.synthesis.styles import STYLES

GREY = np.full((32, 960), 128, np.uint8)


def middle(row: int, column: int) -> tuple[int, int]:
    """A pixel of a cell of the matrix, off its figure."""
    return ORIGIN[0] + column * CELL + 3, ORIGIN[1] + row * CELL + 3


def test_the_matrix_is_blue_where_right_and_red_where_wrong() -> None:
    counts = np.zeros((NO_SYMBOL + 1, NO_SYMBOL + 1), np.int64)
    counts[3, 3], counts[3, 8], counts[8, NO_SYMBOL] = 1000, 1000, 1
    picture = matrix_picture(counts, "Characters")
    right, wrong, rare, never = (
        picture.getpixel(middle(*cell)) for cell in ((3, 3), (3, 8), (8, NO_SYMBOL), (8, 3))
    )
    assert right == (24, 70, 150)
    assert wrong == (196, 24, 24)
    assert rare == blend(0.12, (255, 255, 255), (196, 24, 24))
    assert never == (246, 246, 248)


def test_the_scale_is_logarithmic() -> None:
    counts = np.zeros((NO_SYMBOL + 1, NO_SYMBOL + 1), np.int64)
    for cell, count in enumerate((1, 10, 100)):
        counts[cell, cell] = count
    picture = matrix_picture(counts, "Characters")
    reds = [int(np.asarray(picture)[middle(cell, cell)[::-1]][0]) for cell in range(3)]
    assert reds[0] - reds[1] == pytest.approx(reds[1] - reds[2], abs=1)


def test_a_misread_character_is_red_under_its_truth() -> None:
    tile = line_tile(GREY, strip(0, "2" + VIN[1:]), "note", 850)
    wrong_row, step = tile.height - 16, 50
    assert tile.getpixel((5, wrong_row)) == WRONG
    assert tile.getpixel((5 + step, wrong_row)) == GROUND
    assert tile.getpixel((400, 40)) == (128, 128, 128)  # the strip itself


def test_a_bar_is_as_long_as_the_character_is_sure() -> None:
    outcome = replace(strip(0, VIN), confidences=(0.5, *(1.0,) * 16))
    bars = np.asarray(line_tile(GREY, outcome, "note", 850))[-3]
    lit = (bars != GROUND).any(axis=1)
    assert lit[:50].sum() == pytest.approx(25, abs=2)
    assert lit[50:100].sum() == pytest.approx(48, abs=2)


def test_a_missed_character_keeps_its_place() -> None:
    tile = line_tile(GREY, strip(0, VIN[1:]), "note", 850)
    assert tile.getpixel((5, tile.height - 16)) == WRONG
    bars = np.asarray(tile)[-3]
    assert (bars[:50] == GROUND).all()  # nobody was sure of it
    assert (bars[55:90] != GROUND).any(axis=1).all()


def test_tiles_stand_in_rows() -> None:
    tiles = [Image.new("RGB", (40, 20), colour) for colour in ("red", "lime", "blue")]
    picture = sheet(tiles, 2)
    assert picture.size == (110, 70)
    assert [picture.getpixel(at) for at in ((30, 20), (80, 20), (30, 50), (80, 50))] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        GROUND,
    ]
    assert sheet([], 2).size == (30, 10)


def test_the_worst_are_the_wrong_ones_that_were_believed() -> None:
    doubted = photo("h.jpg", "2222" + VIN[4:], "retake")
    ranked = worst([*PHOTOS, doubted], lambda o: o.wrong_read)
    assert [outcome.name for outcome in ranked] == ["f.jpg", "c.jpg", "h.jpg", "d.jpg"]
    assert worst([*PHOTOS, doubted], lambda o: o.wrong_read, most=1) == [PHOTOS[5]]


def test_photos_are_shown_by_the_line_that_was_believed(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(SAMPLE.read_bytes())
    found = photo("a.jpg", "2" * 17, "read", label=sample_vin())
    quad = ((400.0, 660.0), (1100.0, 590.0), (1100.0, 640.0), (400.0, 710.0))
    shown = picture_of_photos([replace(found, quad=quad)], tmp_path)
    unfound = picture_of_photos([replace(found, vin="", confidences=(), quad=None)], tmp_path)
    line = np.asarray(shown.convert("L"))[-85:-58, 600:900]
    blank = np.asarray(unfound.convert("L"))[-85:-58, 600:900]
    assert line.std() > 20  # print on paper
    assert (blank == 255).all()  # a whole photo, 32 pixels high, ends further left


@pytest.mark.usefixtures("fonts")
def test_strips_are_drawn_as_they_were_read() -> None:
    index, made = next(whole_strips(held_out("dot_peen")))
    outcome = replace(strip(index, "2" * 17), label=made.text)
    picture = picture_of_strips([outcome], HELD_OUT_SEED)
    tile = line_tile(made.image, outcome, f"{outcome.name}   legibility 1.00", 960)
    at = (10, picture.height - 10 - tile.height)
    assert np.array_equal(
        np.asarray(picture.crop((*at, at[0] + tile.width, at[1] + tile.height))), np.asarray(tile)
    )


@pytest.mark.usefixtures("fonts")
def test_held_out_strips_are_whole_numbers_of_their_style() -> None:
    for style in STYLES:
        strips = whole_strips(held_out(style))
        for _, made in (next(strips), next(strips)):
            assert made.style == style
            assert len(made.boxes) == len(made.text) == 17


@pytest.mark.usefixtures("fonts")
def test_a_failure_of_each_style_is_the_most_legible_one() -> None:
    maker = whole_strips(held_out("windshield"))
    found = [next(maker) for _ in range(2)]
    outcomes = [
        replace(strip(index, "2" * 17, legibility, "windshield"), label=made.text)
        for (index, made), legibility in zip(found, (READABLE, 1.0), strict=True)
    ]
    right = replace(outcomes[0], vin=outcomes[0].label, style="dot_peen")
    hard = replace(outcomes[0], legibility=READABLE / 2, style="laser_etched")
    picture = card.failures_picture([*outcomes, right, hard], HELD_OUT_SEED)
    tile = line_tile(found[1][1].image, outcomes[1], "windshield", card.WIDTH)
    assert np.array_equal(np.asarray(picture)[10:-10, 10:-10], np.asarray(tile))


@pytest.mark.usefixtures("fonts")
def test_pictures_of_the_card_are_small_and_show_every_style(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card, "CHOICE", 6)
    parser = argparse.ArgumentParser()
    card.add_arguments(parser)
    few = ["--strips", "4", "--pages", "3", "--real", str(tmp_path)]
    card.draw(parser.parse_args([*few, "--out", str(tmp_path)]))
    styles = Image.open(tmp_path / "styles.png")
    assert styles.height == 10 + (1 + len(STYLES)) * (card.EXAMPLE_SIZE[1] + 10)
    said = capsys.readouterr().out
    for name in ("styles.png", "known-failures.png", "confidence.png"):
        assert (tmp_path / name).stat().st_size <= card.LARGEST
        assert f"{name}: " in said


def test_colours_are_given_up_before_bytes_are_spent(tmp_path: Path) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (60, 60, 3), np.uint8))
    whole = io.BytesIO()
    noise.quantize(256).save(whole, "PNG")
    size = card.save_small(noise, tmp_path / "noise.png", largest=3000)
    assert size == (tmp_path / "noise.png").stat().st_size <= 3000 < whole.tell()
    assert len(np.unique(np.asarray(Image.open(tmp_path / "noise.png")))) >= 16
    with pytest.raises(ValueError, match=r"noise\.png has over 100 bytes"):
        card.save_small(noise, tmp_path / "noise.png", largest=100)


def test_the_reliability_diagram_puts_a_point_where_its_bin_is() -> None:
    right = [replace(photo(f"{i}.jpg", VIN, "read"), confidence=0.75) for i in range(3)]
    wrong = replace(photo("w.jpg", VIN[:-1] + "3", "read"), confidence=0.75)
    nothing = replace(photo("n.jpg", "", "not_found"), confidence=0.0)
    picture = reliability_picture({"made up": [*right, wrong, nothing]})
    x, y = map(round, place(0.75, 0.75))
    assert picture.getpixel((x + 5, y)) == (24, 70, 150)
    low, high = Share(3, 4).interval
    assert picture.getpixel((x, round(place(0.75, low)[1]) - 2)) == (24, 70, 150)
    assert picture.getpixel((x, round(place(0.75, low)[1]) + 4)) == GROUND
    assert picture.getpixel((x, round(place(0.75, high)[1]) + 2)) == (24, 70, 150)
    elsewhere = [round(pixel) for pixel in place(0.3, 0.7)]
    assert picture.getpixel(elsewhere) == GROUND
