"""Lines from maps drawn here, and the photo's way into the model and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from vinreader.detection import ModelLayout, drawn_out, postprocess, preprocess
from vinreader.lines import LineConfig, distinct, lines_of
from vinreader.merit import completed, features
from vinreader.results import TextLine

SIGMA = 0.5
LAYOUT = ModelLayout(1 / 255, 32, 4, SIGMA, ("region", "affinity", "line"))


def band(
    shape: tuple[int, int], centre: tuple[float, float], size: tuple[float, float], degrees: float
) -> np.ndarray:
    """A line as the detector draws it: even along, a Gaussian across."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    turn = np.deg2rad(degrees)
    u = (x - centre[0]) * np.cos(turn) + (y - centre[1]) * np.sin(turn)
    v = (y - centre[1]) * np.cos(turn) - (x - centre[0]) * np.sin(turn)
    profile = np.exp(-((v / (size[1] / 2)) ** 2) / (2 * SIGMA**2))
    return (profile * (np.abs(u) <= size[0] / 2)).astype(np.float32)


def corners(centre: tuple[float, float], size: tuple[float, float], degrees: float) -> np.ndarray:
    turn = np.deg2rad(degrees)
    along = np.array([np.cos(turn), np.sin(turn)]) * size[0] / 2
    down = np.array([-np.sin(turn), np.cos(turn)]) * size[1] / 2
    c = np.array(centre)
    return np.stack([c - along - down, c + along - down, c + along + down, c - along + down])


@pytest.mark.parametrize("degrees", [0, 12, -25, 38, 90])
def test_a_band_gives_the_quad_it_was_drawn_from(degrees: float) -> None:
    centre, size = (60.0, 52.0), (80.0, 9.0)
    maps = np.zeros((3, 104, 120), np.float32)
    maps[2] = band((104, 120), centre, size, degrees)
    best = lines_of(maps, SIGMA, LineConfig())[0]
    expected = corners(centre, size, degrees)
    backwards = np.roll(expected, 2, axis=0)
    found = np.array(best.quad)
    miss = min(np.abs(found - expected).max(), np.abs(found - backwards).max())
    assert miss < 2.0


def test_pieces_in_one_line_are_joined_and_kept_apart_as_well() -> None:
    maps = np.zeros((3, 60, 160), np.float32)
    maps[2] = band((60, 160), (40, 30), (50, 8), 0) + band((60, 160), (108, 30), (60, 8), 0)
    lines = lines_of(maps, SIGMA, LineConfig())
    widths = sorted(round(line.quad[1][0] - line.quad[0][0]) for line in lines)
    assert abs(widths[-1] - 123) <= 4
    assert any(abs(width - 50) <= 4 for width in widths)
    assert any(abs(width - 60) <= 4 for width in widths)


def test_the_line_of_the_vin_comes_before_other_text() -> None:
    maps = np.zeros((3, 80, 120), np.float32)
    maps[0] = band((80, 120), (60, 20), (110, 9), 0) + band((80, 120), (60, 60), (70, 9), 0)
    maps[2] = band((80, 120), (60, 60), (70, 9), 0)
    lines = lines_of(maps, SIGMA, LineConfig())
    assert [round(np.mean([y for _, y in line.quad])) for line in lines[:1]] == [60]
    assert 20 in [round(np.mean([y for _, y in line.quad])) for line in lines]
    assert lines[0].score > 0 > lines[-1].score


def test_parallel_lines_are_not_joined() -> None:
    maps = np.zeros((3, 80, 120), np.float32)
    maps[2] = band((80, 120), (60, 30), (70, 8), 0) + band((80, 120), (60, 48), (70, 8), 0)
    lines = lines_of(maps, SIGMA, LineConfig())
    heights = [line.quad[3][1] - line.quad[0][1] for line in lines]
    assert len(lines) == 2
    assert max(heights) < 10


def test_empty_maps_give_no_lines() -> None:
    assert lines_of(np.zeros((3, 40, 60), np.float32), SIGMA, LineConfig()) == []


def test_the_better_of_two_like_quads_is_kept() -> None:
    a = TextLine(((0, 0), (100, 0), (100, 10), (0, 10)), 1.0)
    b = TextLine(((2, 0), (101, 0), (101, 11), (2, 11)), 3.0)
    c = TextLine(((0, 30), (100, 30), (100, 40), (0, 40)), 2.0)
    assert distinct([a, b, c], LineConfig()) == [b, c]


def test_no_more_lines_than_asked_for() -> None:
    lines = [
        TextLine(((0, y), (50, y), (50, y + 5.0), (0, y + 5.0)), float(y))
        for y in range(0, 200, 10)
    ]
    best = distinct(lines, LineConfig(most_lines=3))
    assert [line.score for line in best] == [190.0, 180.0, 170.0]


def test_the_photo_is_shrunk_and_padded_to_the_models_multiple() -> None:
    grey = np.full((3000, 4000), 255, np.uint8)
    tensor, pixel = preprocess(grey, 448, LAYOUT)
    assert tensor.shape == (1, 1, 352, 448)
    assert tensor[0, 0, 335].min() == 1.0
    assert tensor[0, 0, 336:].max() == 0.0
    assert np.allclose(pixel, 4000 / 448, rtol=1e-3)


