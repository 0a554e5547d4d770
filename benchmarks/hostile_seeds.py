"""Sound files to break: each format that is read, in its variants, and what else is uploaded."""

from __future__ import annotations

import functools
import io
import zipfile

import cv2
import numpy as np
import pillow_heif
from PIL import Image

__all__ = ["seeds"]

ORIENTATION = 0x0112
TILE = 64
"""Pixels, the least that HEIC encoders make."""


@functools.cache
def seeds() -> dict[str, tuple[bytes, ...]]:
    """Files by format; those from `gif` on are no photos that are read."""
    pillow_heif.register_heif_opener()  # as which it also encodes
    picture = _picture()
    grey, clear = picture.convert("L"), picture.copy()
    clear.putalpha(grey)
    film = {"save_all": True, "append_images": [Image.new("RGB", picture.size)], "duration": 100}
    turned = Image.Exif()
    turned[ORIENTATION] = 6
    deep = np.asarray(picture).astype(np.uint16) << 8
    return {
        "jpeg": (
            _encoded(picture, "JPEG", exif=turned),
            _encoded(picture, "JPEG", progressive=True),
            _encoded(picture.convert("CMYK"), "JPEG"),
            _encoded(grey, "JPEG"),
            _encoded(picture, "MPO", **film),
        ),
        "png": (
            _encoded(picture, "PNG", exif=turned),
            _encoded(clear, "PNG"),
            _encoded(picture.convert("P"), "PNG"),
            _encoded(picture, "PNG", **film),
            cv2.imencode(".png", deep)[1].tobytes(),
            cv2.imencode(".png", deep[..., 0])[1].tobytes(),
        ),
        "webp": (
            _encoded(picture, "WEBP", exif=turned),
            _encoded(clear, "WEBP", lossless=True),
            _encoded(picture, "WEBP", **film),
        ),
        "bmp": (_encoded(picture, "BMP"), _encoded(picture.convert("P"), "BMP")),
        "heic": (
            _encoded(picture, "HEIF", exif=turned.tobytes()),
            _encoded(picture, "HEIF", tile_size=TILE),
            _encoded(clear, "HEIF"),
            _encoded(grey, "HEIF"),
            _encoded(Image.fromarray(deep[..., 0]), "HEIF"),
        ),
        "avif": (
            _encoded(picture, "AVIF", exif=turned),
            _encoded(clear, "AVIF"),
            _encoded(grey, "AVIF"),
            _encoded(picture, "AVIF", **film),
        ),
        "gif": (_encoded(picture, "GIF"),),
        "tiff": (_encoded(picture, "TIFF"),),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>',),
        "pdf": (_encoded(picture, "PDF"),),
        "zip": (_zip(),),
        "text": (b"Dear sirs, attached you find the photo. 1M8GDM9AXKP042788\n",),
    }


def _picture() -> Image.Image:
    """Smooth on one side, noise on the other."""
    across = np.linspace(0, 255, 2 * TILE)
    rows = np.repeat(across[None], TILE + 32, axis=0)
    noise = np.random.default_rng(7).integers(0, 256, (TILE + 32, TILE))
    rows[:, TILE:] = noise
    return Image.fromarray(np.dstack([rows, rows[::-1], 255 - rows]).astype(np.uint8))


def _encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.txt", "1M8GDM9AXKP042788")
    return buffer.getvalue()
