"""Our own generator as a worker: `python -m benchmarks.strip_worker strips|pages`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import cv2

from benchmarks.workers import Answer, Request, serve
from training.synthesis.pages import make_page, page_rng
from training.synthesis.strips import StripSynthesiser

SEED = 7
PAGE = (480, 640)
"""Height and width, pixels."""


def main() -> None:
    """Serve `{"count": …}` strips or pages, going on where the last ones ended."""
    cv2.setNumThreads(1)
    strips = StripSynthesiser(SEED)
    ways: dict[str, Callable[[int], int]] = {
        "strips": lambda index: strips.make(index).image.size,
        "pages": lambda index: make_page(page_rng(SEED, index), PAGE).image.size,
    }
    make, made = ways[sys.argv[1]], 0

    def work(request: Request) -> Answer:
        nonlocal made
        pixels = sum(make(made + number) for number in range(request["count"]))
        made += request["count"]
        return {"pixels": pixels}

    serve(work)


if __name__ == "__main__":
    main()
