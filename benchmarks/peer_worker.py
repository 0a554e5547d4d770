"""General text readers as workers, in the environment of `peers.txt`: `python -m
benchmarks.peer_worker` and one of rapidocr-3, rapidocr-1, tesseract.

They answer `{"file": …, "turns": …}` with `lines` of text. Each is set up as its
documentation has it, on one thread.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np

from benchmarks.workers import Answer, Request, serve

Work = Callable[[Request], Answer]

TESSERACT = ["tesseract", "stdin", "stdout", "--psm", "11"]
"""Sparse text: as much as is found, in no order. The picture goes in by a pipe, as it is, and not
by way of a PNG file, as pytesseract does it."""


def main() -> None:
    """Serve as the reader that is named."""
    cv2.setNumThreads(1)
    serve(
        {"rapidocr-3": _rapidocr_3, "rapidocr-1": _rapidocr_1, "tesseract": _tesseract}[
            sys.argv[1]
        ]()
    )


def _rapidocr_3() -> Work:
    from rapidocr import RapidOCR

    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    engine = RapidOCR(params={**threads, "Global.log_level": "error"})

    def read(request: Request) -> Answer:
        found = engine(_picture(request))
        return {"lines": list(found.txts or ())}

    return read


def _rapidocr_1() -> Work:
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(request: Request) -> Answer:
        found, _ = engine(_picture(request))
        return {"lines": [text for _, text, _ in found or ()]}

    return read


def _tesseract() -> Work:
    def read(request: Request) -> Answer:
        written, picture = cv2.imencode(".ppm", _picture(request))
        if not written:
            raise RuntimeError("OpenCV writes no PPM")
        said = subprocess.run(TESSERACT, input=picture.tobytes(), capture_output=True, check=True)
        lines = said.stdout.decode("utf-8", "replace").splitlines()
        return {"lines": [line for line in lines if line.strip()]}

    return read


def _picture(request: Request) -> Any:
    """(H, W, 3) uint8 BGR, upright as EXIF has it, then turned by quarters."""
    picture = cv2.imread(request["file"])
    if picture is None:
        raise ValueError("this is no picture that OpenCV reads")
    turns = request["turns"]
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else picture


if __name__ == "__main__":
    main()
