"""Pages are what their truth says: the same from the same seed, ink where the quads are."""

from __future__ import annotations

import numpy as np
import pytest

from training.synthesis import labels, pages
from training.synthesis.canvas import Canvas, bent
from training.synthesis.fonts import faces
from training.synthesis.labels import draw_strip
from training.synthesis.lettering import Style, set_line, stacked
from training.synthesis.numbers import TAUGHT
from training.synthesis.pages import KINDS, Backdrop, Page, make_page, page_rng
from training.synthesis.wording import grouped

SHAPE = (320, 448)


pytestmark = pytest.mark.usefixtures("fonts")


def page(index: int, kind: str) -> Page:
    return make_page(page_rng(7, index), SHAPE, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_page(kind: str) -> None:
    once, again, other = page(3, kind), page(3, kind), page(4, kind)
    assert np.array_equal(once.image, again.image)
    assert np.array_equal(once.quads, again.quads)
    assert not np.array_equal(once.image, other.image)


@pytest.mark.parametrize("kind", ["windshield", "sticker", "plate", "stamped"])
def test_a_vin_has_at_most_17_characters_in_a_word_a_row(kind: str) -> None:
    counts = []
    for index in range(12):
        made = page(index, kind)
        counts.append(int(made.vin.sum()))
        assert len(set(made.words[made.vin])) <= 2
    assert max(counts) == 17


def test_a_page_tells_its_number_where_all_of_it_is_seen() -> None:
    told = 0
    for kind in KINDS:
        for index in range(12):
            made = page(index, kind)
            assert len(made.number) == (17 if made.vin.sum() == 17 else 0)
            told += bool(made.number)
    assert told > 24


def test_pages_without_a_vin_have_none() -> None:
    assert not any(page(index, "none").vin.any() for index in range(8))


def test_the_ink_is_in_the_quads(monkeypatch: pytest.MonkeyPatch) -> None:
    """On an even ground without camera and glass, ink is in the quads, not between."""
    import cv2

    monkeypatch.setattr(pages, "photograph", lambda rng, image, height: image)
    monkeypatch.setattr(pages, "over_glass", lambda rng, image: image)
    monkeypatch.setattr(pages, "background", lambda rng, shape: np.full(shape, 128, np.float32))
    inside_all, between_all = [], []
    for index in range(10):
        made = page(index, "windshield")
        quads = made.quads[made.vin]
        if len(quads) < 17:
            continue
        ground = np.median([made.image[int(y), int(x)] for x, y in _gaps(quads, made.image.shape)])
        mask = np.zeros(SHAPE, np.uint8)
        for quad in quads:
            cv2.fillConvexPoly(mask, np.round(quad).astype(np.int32), 1)
        contrast = np.abs(made.image - ground)
        inside_all.append(contrast[mask > 0].mean())
        between_all.append(np.mean([contrast[int(y), int(x)] for x, y in _gaps(quads, SHAPE)]))
    assert len(inside_all) >= 5
    assert np.median(np.array(inside_all) / (np.array(between_all) + 1)) > 3


def _gaps(quads: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Points half way between neighbouring characters."""
    right = quads[:-1, 1:3].mean(axis=1)
    left = quads[1:, [0, 3]].mean(axis=1)
    limit = np.array([shape[1] - 1, shape[0] - 1])
    return np.clip((right + left) / 2, 0, limit)


def test_on_a_real_photo_only_our_own_text_is_known() -> None:
    known = np.full(SHAPE, 255, np.uint8)
    known[:40] = 0
    backdrop = Backdrop(np.full(SHAPE, 90, np.uint8), known)
    made = make_page(page_rng(1, 0), SHAPE, "windshield", backdrop)
    centre = made.quads[made.vin].mean(axis=1).astype(int)
    assert all(made.text_known[y, x] == 255 for x, y in centre)
    assert 0 < (made.text_known > 0).mean() < 1
    covered = made.text_known > 0
    assert made.line_known[~covered][: 40 * SHAPE[1]].min() == 0
    assert made.line_known[40:].min() == 255


def face_style() -> Style:
    return labels.vin_style(np.random.default_rng(5))


def test_a_number_in_two_rows_is_two_words_one_below_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(labels, "TWO_ROWS", 1.0)
    label = labels.draw_strip(np.random.default_rng(2), 20.0)
    assert label.vin.sum() == 17
    first, second = (label.boxes[label.words == word] for word in np.unique(label.words[label.vin]))
    assert second[:, 1].min() > first[:, 3].max() - 8
    assert abs(second[0, 0] - first[0, 0]) < first[-1, 2] - first[0, 0]


def test_a_label_tells_the_number_without_gaps_and_marks() -> None:
    style = Style(faces()[0].path)
    canvas = Canvas.blank(400, 60, 255, 255)
    canvas.note(set_line("*1M8 GDM9AXKP 042788*", style, 20), 0, 0, slice(1, 18))
    assert canvas.label().number == "1M8GDM9AXKP042788"
    upper, lower = set_line("1M8GDM9AX", style, 20), set_line("KP042788", style, 20)
    canvas.note(stacked(upper, lower, 2, 0), 0, 0, slice(0, 17))
    assert canvas.label().number == "1M8GDM9AXKP042788"


def test_rows_are_stacked_with_all_their_ink() -> None:
    upper, lower = set_line("ABC", face_style(), 20), set_line("DE", face_style(), 20)
    both = stacked(upper, lower, gap=4, shift=6)
    top = upper.ink.shape[0] + 4
    assert np.array_equal(both.ink[top:, 6 : 6 + lower.ink.shape[1]], lower.ink)
    assert np.allclose(both.boxes[3:], lower.boxes + np.array([6, top, 6, top]))
    assert both.words.tolist() == [0, 0, 0, 1, 1]


def test_a_gap_in_the_number_leaves_it_one_word() -> None:
    line = set_line("WVW ZZZ 1KZ8W123456", face_style(), 20)
    height, width = line.ink.shape
    canvas = Canvas.blank(width, height, 255, 255)
    canvas.note(line, 0, 0, slice(0, 17))
    label = canvas.label()
    assert label.vin.all()
    assert len(set(label.words)) == 1


def test_groups_keep_the_number_and_most_numbers_have_none() -> None:
    rng = np.random.default_rng(3)
    made = [grouped(rng, "WVWZZZ1KZ8W123456") for _ in range(200)]
    assert {text.replace(" ", "") for text in made} == {"WVWZZZ1KZ8W123456"}
    assert 5 <= sum(" " in text for text in made) <= 40


@pytest.mark.parametrize("sag", [6.0, -6.0])
def test_boxes_follow_a_bent_label(sag: float) -> None:
    line = set_line("HHHHHHHHH", face_style(), 20)
    canvas = Canvas.blank(line.ink.shape[1], line.ink.shape[0], 255, 255)
    canvas.ink(line.ink, 0, 0, 0)
    canvas.note(line, 0, 0)
    label = bent(canvas.label(), sag)
    down = label.boxes[:, 1] - label.boxes[:, 1].min()
    middle = 4
    assert down[middle] == pytest.approx(down.max() if sag > 0 else 0, abs=0.01)
    for x0, y0, x1, y1 in label.boxes:
        rows = np.flatnonzero((label.value[:, int(x0) : int(x1)] < 128).any(axis=1))
        assert rows[0] == pytest.approx(y0, abs=2.5)
        assert rows[-1] + 1 == pytest.approx(y1, abs=2.5)


def _direction(made: Page) -> float:
    """Degrees from the first to the last character of the number's first row."""
    row = made.quads[made.words == made.words[made.vin][0]].mean(axis=1)
    x, y = row[-1] - row[0]
    return float(np.rad2deg(np.arctan2(y, x)))


def test_labels_lie_at_any_angle_and_in_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_ANY_ANGLE", 1.0)
    made = [page(index, "windshield") for index in range(24)]
    whole = [one for one in made if one.vin.sum() == 17]
    assert len(whole) >= 16
    eighths = {round(_direction(one) / 45) % 8 for one in whole}
    assert len(eighths) >= 6


def test_characters_that_the_lens_shows_edge_on_are_not_told() -> None:
    label = draw_strip(page_rng(0, 0), 20.0, True, TAUGHT)
    x, y = label.boxes[8].reshape(2, 2).mean(axis=0)
    centred = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
    plain, edge_on = np.eye(3), np.array([[1, 0, 0], [0, 1, 0], [1 / 200, 0, 0.001]])
    to_middle = np.array([[1, 0, SHAPE[1] / 2], [0, 1, SHAPE[0] / 2], [0, 0, 1]])
    for lens, count in ((plain, 17), (edge_on, 16)):
        matrix = to_middle @ lens @ centred
        quads, _, vin = pages._truth([pages._Shot(label, matrix, 12.0)], SHAPE)
        assert vin.sum() == count
        assert np.ptp(quads, axis=1).max() <= max(SHAPE)


def test_most_labels_lie_near_a_quarter_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_ANY_ANGLE", 0.0)
    turns = [_direction(one) for n in range(16) if (one := page(n, "windshield")).vin.sum() > 4]
    off = [abs((turn + 45) % 90 - 45) for turn in turns]
    assert np.median(off) < 15
