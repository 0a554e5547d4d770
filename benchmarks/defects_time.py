"""What it costs to judge a photo's defects: `python -m benchmarks.defects_time`.

Lines of several sizes in a photo of 12 megapixels, and such a photo as a whole. Processor time on
one thread: on a busy machine it is the one to go by.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from vinreader.defects import inspect_line, inspect_photo

TWELVE_MEGAPIXELS = (3000, 4000, 3)
CAPS = (8, 16, 32, 64, 128)
"""Heights of the characters' boxes, pixels."""
ASPECT = 0.75
"""Width of a box against its height."""


def boxes(cap: int) -> np.ndarray:
    """Seventeen of them (17, 4, 2), level."""
    x = 200 + cap * (np.arange(17)[:, None] + np.array([0, ASPECT, ASPECT, 0]))
    y = np.broadcast_to(1500 + cap * np.array([0, 0, 1, 1]), x.shape)
    return np.stack([x, y], axis=-1).astype(np.float32)


def main() -> None:
    """Print milliseconds of the processor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    photo = np.random.default_rng(0).integers(0, 256, TWELVE_MEGAPIXELS, np.uint8)
    cases: dict[str, Callable[[], object]] = {
        f"a line {cap} pixels high": partial(inspect_line, photo, boxes(cap)) for cap in CAPS
    }
    cases["a whole photo"] = partial(inspect_photo, photo)
    for name, judge in cases.items():
        judge()  # the first run loads the weights
        started = time.process_time()
        for _ in range(args.runs):
            judge()
        print(f"{name:28} {1000 * (time.process_time() - started) / args.runs:6.1f} ms")


if __name__ == "__main__":
    main()
