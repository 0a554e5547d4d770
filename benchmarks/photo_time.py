"""How long one photo takes, part by part: `python -m benchmarks.photo_time [PHOTO]`.

Without a photo, the synthetic sample is enlarged to 12 megapixels. One thread, model loading aside.
Processor time is told beside the time of the clock: on a busy machine it is the one to go by.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.reader import Reader
from vinreader.recognition import Evidence, Recognizer

SAMPLE = Path(__file__).parents[1] / "local" / "photos" / "synthetic-sticker.jpg"
PARTS = ("decode", "barcodes", "detect", "recognize", "inspect", "total")
TWELVE_MEGAPIXELS = (4000, 3000)


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
    args = parser.parse_args()
    data = args.photo.read_bytes() if args.photo else twelve_megapixels()
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


def twelve_megapixels() -> bytes:
    """The sample as a JPEG of that size."""
    sample = cv2.imread(str(SAMPLE))
    large = cv2.resize(sample, TWELVE_MEGAPIXELS, interpolation=cv2.INTER_CUBIC)
    return cv2.imencode(".jpg", large, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


if __name__ == "__main__":
    main()
