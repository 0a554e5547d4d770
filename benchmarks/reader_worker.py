"""The reader of this repository as a worker: `python -m benchmarks.reader_worker`."""

from __future__ import annotations

from pathlib import Path

import cv2

from benchmarks.workers import Answer, Request, serve
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader


def main() -> None:
    """Serve, on one thread. It turns photos itself: it is never asked a second time."""
    cv2.setNumThreads(1)
    reader = Reader.load(threads=1)

    def read(request: Request) -> Answer:
        try:
            reading = reader.read(Path(request["file"]).read_bytes())
        except UnreadableImage:
            return {"lines": [], "status": "rejected"}
        return {"lines": [reading.vin] if reading.vin else [], "status": reading.status.value}

    serve(read)


if __name__ == "__main__":
    main()
