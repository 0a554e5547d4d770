"""How long each stage of a reading took."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

__all__ = ["TOTAL", "StageClock"]

TOTAL = "total"
"""The stage that holds all others."""

Item = TypeVar("Item")


class StageClock:
    """Seconds by stage; a stage that comes twice adds up, and one inside of another counts for
    itself alone, so that all together are the total."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside: list[float] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measures what is done inside of it."""
        self._inside.append(0.0)
        started = time.perf_counter()
        yield
        took = time.perf_counter() - started
        inside = self._inside.pop()
        if self._inside:
            self._inside[-1] += took
        own = took if name == TOTAL else took - inside
        self.seconds[name] = self.seconds.get(name, 0.0) + own

    def each(self, name: str, items: Iterable[Item]) -> Iterator[Item]:
        """The items, and measures what it takes to come by them."""
        coming = iter(items)
        while True:
            with self.stage(name):
                found = list(islice(coming, 1))
            if not found:
                return
            yield found[0]

    def milliseconds(self) -> dict[str, float]:
        """Rounded to tenths, the whole last."""
        return {name: round(1000 * seconds, 1) for name, seconds in self.seconds.items()}
