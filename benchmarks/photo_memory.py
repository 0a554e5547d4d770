"""How much memory the largest photos take: `python -m benchmarks.photo_memory`.

The synthetic sample in the midst of 64 megapixels, with and without transparency, in each format;
a process of its own reads it and makes the copy that is kept. The peak holds Python, its libraries
and the models, too; not what Lambda's runtime takes beside it. Linux only; writing the HEIC file
takes minutes.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import pillow_heif
from PIL import Image

from vinreader.cleaning import cleaned
from vinreader.reader import Reader

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "local" / "photos" / "synthetic-sticker.jpg"
LARGEST = (9248, 6936)
"""Width and height of what the largest sensors of phones give."""
KINDS = {
    "JPEG": ("RGB", {"quality": 90}),
    "PNG": ("RGBA", {"compress_level": 1}),
    "AVIF": ("RGBA", {"quality": 60, "speed": 10}),
    "HEIF": ("RGBA", {"quality": 40, "enc_params": {"preset": "ultrafast"}}),
}


def main() -> None:
    """Print a line for each format; or, with a path, read that photo and tell of it as JSON."""
    if len(sys.argv) > 1:
        print(json.dumps(read(Path(sys.argv[1]))))
        return
    pillow_heif.register_heif_opener()
    print(f"{platform.machine()}, Python {platform.python_version()}, one thread")
    print(
        f"{'format':8} {'mode':6} {'file MB':>8} {'peak MB':>8} {'read s':>8} {'copy s':>8}  status"
    )
    with tempfile.TemporaryDirectory() as folder:
        for kind, (mode, options) in KINDS.items():
            file = Path(folder) / kind
            large(mode).save(file, kind, **options)
            command = [sys.executable, "-m", "benchmarks.photo_memory", str(file)]
            answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
            told = json.loads(answer.stdout)
            size = file.stat().st_size / 1e6
            print(
                f"{kind:8} {mode:6} {size:8.1f} {told['peak']:8.0f} {told['read']:8.1f} "
                f"{told['copy']:8.1f}  {told['status']}",
                flush=True,
            )


def large(mode: str) -> Image.Image:
    """The sample, half as wide as the whole."""
    ground = (90, 90, 90, 200)[: len(mode)]
    whole = Image.new(mode, LARGEST, ground)
    part = Image.open(SAMPLE).convert(mode)
    width = LARGEST[0] // 2
    part = part.resize((width, width * part.height // part.width))
    whole.paste(part, ((LARGEST[0] - part.width) // 2, (LARGEST[1] - part.height) // 2))
    return whole


def read(file: Path) -> dict[str, float | str]:
    """Status, peak of this process in MB (10⁶ bytes), seconds of the processor for the reading and
    for the copy."""
    cv2.setNumThreads(1)
    reader = Reader.load(threads=1)
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
