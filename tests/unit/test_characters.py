"""What the characters of a number may be: all looks at them are heard, others are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_quality import VALID, look
from vinreader.characters import CharactersConfig, characters_of, placing, seen_together
from vinreader.looks import Look, shares_of_votes, showing
from vinreader.vin import ALPHABET

CONFIG = CharactersConfig()
FOURTH = ALPHABET.index(VALID[3])
OTHER = ALPHABET.index("B")


def seeing(probability: float, score: float = -0.5, moved: float = 0.0) -> Look:
    """A look at VALID that holds a B possible in the fourth place, its characters moved by so many
    pitches."""
    seen = look(VALID, weakest=1 - probability, score=score)
    candidate = seen.candidate
    candidate.probabilities[3, OTHER] = probability
    pitch = float(candidate.centres[1] - candidate.centres[0])
    return replace(seen, candidate=replace(candidate, centres=candidate.centres + moved * pitch))


def together(*looks: Look) -> np.ndarray:
    return seen_together(looks[0], looks, shares_of_votes(looks, 1.5), CONFIG)


def test_equal_looks_count_alike() -> None:
    seen = together(seeing(0.0), seeing(0.4), seeing(0.2))
    assert seen[3, OTHER] == pytest.approx(0.2)
    assert seen[3, FOURTH] == pytest.approx(0.8)


def test_a_clearer_look_counts_more() -> None:
    seen = together(seeing(0.0), seeing(0.4, score=-0.5 - 1.5 * np.log(3)))
    assert seen[3, OTHER] == pytest.approx(0.4 / 4)


@pytest.mark.parametrize(("moved", "heard"), [(0.4, True), (-0.4, True), (1.0, False)])
def test_a_look_at_other_characters_is_not_heard(moved: float, heard: bool) -> None:
    seen = together(seeing(0.0), seeing(0.4, moved=moved))
    assert seen[3, OTHER] == pytest.approx(0.2 if heard else 0.0)


def test_a_look_in_the_other_direction_is_not_heard() -> None:
    against = seeing(0.4)
    against = replace(against, bands=(against.bands[0].turned(),))
    assert together(seeing(0.0), against)[3, OTHER] == 0.0


def test_a_look_with_next_to_no_vote_changes_nothing() -> None:
    best = seeing(0.1)
    assert np.array_equal(together(best, seeing(0.9, score=-40.0)), together(best))


def test_what_is_told_is_what_was_seen() -> None:
    best = seeing(0.0)
    seen = np.full((17, len(ALPHABET)), 0.0)
    seen[np.arange(17), [ALPHABET.index(symbol) for symbol in VALID]] = 1.0
    seen[3] = 0.0004
    seen[3, [FOURTH, OTHER, ALPHABET.index("8"), ALPHABET.index("3"), ALPHABET.index("E")]] = [
        0.3,
        0.5,
        0.1,
        0.05,
        0.03,
    ]
    characters = characters_of(best, [best], seen, CONFIG)
    assert "".join(character.symbol for character in characters) == VALID
    fourth = characters[3]
    assert fourth.confidence == 0.3
    assert [(a.symbol, a.confidence) for a in fourth.alternatives] == [
        ("B", 0.5),
        ("8", 0.1),
        ("3", 0.05),
    ]
    assert characters[4].alternatives == ()
    centre = np.mean(fourth.box, axis=0)
    assert centre == pytest.approx([best.candidate.centres[3], 16], abs=0.1)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-30, 2)), min_size=1, max_size=5))
def test_what_looks_see_together_lies_between_what_each_sees(
    told: list[tuple[float, float]],
) -> None:
    looks = [seeing(probability, score) for probability, score in told]
    seen = together(*looks)
    own = np.stack([one.candidate.probabilities for one in looks])
    assert np.all(seen >= own.min(axis=0) - 1e-6)
    assert np.all(seen <= own.max(axis=0) + 1e-6)


@given(st.lists(st.floats(-900, 5), min_size=1, max_size=6))
def test_votes_are_shared_out_by_how_clear_the_looks_are(scores: list[float]) -> None:
    votes = shares_of_votes([look(VALID, score=score) for score in scores], 1.5)
    assert votes.sum() == pytest.approx(1.0)
    order = np.argsort(scores)
    assert np.all(np.diff(votes[order]) >= 0)


def test_the_clearest_look_at_a_number_is_found() -> None:
    dim, clear = look(VALID, score=-9.0), look(VALID, score=-1.0)
    other = look("WVWZZZ1KZ8W000001", score=-0.1)
    assert showing(VALID, [dim, clear, other]) is clear
    assert showing(VALID, [other]) is None


def lower(pixels: float, moved: float = 0.0) -> Look:
    """A look cut so many pixels lower."""
    cut = seeing(0.0, moved=moved)
    band = replace(cut.bands[0], quad=cut.bands[0].quad + np.array([0, pixels], np.float32))
    return replace(cut, bands=(band,))


def test_characters_lie_where_most_looks_at_them_do() -> None:
    best, others = lower(9.0), [lower(0.0), lower(1.0), lower(-1.0), lower(2.0)]
    placed = placing(best, [*others, best, lower(0.0, moved=1.0)], CONFIG)
    assert placed == [*others, best]
    seen = together(best)
    told = characters_of(best, placed, seen, CONFIG)
    assert [[y for _, y in character.box] for character in told] == [[1.0, 1.0, 33.0, 33.0]] * 17


def test_looks_at_another_number_place_no_characters() -> None:
    best = lower(0.0)
    other = replace(best, candidate=replace(best.candidate, text=VALID[:-1] + "9"))
    assert placing(best, [other, best], CONFIG) == [best]
