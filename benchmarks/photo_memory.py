"""How much memory large photos take: `python -m benchmarks.photo_memory [--formats JPEG]
[--megapixels 12 48] [--threads 1 2]`.

The synthetic sample in the midst of 64 megapixels, or of as many as are given, with and without
transparency, in each format; a process of its own reads it and makes the copy that is kept. The
peak holds Python, its libraries and the models, too; not what Lambda's runtime takes beside it.
Linux only; writing the HEIC file takes minutes.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import pillow_heif
from PIL import Image

from vinreader.cleaning import cleaned
from vinreader.reader import Reader

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "local" / "photos" / "synthetic-sticker.jpg"
LARGEST = 64
"""Megapixels that the largest sensors of phones give, 9248 by 6936."""
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "JPEG": ("RGB", {"quality": 90}),
    "PNG": ("RGBA", {"compress_level": 1}),
    "AVIF": ("RGBA", {"quality": 60, "speed": 10}),
    "HEIF": ("RGBA", {"quality": 40, "enc_params": {"preset": "ultrafast"}}),
}


def main() -> None:
    """Print a line for each format; or, with a path, read that photo and tell of it as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--formats", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--megapixels", type=int, nargs="+", default=[LARGEST])
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    args = parser.parse_args()
    if args.photo:
        print(json.dumps(read(args.photo, args.threads[0])))
        return
    pillow_heif.register_heif_opener()
    print(f"{platform.machine()}, Python {platform.python_version()}")
    print(
        f"{'format':8} {'mode':6} {'megapixels':>10} {'threads':>8} {'file MB':>8} {'peak MB':>8} "
        f"{'read s':>8} {'copy s':>8}  status"
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind in args.formats:
            for megapixels in args.megapixels:
                file = Path(folder) / kind
                mode, options = KINDS[kind]
                large(mode, megapixels).save(file, kind, **options)
                for threads in args.threads:
                    told = _told_of(file, threads)
                    print(
                        f"{kind:8} {mode:6} {megapixels:10} {threads:8} "
                        f"{file.stat().st_size / 1e6:8.1f} {told['peak']:8.0f} "
                        f"{told['read']:8.2f} {told['copy']:8.2f}  {told['status']}",
                        flush=True,
                    )


def _told_of(file: Path, threads: int) -> dict[str, Any]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.photo_memory",
        str(file),
        "--threads",
        str(threads),
    ]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return dict(json.loads(answer.stdout))


def large(mode: str, megapixels: int = LARGEST) -> Image.Image:
    """The sample, half as wide as the whole, which is four wide to three high."""
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    size = (height * 4 // 3, height)
    whole = Image.new(mode, size, (90, 90, 90, 200)[: len(mode)])
    part = Image.open(SAMPLE).convert(mode)
    width = size[0] // 2
    part = part.resize((width, width * part.height // part.width))
    whole.paste(part, ((size[0] - part.width) // 2, (size[1] - part.height) // 2))
    return whole


def read(file: Path, threads: int = 1) -> dict[str, float | str]:
    """Status, peak of this process in MB (10⁶ bytes), seconds of the processor for the reading and
    for the copy."""
    cv2.setNumThreads(threads)
    reader = Reader.load(threads=threads)
    data = file.read_bytes()
    started = time.process_time()
    reading = reader.read(data)
    finished = time.process_time()
    cleaned(data)
    copied = time.process_time()
    # Not of `getrusage`: that starts with the peak of the process that started this one.
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6
    seconds = {"read": finished - started, "copy": copied - finished}
    return {"status": reading.status.value, "peak": peak, **seconds}


if __name__ == "__main__":
    main()
