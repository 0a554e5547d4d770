"""Files to put through the doors: good ones, broken ones, hostile ones, all built here."""

import io
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

SAMPLE = Path(__file__).parents[1] / "local" / "photos" / "synthetic-sticker.jpg"

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
# Clockwise from the top left, as the stored picture (red, green, white, blue) is to be shown.
UPRIGHT = {
    1: (RED, GREEN, WHITE, BLUE),
    2: (GREEN, RED, BLUE, WHITE),
    3: (WHITE, BLUE, RED, GREEN),
    4: (BLUE, WHITE, GREEN, RED),
    5: (RED, BLUE, WHITE, GREEN),
    6: (BLUE, RED, GREEN, WHITE),
    7: (WHITE, GREEN, RED, BLUE),
    8: (GREEN, WHITE, BLUE, RED),
}


def sample_vin() -> str:
    """What stands on the sample photo."""
    vin: str = json.loads(SAMPLE.with_suffix(".json").read_text())["vin"]
    return vin


def quarters(width: int = 48, height: int = 32) -> np.ndarray:
    """Red and green above, blue and white below: tells every turn and mirroring apart."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2] = RED
    picture[: height // 2, width // 2 :] = GREEN
    picture[height // 2 :, : width // 2] = BLUE
    picture[height // 2 :, width // 2 :] = WHITE
    return picture


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
