"""Takes out of installed wheels what the reader never uses, so that the layer fits into Lambda.

Usage: python prune.py FOLDER. A test imports and uses what is left, under Lambda's Python. What
looks like a saving and breaks the import: `strip` misaligns the libraries that were renamed into
the wheels (numpy.libs).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from unlink import SharedLibrary

UNUSED = (
    "**/*.pyi",
    "**/__pycache__",
    # Pages for people; the local stack shows them.
    "aws_lambda_powertools/event_handler/openapi/swagger_ui/*.min.*",
    # Colour management; colour profiles are not applied.
    "PIL/_imagingcms.*",
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
    "pillow.libs/liblcms2-*",
)

UNLINKED = {
    "cv2/cv2.abi3.so": (
        # Films: 26 MB, with an OpenSSL that is no longer maintained. Photos need none of it.
        *("libavcodec-*", "libavformat-*", "libavutil-*", "libswscale-*"),
        # Algebra of matrices with 25 rows and more (OpenCV's hal_internal.cpp): 37 MB. Perspectives
        # have eight rows at most, which OpenCV solves itself; NumPy brings an OpenBLAS of its own.
        "libopenblas-*",
    ),
    # Screenshots. (Those of TIFF and JPEG 2000 have to stay: Pillow asks their versions at import.)
    "PIL/_imaging.*": ("libxcb-*",),
    # An encoder of 23 MB, under the GPL: photos are only decoded.
    "pillow_heif.libs/libheif-*": ("libx265-*",),
}
"""What a library loads and no photo needs."""


def remove_unused(folder: Path) -> None:
    """Delete every file and directory that a rule of `UNUSED` matches."""
    for pattern in UNUSED:
        for path in list(folder.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def unlink_unused(folder: Path) -> None:
    """Make libraries do without those of `UNLINKED`, and delete what nothing loads any more."""
    for user, patterns in UNLINKED.items():
        (path,) = folder.glob(user)
        library = SharedLibrary(path)
        for pattern in patterns:
            (unused,) = folder.glob(f"*.libs/{pattern}")
            library.unlink(SharedLibrary(unused))
        library.save()
    while orphans := _orphans(folder):
        for orphan in orphans:
            orphan.unlink()


def _orphans(folder: Path) -> list[Path]:
    """Libraries that came along with a wheel and that nothing in it loads."""
    libraries = [path for path in folder.rglob("*") if ".so" in path.suffixes]
    needed = {name for path in libraries for name in SharedLibrary(path).needed()}
    return [path for path in libraries if path.match("*.libs/*") and path.name not in needed]


def unzipped_size(folder: Path) -> int:
    """Bytes of all files below `folder`, as Lambda counts them."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    folder = Path(sys.argv[1])
    before = unzipped_size(folder)
    remove_unused(folder)
    unlink_unused(folder)
    print(f"pruned from {before:,} to {unzipped_size(folder):,} bytes")


if __name__ == "__main__":
    main()
