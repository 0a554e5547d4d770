"""Files to put through the doors: good ones, broken ones, hostile ones, all built here."""

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE = Path(__file__).parents[1] / "local" / "photos" / "synthetic-sticker.jpg"


def sample_vin() -> str:
    """What stands on the sample photo."""
    vin: str = json.loads(SAMPLE.with_suffix(".json").read_text())["vin"]
    return vin


def blank_jpeg(width: int = 320, height: int = 240, shade: int = 128) -> bytes:
    """A photo of nothing."""
    return _encoded(np.full((height, width, 3), shade, np.uint8), "JPEG")


def noise_png(width: int, height: int, seed: int) -> bytes:
    """A photo of about 3 bytes a pixel: noise does not compress."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return _encoded(noise, "PNG")


def huge_png_header(width: int = 20_000, height: int = 20_000) -> bytes:
    """A few bytes that announce 400 megapixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 1000)
    chunks = [header, data, b"IEND"]
    framed = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(framed)


def _encoded(photo: np.ndarray, format_: str) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(photo).save(buffer, format_)
    return buffer.getvalue()


BROKEN = {
    "truncated JPEG": blank_jpeg()[:-300],
    "text file": b"1M8GDM9AXKP042788\n",
    "empty object": b"",
    "20,000×20,000 PNG header": huge_png_header(),
}
