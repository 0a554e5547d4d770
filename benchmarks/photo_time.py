"""How long one photo takes, part by part: `python -m benchmarks.photo_time [PHOTO]`.

Without a photo, the synthetic sample is enlarged to 12 megapixels; `--noise` puts the noise of a
sensor over it, whose JPEG takes longer to decode. One thread, model loading aside.
Processor time is told beside the time of the clock: on a busy machine it is the one to go by.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader import barcodes, defects, detection, search
from vinreader import reader as reading_way
from vinreader import recognition as recognition_way
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.reader import Reader
from vinreader.recognition import Evidence, Recognizer

SAMPLE = Path(__file__).parents[1] / "local" / "photos" / "synthetic-sticker.jpg"
PARTS = (
    *("decode", "barcodes", "detect", "rectify", "recognize"),
    *("judge", "inspect", "total"),
)
TWELVE_MEGAPIXELS = (4000, 3000)
STEPS = (
    (reading_way, "open_grey"),
    (barcodes, "halved"),
    (barcodes, "_decoded"),
    (detection, "halved"),
    (detection, "preprocess"),
    (detection, "postprocess"),
    (detection, "drawn_out"),
    (search, "cut"),
    (recognition_way, "preprocess"),
    (recognition_way, "postprocess"),
    (search, "decode_all"),
    (reading_way, "elect"),
    (reading_way, "judge"),
    (defects, "level"),
    (defects, "measured"),
    (reading_way, "offered"),
)
"""Functions, in the modules that call them: `search.cut` rectifies, `reader.judge` judges."""


class CountingRecognizer(Recognizer):
    """A recogniser that counts the strips it is given."""

    def __init__(self, model_path: Path) -> None:
        super().__init__(model_path)
        self.strips = 0

    def recognize(self, strips: NDArray[np.uint8]) -> tuple[Evidence, ...]:
        """As without counting."""
        self.strips += len(strips)
        return super().recognize(strips)


def main() -> None:
    """Print the median and the slowest of several runs, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--profile", action="store_true", help="also tell the steps of each part")
    parser.add_argument("--noise", type=float, default=0.0, help="its deviation in grey levels")
    args = parser.parse_args()
    data = args.photo.read_bytes() if args.photo else twelve_megapixels(args.noise)
    cv2.setNumThreads(1)
    recognizer = CountingRecognizer(ModelFiles.of(DEFAULT_MODELS_DIR).yolo)
    reader = Reader.load(threads=1)
    reader.recognizer = recognizer
    reading = reader.read(data)  # the first run fills caches
    strips = recognizer.strips
    started = time.process_time()
    timings = [reader.read(data).timings_ms for _ in range(args.runs)]
    busy = 1000 * (time.process_time() - started) / args.runs
    name = args.photo.name if args.photo else f"{SAMPLE.name} at 12 megapixels"
    print(f"{name}: {len(data) / 1e6:.1f} MB, {reading.status.value}, {args.runs} runs, one thread")
    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}")
    print(f"{strips} strips read, {busy:.0f} ms of the processor a photo")
    print(f"{'':10} {'median ms':>10} {'slowest ms':>11}")
    for part in PARTS:
        values = [timing[part] for timing in timings]
        print(f"{part:10} {statistics.median(values):10.0f} {max(values):11.0f}")
    if args.profile:
        print(f"\n{'':44} {'calls':>6} {'processor ms a photo':>21}")
        for step, (calls, milliseconds) in _profile(reader, data, args.runs).items():
            print(f"{step:44} {calls:6.1f} {milliseconds:21.1f}")


def _profile(reader: Reader, data: bytes, runs: int) -> dict[str, tuple[float, float]]:
    """Calls and milliseconds of the processor a photo, by step; some steps lie in others."""
    calls: Counter[str] = Counter()
    seconds: Counter[str] = Counter()

    def watched(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*positional: Any, **named: Any) -> Any:
            started = time.process_time()
            try:
                return work(*positional, **named)
            finally:
                calls[name] += 1
                seconds[name] += time.process_time() - started

        return timed

    with ExitStack() as patches:
        for module, name in STEPS:
            step = f"{module.__name__.rpartition('.')[2]}.{name}"
            work = watched(step, getattr(module, name))
            patches.enter_context(patch.object(module, name, work))
        for part, net in (("detection", reader.detector), ("recognition", reader.recognizer)):
            session = SimpleNamespace(run=watched(f"{part}: the net", net.session.run))
            patches.enter_context(patch.object(net, "session", session))
        for _ in range(runs):
            reader.read(data)
    return {step: (calls[step] / runs, 1000 * seconds[step] / runs) for step in calls}


def twelve_megapixels(noise: float = 0.0) -> bytes:
    """The sample as a JPEG of that size, with noise of that deviation in grey levels."""
    sample = cv2.imread(str(SAMPLE))
    large = cv2.resize(sample, TWELVE_MEGAPIXELS, interpolation=cv2.INTER_CUBIC)
    if noise:
        grain = np.random.default_rng(0).normal(0, noise, large.shape)
        large = np.clip(large + grain, 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


if __name__ == "__main__":
    main()
