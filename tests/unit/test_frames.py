"""CTC held to a number of symbols: everything equals what all alignments, tried one by one, say."""

from __future__ import annotations

import itertools
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinreader.frames import likeliest, spell

CLASSES = 4
BLANK = CLASSES - 1
Text = tuple[int, ...]

strips = st.integers(0, 2**32 - 1).map(lambda seed: random_frames(seed, 5))


def random_frames(seed: int, count: int) -> np.ndarray:
    """Frames (T, C), each with a few likely classes."""
    return np.random.default_rng(seed).dirichlet(np.full(CLASSES, 0.5), count)


def text_of(alignment: Text) -> Text:
    """Repeats once, blanks not at all."""
    return tuple(symbol for symbol, _ in itertools.groupby(alignment) if symbol != BLANK)


def by_hand(frames: np.ndarray) -> tuple[dict[Text, float], dict[Text, float]]:
    """Each text's probability, and that of its likeliest alignment."""
    total: dict[Text, float] = defaultdict(float)
    best: dict[Text, float] = defaultdict(float)
    for alignment in itertools.product(range(CLASSES), repeat=len(frames)):
        probability = float(np.prod(frames[np.arange(len(frames)), alignment]))
        text = text_of(alignment)
        total[text] += probability
        best[text] = max(best[text], probability)
    return total, best


@settings(max_examples=20, deadline=None)
@given(strips, st.integers(1, 3))
def test_the_likeliest_text_is_that_of_the_best_alignment(frames, length):
    _, best = by_hand(frames)
    expected = max(best[text] for text in best if len(text) == length)
    ((first, *others),) = likeliest(frames[None], length, 3)
    assert best[tuple(first)] == pytest.approx(expected)
    for text in others:
        assert len(text) == length
        assert best[tuple(text)] <= expected
        assert tuple(text) != tuple(first)


@settings(max_examples=20, deadline=None)
@given(strips, st.lists(st.integers(0, BLANK - 1), min_size=3, max_size=3))
def test_the_score_of_a_text_sums_over_all_its_alignments(frames, symbols):
    total, _ = by_hand(frames)
    (spelling,) = spell(frames[None], np.array([symbols]))
    assert np.exp(spelling.score) == pytest.approx(total[tuple(symbols)], abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(strips, st.lists(st.integers(0, BLANK - 1), min_size=2, max_size=2))
def test_a_place_weighs_every_symbol_while_the_others_stay(frames, symbols):
    total, _ = by_hand(frames)
    (spelling,) = spell(frames[None], np.array([symbols]))
    for place in range(2):
        weights = np.array(
            [total[(*symbols[:place], s, *symbols[place + 1 :])] for s in range(BLANK)]
        )
        np.testing.assert_allclose(
            spelling.probabilities[place], weights / weights.sum(), atol=1e-9
        )


def clear(shown: list[int], sure: float = 0.97) -> np.ndarray:
    """Frames that show these classes."""
    frames = np.full((len(shown), CLASSES), (1 - sure) / (CLASSES - 1))
    frames[np.arange(len(shown)), shown] = sure
    return frames


def test_equal_neighbours_need_a_blank_between():
    apart, held = clear([0, BLANK, 0, BLANK]), clear([0, 0, 0, BLANK])
    twice = np.array([[0, 0]])
    assert spell(apart[None], twice)[0].score > np.log(0.8)
    assert spell(held[None], twice)[0].score < np.log(0.1)


def test_symbols_stand_where_their_frames_are():
    frames = clear([BLANK, 0, BLANK, BLANK, 1, 1, BLANK, 2])
    (spelling,) = spell(frames[None], np.array([[0, 1, 2]]))
    np.testing.assert_allclose(spelling.places, [1.5, 5.0, 7.5], atol=0.15)


def test_a_symbol_too_many_gives_two_neighbouring_texts():
    frames = clear([0, BLANK, 1, BLANK, 2, BLANK, 0], sure=0.97)
    frames[0] = [0.8, 0.05, 0.05, 0.1]  # easier to leave out than what stands in the middle
    frames[6] = [0.85, 0.02, 0.03, 0.1]
    (texts,) = likeliest(frames[None], 3, 4)
    assert [tuple(int(symbol) for symbol in text) for text in texts[:2]] == [(1, 2, 0), (0, 1, 2)]


def test_frames_that_show_the_wanted_number_need_no_search():
    frames = clear([BLANK, 2, 2, BLANK, 0, 1])
    (texts,) = likeliest(frames[None], 3, 4)
    assert [text.tolist() for text in texts] == [[2, 0, 1]]


def test_strips_are_spelt_independently():
    many = np.stack([random_frames(seed, 7) for seed in range(3)])
    together = likeliest(many, 2, 2)
    for n, frames in enumerate(many):
        (alone,) = likeliest(frames[None], 2, 2)
        assert [tuple(text) for text in alone] == [tuple(text) for text in together[n]]
    texts = np.array([[0, 1], [1, 1], [2, 0]])
    for n, spelling in enumerate(spell(many, texts)):
        (same,) = spell(many[n : n + 1], texts[n : n + 1])
        assert spelling.score == pytest.approx(same.score)


def test_fewer_frames_than_symbols_spell_nothing():
    assert likeliest(clear([0, 1])[None], 3, 2) == [[]]
