"""Stages share the time of a reading among them."""

from __future__ import annotations

import time

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
