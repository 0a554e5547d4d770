"""From quads to strips: what lies under a quad comes out level, wherever and however it lies."""

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.rectification import Adjustment, Band, Sizes, adjust, cut, section, turned

NOTHING = Adjustment(before=0, after=0, above=0, below=0)
SIZE = (960, 32)

LEVEL = np.array([[100, 50], [300, 50], [300, 70], [100, 70]], np.float32)
"""200 long, 20 high."""

amounts = st.floats(-0.4, 0.6)
adjustments = st.builds(
    Adjustment,
    before=amounts,
    after=amounts,
    above=amounts,
    below=amounts,
    lean=amounts,
    tilt=amounts,
)


def rotation(angle: float) -> np.ndarray:
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    return np.array([[cosine, -sine], [sine, cosine]], np.float32)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [[100, 50], [300, 50], [300, 70], [100, 70]]),
        ({"before": 1}, [[80, 50], [300, 50], [300, 70], [80, 70]]),
        ({"after": 0.5}, [[100, 50], [310, 50], [310, 70], [100, 70]]),
        ({"above": 0.5}, [[100, 40], [300, 40], [300, 70], [100, 70]]),
        ({"below": -0.25}, [[100, 50], [300, 50], [300, 65], [100, 65]]),
        ({"lean": 0.5}, [[110, 50], [310, 50], [290, 70], [90, 70]]),
        ({"tilt": 0.1}, [[100, 48], [300, 52], [300, 72], [100, 68]]),
    ],
)
def test_each_adjustment_moves_its_own_side(change, expected):
    nothing = {"before": 0, "after": 0, "above": 0, "below": 0}
    moved = adjust(LEVEL, Adjustment(**(nothing | change)))
    assert moved.dtype == np.float32
    np.testing.assert_allclose(moved, expected, atol=1e-3)


@given(adjustments, st.floats(-180, 180), st.floats(0.2, 20))
def test_adjustments_follow_the_line_when_it_turns_and_grows(change, angle, scale):
    def moved(quad: np.ndarray) -> np.ndarray:
        return (scale * quad @ rotation(angle).T + [7, -3]).astype(np.float32)

    np.testing.assert_allclose(
        adjust(moved(LEVEL), change), moved(adjust(LEVEL, change)), atol=0.02 * scale
    )


def test_turned_begins_at_the_other_end_and_twice_is_nothing():
    assert turned(LEVEL).tolist() == [[300, 70], [100, 70], [100, 50], [300, 50]]
    assert turned(turned(LEVEL)).tolist() == LEVEL.tolist()


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (0, 1, [[100, 50], [300, 50], [300, 70], [100, 70]]),
        (0.5, 1, [[200, 50], [300, 50], [300, 70], [200, 70]]),
        (-0.1, 0.25, [[80, 50], [150, 50], [150, 70], [80, 70]]),
    ],
)
def test_section_is_a_share_of_the_line(left, right, expected):
    np.testing.assert_allclose(section(LEVEL, left, right), expected, atol=1e-3)


def test_section_follows_the_perspective():
    """Towards the lower, farther end equal shares of the strip cover less of the photo."""
    far = np.array([[0, 0], [200, 10], [200, 30], [0, 40]], np.float32)
    middle = section(far, 0, 0.5)[1:3]
    # Both edges meet at (400, 20); the diagonals cross a third of the way there.
    np.testing.assert_allclose(middle, [[400 / 3, 20 / 3], [400 / 3, 100 / 3]], atol=1e-2)


def marked_photo(angle: float) -> tuple[np.ndarray, np.ndarray]:
    """A grey photo with a line turned about its middle: dark, then bright, a black edge on top."""
    corners = (LEVEL - LEVEL.mean(axis=0)) @ rotation(angle).T + [200, 200]
    rows, columns = np.mgrid[0:400, 0:400].astype(np.float32) + 0.5  # the middles of the pixels
    flat = np.stack([columns - 200, rows - 200], axis=-1) @ rotation(angle)
    along, across = flat[..., 0], flat[..., 1]
    photo = np.full((400, 400), 128, np.uint8)
    on_line = (abs(along) < 100) & (abs(across) < 10)
    photo[on_line & (along < 0)] = 60
    photo[on_line & (along >= 0)] = 220
    photo[on_line & (across < -4)] = 0
    return photo, corners.astype(np.float32)


