"""Stages share the time of a reading among them."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from vinreader.stages import TOTAL, StageClock


def test_a_stage_inside_of_another_counts_for_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr(time, "perf_counter", lambda: now)
    clock = StageClock()
    with clock.stage(TOTAL):
        with clock.stage("decode"):
            wait(1)
        for _ in range(2):
            with clock.stage("recognize"):
                wait(2)
                with clock.stage("rectify"):
                    wait(4)
                wait(8)
        wait(16)
    assert clock.milliseconds() == {
        "decode": 1000,
        "rectify": 8000,
        "recognize": 20_000,
        "total": 45_000,
    }


def test_what_comes_one_by_one_counts_for_the_stage_that_it_comes_from(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr(time, "perf_counter", lambda: now)

    def coming() -> Iterator[int]:
        nonlocal now
        for item in (1, 2):
            now += 3
            yield item
        now += 1

    clock, items = StageClock(), []
    for item in clock.each("detect", coming()):
        items.append(item)
        with clock.stage("recognize"):
            now += 10
    assert items == [1, 2]
    assert clock.milliseconds() == {"detect": 7000, "recognize": 20_000}
