"""Takes out of installed wheels what the reader never uses, so that the layer fits into Lambda.

Usage: python prune.py FOLDER. A test imports and uses what is left, under Lambda's Python. Two
things look like savings and break the import: the video libraries of OpenCV are hard-linked, and
`strip` misaligns the libraries that were renamed into the wheels (numpy.libs).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

UNUSED = (
    "**/*.pyi",
    "**/__pycache__",
    # AVIF is refused at the door; Pillow does without its module.
    "PIL/_avif.*",
    "bin",
    "cv2/data/*.xml",
    "google/protobuf",
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/**/tests",
    "numpy/f2py",
    "numpy/random/lib",
    "onnxruntime/backend",
    # The Python module is linked to nothing in it: capi/onnxruntime_pybind11_state holds it all.
    "onnxruntime/capi/libonnxruntime.so.1.*",
    "onnxruntime/datasets",
    "onnxruntime/quantization",
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "pillow.libs/libavif-*",
)


def remove_unused(folder: Path) -> None:
    """Delete every file and directory that a rule of `UNUSED` matches."""
    for pattern in UNUSED:
        for path in list(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def unzipped_size(folder: Path) -> int:
    """Bytes of all files below `folder`, as Lambda counts them."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    folder = Path(sys.argv[1])
    before = unzipped_size(folder)
    remove_unused(folder)
    print(f"pruned from {before:,} to {unzipped_size(folder):,} bytes")


if __name__ == "__main__":
    main()