@pytest.mark.parametrize("angle", [0, 10, 45, 90, 180, -137])
def test_a_line_in_any_direction_comes_out_level(angle):
    photo, quad = marked_photo(angle)
    (strip,) = cut(photo, quad[None], SIZE)
    assert strip.shape == (32, 960)
    assert strip[2:7, 40:-40].max() < 30
    assert np.abs(strip[16:28, 40:440].astype(int) - 60).max() <= 12
    assert np.abs(strip[16:28, 520:-40].astype(int) - 220).max() <= 12


def test_a_photo_cut_whole_is_the_photo():
    """Corners of pixels, not their middles: nothing is lost at the edges, nothing shifted."""
    photo = np.random.default_rng(5).integers(0, 256, (32, 960), np.uint8)
    quad = np.array([[0, 0], [960, 0], [960, 32], [0, 32]], np.float32)
    (strip,) = cut(photo, quad[None], SIZE)
    assert (strip == photo).all()


def test_a_line_cut_from_its_other_end_stands_on_its_head():
    photo, quad = marked_photo(20)
    one, other = cut(photo, np.stack([quad, turned(quad)]), SIZE)
    assert np.abs(one.astype(int) - other[::-1, ::-1]).mean() < 3


def test_what_lies_outside_the_photo_repeats_its_edge():
    photo = np.full((60, 80), 90, np.uint8)
    photo[:, :40] = 200
    beside = np.subtract(LEVEL, [200, 0], dtype=np.float32)
    below = np.add(LEVEL, [0, 400], dtype=np.float32)
    strips = cut(photo, np.stack([beside, below]), SIZE)
    assert (strips[0][:, :400] == 200).all()
    assert (strips[1] == 90).all()


def test_a_huge_line_is_averaged_not_sampled():
    """A board of one-pixel black and white squares is grey from afar."""
    board = (np.indices((600, 6000)).sum(axis=0) % 2 * 255).astype(np.uint8)
    quad = np.array([[0, 0], [2400, 0], [2400, 200], [0, 200]], np.float32)
    (strip,) = cut(board, quad[None], SIZE)
    assert np.abs(strip.astype(int) - 127).max() <= 40


@given(
    st.lists(
        st.lists(st.tuples(*[st.floats(-500, 900, width=32)] * 2), min_size=4, max_size=4),
        min_size=1,
        max_size=3,
    )
)
def test_any_quads_give_strips(quads):
    """Crossed, collinear and far outside: a detector may err, the reader goes on."""
    photo = np.arange(200 * 300, dtype=np.uint32).reshape(200, 300).astype(np.uint8)
    strips = cut(photo, np.array(quads, np.float32), SIZE)
    assert strips.shape == (len(quads), 32, 960)
    assert strips.dtype == np.uint8


bends = st.floats(-0.6, 0.6)


def arc(band: Band, shares: np.ndarray) -> np.ndarray:
    """Points (N, 2) of the band's middle line in the photo."""
    return np.stack([band.section(float(a), float(a)).quad.mean(axis=0) for a in shares])


def test_a_bent_band_sags_between_its_ends():
    points = arc(Band(LEVEL, 0.5), np.array([0.0, 0.25, 0.5, 1.0]))
    # 20 high: ten pixels in the middle, three quarters of that halfway there.
    expected = np.array([[100, 60], [150, 67.5], [200, 70], [300, 60]])
    np.testing.assert_allclose(points, expected, atol=1e-3)


@given(bends, st.floats(0, 0.4), st.floats(0.6, 1))
def test_a_section_of_a_bent_band_keeps_its_course(bend, left, right):
    whole = Band(LEVEL, bend)
    part = whole.section(left, right)
    shares = np.linspace(0, 1, 5)
    np.testing.assert_allclose(
        arc(part, shares), arc(whole, left + shares * (right - left)), atol=0.01
    )


@given(bends, adjustments)
def test_adjusting_a_bent_band_keeps_its_course(bend, change):
    """Lengthened, heightened: the middle of the line moves by what is added above and below."""
    whole = Band(LEVEL, bend)
    plain = replace(change, lean=0.0, tilt=0.0)
    grown = whole.adjusted(plain)
    height = 20 * (1 + plain.above + plain.below)
    if height < 1:
        return
    long = 200 + 20 * (plain.before + plain.after)
    shares = np.linspace(0, 1, 5)
    expected = arc(whole, (shares * long - 20 * plain.before) / 200)
    expected[:, 1] += 10 * (plain.below - plain.above)
    np.testing.assert_allclose(arc(grown, shares), expected, atol=0.05)


