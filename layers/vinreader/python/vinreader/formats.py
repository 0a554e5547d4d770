"""The formats that photos come in: what they are called, and the bytes that they begin with."""

from __future__ import annotations

from enum import Enum

from vinreader.heif import brands

__all__ = ["MEDIA_TYPES", "PhotoFormat", "UnreadableImage", "format_of"]


class UnreadableImage(ValueError):
    """The bytes are no usable image; the message tells people why."""


class PhotoFormat(Enum):
    """A format that is read; the value is the name by which Pillow has it."""

    JPEG = "JPEG"
    """That of several pictures too, which many phones write."""
    PNG = "PNG"
    WEBP = "WEBP"
    BMP = "BMP"
    HEIC = "HEIF"
    """HEIF with HEVC in it, the format of iPhones."""
    AVIF = "AVIF"


MEDIA_TYPES = {
    "image/jpeg": PhotoFormat.JPEG,
    "image/png": PhotoFormat.PNG,
    "image/webp": PhotoFormat.WEBP,
    "image/heic": PhotoFormat.HEIC,
    "image/heif": PhotoFormat.HEIC,
    "image/avif": PhotoFormat.AVIF,
    "image/bmp": PhotoFormat.BMP,
}
"""Names under which photos may be sent (RFC 9110 media types), the most usual first. What is sent
under a wrong one of them is read all the same: the bytes decide."""

_SIGNATURES = {
    b"\xff\xd8\xff": PhotoFormat.JPEG,
    b"\x89PNG\r\n\x1a\n": PhotoFormat.PNG,
    b"BM": PhotoFormat.BMP,
}
_HEIC_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")
)
_AVIF_BRANDS = frozenset((b"avif", b"avis"))


def format_of(data: bytes) -> PhotoFormat | None:
    """The format that the first bytes of a file tell, whether or not the rest keeps the promise."""
    for signature, kind in _SIGNATURES.items():
        if data.startswith(signature):
            return kind
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return PhotoFormat.WEBP
    named = brands(data)
    if named & _AVIF_BRANDS:
        return PhotoFormat.AVIF
    return PhotoFormat.HEIC if named & _HEIC_BRANDS else None