def test_quads_come_back_in_pixels_of_the_photo() -> None:
    grey = np.zeros((960, 1280), np.uint8)
    tensor, pixel = preprocess(grey, 640, LAYOUT)
    shape = (tensor.shape[2] // 4, tensor.shape[3] // 4)
    maps = np.zeros((1, 3, *shape), np.float32)
    maps[0, 2] = band(shape, (80, 60), (100, 8), 0)
    best = postprocess(maps, pixel, LAYOUT, LineConfig())[0]
    expected = corners((80 * 8, 60 * 8), (100 * 8, 8 * 8), 0)
    assert np.abs(np.array(best.quad) - expected).max() < 2.0 * 8
    assert cv2.contourArea(np.array(best.quad, np.float32)) == pytest.approx(800 * 64, rel=0.15)


def test_a_model_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="not a craft model"):
        ModelLayout.from_metadata({"kind": "yolo"})


def characters(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Maps (3, 60, 240) with so many characters in one line of the VIN, and its quad (1, 4, 2)."""
    maps = np.zeros((3, 60, 240), np.float32)
    wide = 170 / count
    for n in range(count):
        centre = (35 + wide * (n + 0.5), 30.0)
        y, x = np.mgrid[:60, :240] + 0.5
        spot = ((x - centre[0]) / (wide / 2)) ** 2 + ((y - centre[1]) / 5) ** 2
        maps[0] = np.maximum(maps[0], np.exp(-spot / (2 * SIGMA**2)))
    maps[2] = band((60, 240), (120, 30), (170, 10), 0)
    maps[1] = 0.5 * maps[2]
    return maps, corners((120, 30), (170, 10), 0)[None].astype(np.float32)


@pytest.mark.parametrize("count", [5, 11, 17, 22])
def test_characters_are_counted(count: int) -> None:
    maps, quads = characters(count)
    assert features(maps, quads)[0, 2] == pytest.approx(min(1.0, abs(count - 17) / 17))


def test_a_part_of_the_line_shows_more_of_it_beyond_its_end() -> None:
    maps, whole = characters(17)
    maps[2] += band((60, 240), (120, 10), (170, 10), 0)
    half = corners((80, 30), (90, 10), 0)[None].astype(np.float32)
    mean, faintest, _, beyond, share = features(maps, np.concatenate([whole, half])).T
    assert mean[0] > 0.9
    assert faintest[0] > 0.8
    assert beyond[0] == 0
    assert beyond[1] > 0.9
    assert share[0] < 1
    assert share[1] / share[0] == pytest.approx((90 / 170) ** 0.5, rel=0.05)


def test_the_whole_line_comes_before_its_parts_and_is_likely_the_vin() -> None:
    maps, whole = characters(17)
    maps[2, :, 120:124] *= 0.5
    lines = lines_of(maps, SIGMA, LineConfig())
    assert len(lines) >= 3
    assert np.abs(np.array(lines[0].quad) - whole[0]).max() < 3
    assert lines[0].score > 0


def test_a_line_is_drawn_out_over_faint_characters_at_its_ends() -> None:
    maps, whole = characters(17)
    cut = corners((125, 30), (140, 10), 0)[None].astype(np.float32)  # two characters and one short
    drawn = completed(maps, cut)[0]
    assert drawn[0, 0] == pytest.approx(whole[0, 0, 0], abs=3)
    assert drawn[1, 0] == pytest.approx(whole[0, 1, 0], abs=3)
    assert drawn[:, 1] == pytest.approx(cut[0, :, 1])


def test_a_line_with_all_its_characters_grows_by_one_at_most() -> None:
    maps, _ = characters(22)
    pitch = 170 / 22
    part = corners((120, 30), (17 * pitch, 10), 0)[None].astype(np.float32)
    drawn = completed(maps, part)[0]
    assert drawn[0, 0] == pytest.approx(part[0, 0, 0] - pitch, abs=1.5)
    assert drawn[1, 0] == pytest.approx(part[0, 1, 0] + pitch, abs=1.5)


def test_a_line_that_ends_with_its_text_stays() -> None:
    maps, _ = characters(12)
    whole = corners((120, 30), (176, 10), 0)[None].astype(np.float32)
    assert np.abs(completed(maps, whole) - whole).max() < 1


def test_lines_are_drawn_out_in_pixels_of_the_photo() -> None:
    maps, whole = characters(17)
    pixel = np.array([2.0, 3.0], np.float32)
    unit = pixel * LAYOUT.stride
    cut = corners((125, 30), (140, 10), 0) * unit
    a, b, c, d = ((float(x), float(y)) for x, y in cut)
    (line,) = drawn_out(maps[None], pixel, LAYOUT, [TextLine((a, b, c, d), 1.5)])
    assert line.score == 1.5
    assert np.abs(np.array(line.quad) / unit - whole[0]).max() < 3