@given(adjustments)
def test_a_straight_band_is_adjusted_as_its_quad(change):
    moved = Band(LEVEL).adjusted(change)
    assert moved.bend == 0
    np.testing.assert_allclose(moved.quad, adjust(LEVEL, change))


def test_a_turned_band_runs_the_other_way_on_the_same_course():
    band, shares = Band(LEVEL, 0.3), np.linspace(0, 1, 5)
    np.testing.assert_allclose(arc(band.turned(), shares), arc(band, shares)[::-1], atol=1e-3)
    assert Band(LEVEL).aspect == pytest.approx(10)


@pytest.mark.parametrize("bend", [0.8, -0.6])
def test_a_bent_line_is_cut_level(bend):
    """A dark curve on white, ten pixels high, comes out as a straight stripe."""
    photo = np.full((200, 400), 255, np.uint8)
    along = np.clip((np.arange(400) + 0.5 - 100) / 200, -0.5, 1.5)
    middle = 60 + 20 * bend * 4 * along * (1 - along)
    rows = np.arange(200)[:, None] + 0.5
    photo[np.abs(rows - middle) < 5] = 0
    (bent,) = cut(photo, LEVEL[None], SIZE, [bend])
    assert (bent[12:20] < 60).all()
    assert (bent[:4] > 200).all()
    assert (bent[28:] > 200).all()
    (level,) = cut(photo, LEVEL[None], SIZE)
    assert (level[12:20] > 200).any()


def test_a_bend_of_nothing_cuts_what_the_quad_does():
    photo, quad = marked_photo(30)
    one, other = cut(photo, quad[None], SIZE), cut(photo, quad[None], SIZE, [1e-9])
    assert np.abs(one.astype(int) - other.astype(int)).max() <= 2


@pytest.mark.parametrize(
    ("wide", "tall", "factor"),
    [(1439, 400, 1), (3000, 95, 1), (1440, 96, 2), (2879, 192, 2), (2880, 192, 4)],
)
def test_half_of_a_photo_is_enough_for_a_large_line(wide, tall, factor):
    sizes = Sizes(np.zeros((800, 4001), np.uint8))
    quad = np.array([[10, 10], [10 + wide, 10], [10 + wide, 10 + tall], [10, 10 + tall]])
    photo, smaller = sizes.enough(quad.astype(np.float32), SIZE)
    assert smaller == factor
    assert photo.shape == (800 // factor, 4001 // factor)
    assert sizes.enough(quad.astype(np.float32), SIZE)[0] is photo


def test_a_strip_of_a_smaller_size_shows_the_same():
    rng = np.random.default_rng(5)
    small = rng.integers(0, 255, (40, 120), np.uint8)
    photo = np.asarray(cv2.resize(small, (3000, 1000), interpolation=cv2.INTER_CUBIC), np.uint8)
    quad = np.array([[203, 301], [2681, 322], [2680, 561], [202, 540]], np.float32)
    half, factor = Sizes(photo).enough(quad, SIZE)
    assert factor == 2
    strips = [cut(photo, quad[None], SIZE)[0], cut(half, quad[None] / np.float32(factor), SIZE)[0]]
    differences = np.abs(np.subtract(*strips, dtype=np.float32))
    assert differences.mean() < 1
    assert differences.max() < 8


@pytest.mark.parametrize("off", [0.0, 0.25, 0.5])
def test_a_small_line_is_as_clear_wherever_it_stands_between_pixels(off: float) -> None:
    """Strokes of one pixel: sampled at their own resolution they fade where they stand between."""
    grey = np.full((40, 240), 200, np.uint8)
    grey[10:22, 20:220:4] = 40
    quad = np.array([[18, 8], [222, 8], [222, 24], [18, 24]], np.float32) + np.float32(off)
    strip = cut(grey, quad[None], SIZE)[0]
    contrast = float(np.ptp(strip[12:20, 100:860].astype(float)))
    assert contrast > 0.75 * 160
