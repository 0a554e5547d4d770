"""Lines drawn here and quads that miss them in the ways that quads do: the number is found."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from vinreader.looks import Look
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.recognition import Evidence, Recognizer
from vinreader.search import Search, SearchConfig, shown

VIN = "1M8GDM9AXKP042788"
PITCH, CAP = 30, 32
"""Of the characters drawn, in pixels."""


class Counting:
    """A recogniser that counts the strips it is given."""

    def __init__(self, recognizer: Recognizer) -> None:
        self.recognizer = recognizer
        self.layout = recognizer.layout
        self.strips = 0

    def recognize(self, strips: np.ndarray) -> tuple[Evidence, ...]:
        self.strips += len(strips)
        return self.recognizer.recognize(strips)


@pytest.fixture(scope="module")
def model() -> Recognizer:
    return Recognizer(ModelFiles.of(DEFAULT_MODELS_DIR).yolo)


@pytest.fixture
def recognizer(model: Recognizer) -> Counting:
    return Counting(model)


def photo_of(*rows: tuple[str, float, float], bend: float = 0.0) -> np.ndarray:
    """A grey photo (400, 800) with rows of text, each from a place to the right; `bend` pixels of
    sag in the middle of the photo."""
    photo = Image.new("L", (800, 400), 205)
    font = ImageFont.load_default(44)
    pen = ImageDraw.Draw(photo)
    for text, left, top in rows:
        for i, symbol in enumerate(text):
            x = left + PITCH * (i + 0.5)
            y = top + CAP / 2 + bend * (1 - ((x - 400) / 300) ** 2)
            pen.text((x, y), symbol, fill=45, font=font, anchor="mm")
    return np.asarray(photo)


def quad(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def never(looks: list[Look]) -> bool:
    return False


def soon(looks: list[Look]) -> bool:
    return len(looks) > 2


def best(
    recognizer: Counting,
    photo: np.ndarray,
    quads: list[np.ndarray],
    enough: Callable[[list[Look]], bool] = never,
) -> Look:
    looks = Search(recognizer, SearchConfig(), photo).looks(quads, enough)  # type: ignore[arg-type]
    return max(looks, key=lambda look: look.candidate.score)


WHOLE = quad(145, 180, 655, 216)
PLAIN = (VIN, 145.0, 182.0)


def test_a_clear_line_takes_few_looks(recognizer):
    look = best(recognizer, photo_of(PLAIN), [WHOLE, quad(100, 20, 500, 50)], soon)
    assert look.candidate.text == VIN
    config = SearchConfig()
    assert recognizer.strips == config.quick + config.confirming
    middles = look.characters.mean(axis=1)
    expected = 145 + PITCH * (np.arange(17) + 0.5)
    np.testing.assert_allclose(middles[:, 0], expected, atol=6)
    # Some cuts lie a little above or below the line; any of them may be the one that is read best.
    np.testing.assert_allclose(middles[:, 1], 198, atol=CAP / 4)


def test_where_doubt_is_left_more_looks_follow(recognizer):
    assert best(recognizer, photo_of(PLAIN), [WHOLE], never).candidate.text == VIN
    assert recognizer.strips > 10


@pytest.mark.parametrize(("cut_before", "cut_after"), [(4, 0), (0, 3), (2, 3)])
def test_a_quad_that_stops_short_is_lengthened(recognizer, cut_before, cut_after):
    short = quad(145 + PITCH * cut_before, 180, 655 - PITCH * cut_after, 216)
    look = best(recognizer, photo_of(PLAIN), [short])
    assert look.candidate.text == VIN
    number = look.number(0.6)
    assert number[0, 0] == pytest.approx(145, abs=PITCH)
    assert number[1, 0] == pytest.approx(655, abs=PITCH)


def test_a_part_of_a_line_on_its_head_is_lengthened(recognizer):
    flipped = photo_of(PLAIN)[::-1, ::-1].copy()
    look = best(recognizer, flipped, [quad(145 + PITCH * 2, 184, 655 - PITCH * 3, 220)])
    assert look.candidate.text == VIN
    assert look.number(0.6)[0, 0] == pytest.approx(655, abs=PITCH)


def test_the_half_of_a_widely_spaced_number_is_lengthened(recognizer):
    wide = cv2.resize(photo_of(PLAIN), (1280, 400), interpolation=cv2.INTER_CUBIC)
    left = quad(145 * 1.6, 180, (145 + PITCH * 8) * 1.6, 216)
    look = best(recognizer, wide, [left])
    assert look.candidate.text == VIN


def test_a_label_seen_from_its_side_is_read_at_once(recognizer):
    narrow = cv2.resize(photo_of(PLAIN), (240, 400), interpolation=cv2.INTER_AREA)
    look = best(recognizer, narrow, [WHOLE * np.array([0.3, 1], np.float32)], soon)
    assert look.candidate.text == VIN
    config = SearchConfig()
    assert look.bands[0].aspect < config.short
    assert recognizer.strips == 2 + config.confirming


def test_a_short_line_may_be_the_middle_of_a_number(recognizer):
    middle = quad(145 + PITCH * 7, 180, 655 - PITCH * 6, 216)
    look = best(recognizer, photo_of(PLAIN), [middle])
    assert look.candidate.text == VIN


def test_a_line_on_its_head_is_read_from_its_other_end(recognizer):
    look = best(recognizer, photo_of(PLAIN)[::-1, ::-1].copy(), [quad(145, 184, 655, 220)])
    assert look.candidate.text == VIN
    assert look.number(0.6)[0, 0] > look.number(0.6)[1, 0]


def test_a_glance_is_from_either_end(recognizer):
    flipped = photo_of(PLAIN)[::-1, ::-1].copy()
    search = Search(recognizer, SearchConfig(), flipped)  # type: ignore[arg-type]
    (look,) = search.glance([quad(145, 184, 655, 220)])
    assert look.candidate.text == VIN
    assert recognizer.strips == 2


def test_a_bent_line_is_followed(recognizer):
    look = best(recognizer, photo_of(PLAIN, bend=14), [quad(145, 186, 655, 226)])
    assert look.candidate.text == VIN


def test_two_rows_are_one_number(recognizer):
    photo = photo_of((VIN[:9], 145, 150), (VIN[9:], 145, 196))
    upper, lower = quad(145, 148, 415, 184), quad(145, 194, 385, 230)
    look = best(recognizer, photo, [lower, upper])
    assert look.candidate.text == VIN
    assert len(look.bands) == 2
    rows = look.characters.mean(axis=1)[:, 1]
    np.testing.assert_allclose(rows[:9], 166, atol=6)
    np.testing.assert_allclose(rows[9:], 212, atol=6)
    corners = look.number(0.6)
    assert corners[:, 1].min() == pytest.approx(148, abs=10)
    assert corners[:, 1].max() == pytest.approx(230, abs=10)


def test_a_number_broken_by_a_wide_gap_is_read(recognizer):
    photo = photo_of((VIN[:9], 40, 182), (VIN[9:], 480, 182))
    look = best(recognizer, photo, [quad(40, 180, 310, 216), quad(480, 180, 720, 216)])
    assert look.candidate.text == VIN


def test_nothing_is_seen_where_nothing_stands(recognizer):
    photo = np.full((400, 800), 128, np.uint8)
    assert Search(recognizer, SearchConfig(), photo).looks([WHOLE], never) == []  # type: ignore[arg-type]


def test_a_cut_that_was_seen_is_not_looked_at_again(recognizer):
    search = Search(recognizer, SearchConfig(), photo_of(PLAIN))  # type: ignore[arg-type]
    (glanced,) = search.glance([WHOLE])
    assert recognizer.strips == 1
    first, *_ = search.looks([WHOLE], soon)
    assert first is glanced
    assert recognizer.strips == 1 + SearchConfig().confirming


def test_a_line_that_shows_no_number_at_first_is_not_followed_up(recognizer):
    photo = photo_of(PLAIN)
    followed = Search(recognizer, SearchConfig(), photo)  # type: ignore[arg-type]
    followed.looks([WHOLE], never)
    many, recognizer.strips = recognizer.strips, 0
    hopeless = SearchConfig(faint=1e9, clear=1e9)
    looks = Search(recognizer, hopeless, photo).looks([WHOLE], never)  # type: ignore[arg-type]
    assert [look.candidate.text for look in looks] == [VIN]
    assert recognizer.strips == 2  # either way up
    assert many > 10


def test_a_number_in_doubt_is_cut_a_little_differently(recognizer):
    search = Search(recognizer, SearchConfig(), photo_of(PLAIN))  # type: ignore[arg-type]
    (look,) = search.glance([WHOLE])
    finer = search.finer(look)
    assert {one.candidate.text for one in finer} == {VIN}
    assert len({one.bands[0].quad.tobytes() for one in finer}) == len(SearchConfig().finer)


def test_without_lines_nothing_is_looked_at(recognizer):
    assert Search(recognizer, SearchConfig(), photo_of()).looks([], never) == []  # type: ignore[arg-type]
    assert recognizer.strips == 0


def test_characters_shown_are_counted_by_the_head_that_sees_more():
    frames = np.zeros((60, 34), np.float32)
    frames[:, -1] = 1
    for place in (3, 4, 10, 20):  # the first two are one symbol, held
        frames[place] = np.eye(34)[7]
    nothing = np.zeros(0, np.float32)
    bare = Evidence(nothing, nothing, nothing, np.zeros((0, 33), np.float32), frames, 16.0)
    assert shown(bare) == pytest.approx(3)
    sure = np.full(5, 0.9, np.float32)
    boxed = Evidence(sure, sure, sure, np.zeros((5, 33), np.float32), frames, 16.0)
    assert shown(boxed) == pytest.approx(4.5)
