"""The choice of boxes equals the best of all choices, tried one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vinreader.boxes import BoxConfig, Boxes
from vinreader.recognition import Evidence

LENGTH = 3
CONFIG = BoxConfig()


def evidence(
    centres: list[float],
    objectness: list[float],
    classes: np.ndarray | None = None,
    seams: tuple[float, ...] = (),
) -> Evidence:
    count = len(centres)
    if classes is None:
        classes = np.full((count, 4), 0.25)
    return Evidence(
        np.array(objectness, np.float32),
        np.array(centres, np.float32),
        np.full(count, 30, np.float32),
        classes.astype(np.float32),
        np.full((60, 5), 0.2, np.float32),
        16.0,
        seams,
    )


def cost(boxes: Boxes, chosen: tuple[int, ...]) -> float:
    """By the words of `BoxConfig`."""
    total = 0.0
    for i, sure in enumerate(boxes.objectness):
        total += max(np.log(sure if i in chosen else 1 - sure), -CONFIG.clip)
    for one, other in itertools.pairwise(chosen):
        ratio = (boxes.centres[other] - boxes.centres[one]) / boxes.pitch
        uneven = CONFIG.evenness * np.log(ratio) ** 2
        total -= min(uneven, CONFIG.widest) if ratio > 1 else uneven
    return total


strips = st.tuples(
    st.lists(st.integers(0, 300), min_size=3, max_size=7, unique=True).map(sorted),
    st.lists(st.floats(0.05, 0.95), min_size=7, max_size=7),
    st.integers(0, 2**32 - 1),
)


@settings(max_examples=30, deadline=None)
@given(strips)
def test_paths_are_the_best_of_all_choices(strip):
    centres, objectness, _ = strip
    boxes = Boxes(evidence(centres, objectness[: len(centres)]), CONFIG)
    paths = boxes.paths(LENGTH)
    choices = list(itertools.combinations(range(len(centres)), LENGTH))
    assert paths[0].total == pytest.approx(max(cost(boxes, choice) for choice in choices))
    assert len(paths) == len(centres) - LENGTH + 1
    for path in paths:
        last = path.boxes[-1]
        best = max(cost(boxes, choice) for choice in choices if choice[-1] == last)
        assert path.total == pytest.approx(best)
        assert cost(boxes, tuple(path.boxes)) == pytest.approx(path.total)


@settings(max_examples=30, deadline=None)
@given(strips, st.lists(st.integers(0, 3), min_size=LENGTH, max_size=LENGTH))
def test_the_path_of_a_text_is_the_one_that_shows_it_best(strip, text):
    centres, objectness, seed = strip
    classes = np.random.default_rng(seed).dirichlet(np.ones(4), len(centres))
    boxes = Boxes(evidence(centres, objectness[: len(centres)], classes), CONFIG)
    logs = np.log(np.maximum(boxes.classes, 1e-6))

    def shown(choice: tuple[int, ...]) -> float:
        return float(sum(logs[box, symbol] for box, symbol in zip(choice, text, strict=True)))

    (path,) = boxes.paths_of(np.array([text]))
    choices = itertools.combinations(range(len(centres)), LENGTH)
    best = max(cost(boxes, choice) + shown(choice) for choice in choices)
    assert path.total + shown(tuple(path.boxes)) == pytest.approx(best)


def test_too_few_boxes_have_no_path():
    assert Boxes(evidence([10, 50], [0.9, 0.9]), CONFIG).paths(LENGTH) == []


def test_a_wide_gap_costs_no_more_than_its_bound():
    near = Boxes(evidence([0, 50, 100, 300], [0.99] * 4), CONFIG).paths(4)
    far = Boxes(evidence([0, 50, 100, 900], [0.99] * 4), CONFIG).paths(4)
    assert near[0].total == pytest.approx(far[0].total)
    assert near[0].total == pytest.approx(4 * np.log(0.99) - CONFIG.widest, abs=1e-3)


def test_the_distance_across_a_seam_says_nothing():
    (path,) = Boxes(evidence([0, 50, 100, 103], [0.99] * 4, seams=(101.0,)), CONFIG).paths(4)
    assert path.total == pytest.approx(4 * np.log(0.99), abs=1e-3)


def test_what_no_box_shows_is_added_faintly_with_its_symbol_open():
    shown = evidence([0, 50, 150, 200], [0.99] * 4)
    boxes = Boxes(shown, CONFIG, np.array([2.0, 49.0, 101.0, 149.0, 205.0]))
    assert boxes.centres.tolist() == [0, 50, 101, 150, 200]
    assert boxes.objectness[2] == pytest.approx(CONFIG.unseen)
    assert boxes.classes[2].tolist() == [0.25] * 4
    assert boxes.paths(5)[0].boxes.tolist() == [0, 1, 2, 3, 4]


def test_only_the_surest_boxes_are_looked_at():
    boxes = Boxes(evidence([0, 50, 100, 150], [0.9, 0.2, 0.8, 0.7]), BoxConfig(most=3))
    assert boxes.centres.tolist() == [0, 100, 150]
