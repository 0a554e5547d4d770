"""Each way of making a number: its boxes lie on its ink, and what it calls readable shows every
symbol."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
import pytest

from training.synthesis.backgrounds import Backgrounds
from training.synthesis.glyphs import Alphabet, matrix_set, needle_set
from training.synthesis.lines import LineConfig, set_vin_line
from training.synthesis.matrices import HELD_OUT_MATRICES, TRAINED_MATRICES
from training.synthesis.scripts import HELD_OUT_STROKES, TRAINED_STROKES, Script
from training.synthesis.strips import READABLE, StripConfig, StripSynthesiser
from training.synthesis.styles import STYLES, draw_style, glass, metal
from training.synthesis.styles.printed import reversed_film
from vinreader.vin import ALPHABET

pytestmark = pytest.mark.usefixtures("fonts")


@pytest.mark.parametrize("name", STYLES)
def test_boxes_hold_the_ink_of_their_characters_from_edge_to_edge(name: str) -> None:
    rng = np.random.default_rng(7)
    for _ in range(12):
        line = set_vin_line(rng, STYLES[name].script, LineConfig(two_rows=0.0))
        rows = line.own[int(line.top) - 30 : int(line.top + line.cap) + 30]  # baselines bend
        inked = rows.max(axis=0) > 60
        boxes = line.edges[:, :, 0]
        assert len(boxes) == 17
        covered = np.zeros(len(inked), bool)
        for left, right in boxes:
            columns = np.flatnonzero(inked[int(left) : int(np.ceil(right))])
            assert len(columns)
            assert columns[0] <= 6  # a turned or dotted character may fill its box less
            assert columns[-1] >= np.ceil(right) - int(left) - 7
            covered[max(0, int(left) - 4) : int(right) + 5] = True
        first, last = int(line.span[0]), int(line.span[1])
        stray = inked[first:last] & ~covered[first:last]
        assert not stray.any()


@pytest.mark.parametrize("name", STYLES)
def test_readable_strips_of_a_style_show_every_symbol(name: str) -> None:
    config = StripConfig(negative=0.0, low_resolution=0.0, styles=(name,))
    synthesiser = StripSynthesiser(2, config=config)
    readable, unseen = [], set(ALPHABET)
    for index in range(400):
        strip = synthesiser.make(index)
        if strip.legibility >= READABLE:
            readable.append(strip)
            unseen -= set(strip.text)
        if not unseen:
            break
    assert not unseen
    for strip in readable:
        for left, right in strip.boxes:
            inside = strip.image[:, max(0, int(left)) : int(np.ceil(right))]
            assert inside.max() - int(inside.min()) > 8


@pytest.mark.parametrize("name", STYLES)
def test_what_is_painted_differs_where_the_ink_is(name: str) -> None:
    ink = np.zeros((48, 300), np.float32)
    cv2.putText(ink, "8X8X8X8X", (10, 38), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 1.0, 4, cv2.LINE_AA)
    with_ink = STYLES[name].paint(np.random.default_rng(5), ink, 30.0, Backgrounds(None))
    without = STYLES[name].paint(np.random.default_rng(5), 0 * ink, 30.0, Backgrounds(None))
    assert with_ink.shape == ink.shape
    assert np.isfinite(with_ink).all()
    change = np.abs(with_ink - without)
    assert change[cv2.dilate(ink, np.ones((5, 5))) > 0.5].mean() > 0.03
    assert change[:, :4].max() < 0.05  # and not where none is


@pytest.mark.parametrize("name", ["stamped_steel", "embossed_plate"])
def test_hollow_punches_leave_the_middle_of_a_stroke_alone(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ink = np.zeros((80, 120), np.float32)
    ink[20:60, 30:90] = 1.0

    def middle(outlined: float) -> float:
        """How far the middle of a broad stroke stands out from the metal, by many strikes."""
        monkeypatch.setattr(metal, "OUTLINED", outlined)
        shown = []
        for seed in range(30):
            rng = np.random.default_rng(seed)
            paint = metal.struck_steel if name == "stamped_steel" else metal.embossed_plate
            picture = paint(rng, ink, 40.0, Backgrounds(None))
            flat = paint(np.random.default_rng(seed), 0 * ink, 40.0, Backgrounds(None))
            shown.append(abs(float((picture - flat)[35:45, 50:70].mean())))
        return float(np.mean(shown))

    assert middle(1.0) < 0.1 * middle(0.0)


def test_styles_are_drawn_by_their_shares_among_those_named() -> None:
    rng = np.random.default_rng(0)
    drawn = [draw_style(rng, ("dot_peen", "windshield")).name for _ in range(400)]
    share = STYLES["dot_peen"].share / (STYLES["dot_peen"].share + STYLES["windshield"].share)
    assert drawn.count("dot_peen") / 400 == pytest.approx(share, abs=0.07)
    assert set(drawn) == {"dot_peen", "windshield"}


def test_a_needle_marks_single_dots() -> None:
    mask = needle_set("stamp", 3, 9)["L"].mask
    count, _ = cv2.connectedComponents((mask > 160).astype(np.uint8))
    assert count - 1 >= 9


@pytest.mark.parametrize("dots", ["needle", "printer"])
def test_strips_held_out_use_other_alphabets(monkeypatch: pytest.MonkeyPatch, dots: str) -> None:
    seen: set[str] = set()

    def remember(draw: Callable[..., Alphabet], name: str, *rest: object) -> Alphabet:
        seen.add(name)
        return draw(name, *rest)

    for draw in (needle_set, matrix_set):
        monkeypatch.setattr(f"training.synthesis.scripts.{draw.__name__}", partial(remember, draw))
    drawn = []
    for held_out in (False, True):
        seen.clear()
        for seed in range(60):
            rng = np.random.default_rng(seed)
            set_vin_line(rng, Script(dots=dots), LineConfig(held_out=held_out))
        drawn.append(set(seen))
    trained, reserved = drawn
    strokes = dots == "needle"
    assert trained == {*TRAINED_MATRICES, *(TRAINED_STROKES if strokes else ())}
    assert reserved == {*HELD_OUT_MATRICES, *(HELD_OUT_STROKES if strokes else ())}


def test_the_plate_is_clear_where_someone_stands_before_the_sky(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(glass, "VEILED", 1.0)
    monkeypatch.setattr(glass, "UNDERNEATH", ((1.0, reversed_film),))
    monkeypatch.setattr(glass, "SHARES", (1.0,))
    ink = np.zeros((40, 600), np.float32)
    ink[10:30, ::20] = 1.0
    contrasts = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        picture = np.clip(glass.windshield(rng, ink, 20.0, Backgrounds(None)), 0, 1)
        shown = picture[12:28].mean(axis=0).reshape(30, 20)  # a stroke begins each
        contrasts.append(np.abs(shown[:, 0] - shown[:, 8:12].mean(axis=1)))
    uneven = [c.max() / max(float(np.quantile(c, 0.1)), 0.01) for c in contrasts]
    assert sum(ratio > 1.5 for ratio in uneven) > 15  # of 30; 10 without
