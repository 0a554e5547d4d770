"""A photo fit to be kept: a JPEG that shows what the photo shows, and tells nothing else.

Where it was taken stands in more places than EXIF: in XMP, in makers' notes, in films and further
pictures that phones append. So nothing is picked out: what the pixels need is kept, all else goes.

Pillow and OpenCV would code the pixels anew, and what cuts without that (jpegtran) is no library
for Python that is maintained.
"""

from __future__ import annotations

import re

import cv2
from PIL import ExifTags, Image

from vinreader.formats import PhotoFormat, format_of
from vinreader.photo import open_photo, stored_orientation

__all__ = ["QUALITY", "cleaned"]

QUALITY = 92
"""Of a JPEG made of another format: its artefacts stay under what a character's edge shows."""

_END, _SCAN, _EXIF = 0xD9, 0xDA, 0xE1
_TABLES = frozenset((0xC4, 0xCC, 0xDB, 0xDD))
"""DHT, DAC, DQT and DRI."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - _TABLES - {0xC8}
_METADATA = frozenset((*range(0xE0, 0xF0), 0xFE))
"""APP0 to APP15, and comments."""

_JFIF, _ICC, _ADOBE = 0xE0, 0xE2, 0xEE
_JFIF_BYTES, _ADOBE_BYTES = 14, 12
"""What the two hold at least; shorter ones decoders pass over (ITU-T T.871, Adobe's note 5116)."""
_JFIF_THUMBNAIL = 12
"""Where its size begins, two bytes, and then its pixels."""

_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.S)
_AFTER_SCAN = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.S)
"""The marker that ends a scan: neither a stuffed byte nor a restart."""


class _NotFollowed(Exception):
    """The file is not put together as ITU-T T.81, annex B, says. It may be decoded all the same."""


def cleaned(data: bytes) -> bytes:
    """The copy to keep of a photo that `open_photo` opens.

    A JPEG's own picture stays as it is coded, to the bit, under its orientation and its colour
    profile. What is no JPEG, or a broken one, is coded anew from its upright pixels.
    """
    if format_of(data) is PhotoFormat.JPEG:
        try:
            return _without_metadata(data)
        except _NotFollowed:
            pass
    as_opencv_has_it = cv2.cvtColor(open_photo(data), cv2.COLOR_RGB2BGR)
    _, coded = cv2.imencode(".jpg", as_opencv_has_it, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return coded.tobytes()


def _without_metadata(jpeg: bytes) -> bytes:
    """The first picture of a JPEG file, from SOI to EOI, without metadata but the orientation.

    Raises:
        _NotFollowed: where a segment should begin stands something else, or nothing.
    """
    view = memoryview(jpeg)
    parts: list[bytes | memoryview] = [jpeg[:2]]
    if (orientation := stored_orientation(jpeg)) != 1:
        parts.append(_orientation_segment(orientation))
    at = 2
    while True:
        marker, body = _next_marker(jpeg, at)
        if marker == _END:
            return b"".join([*parts, bytes((0xFF, _END))])
        end = body + _length(jpeg, body)
        if marker == _SCAN:
            if (found := _AFTER_SCAN.search(jpeg, end)) is None:
                raise _NotFollowed
            end = found.start()
        elif marker not in _TABLES | _FRAMES | _METADATA:
            raise _NotFollowed
        if marker not in _METADATA:
            parts.append(view[at:end])
        elif (needed := _needed(marker, jpeg[body + 2 : end])) is not None:
            parts.append(_segment(marker, needed))
        at = end


def _next_marker(jpeg: bytes, at: int) -> tuple[int, int]:
    """The marker that stands at `at`, after any fill bytes, and where what follows it begins."""
    found = _MARKER.match(jpeg, at)
    if found is None:
        raise _NotFollowed
    return found[1][0], found.end()


def _length(jpeg: bytes, body: int) -> int:
    """Of the segment whose marker ends at `body`, with the two bytes that tell it."""
    length = int.from_bytes(jpeg[body : body + 2], "big")
    if length < 2 or body + length > len(jpeg):
        raise _NotFollowed
    return length


def _needed(marker: int, content: bytes) -> bytes | None:
    """What a segment of metadata holds that the pixels need: which colours they are."""
    if marker == _JFIF and content.startswith(b"JFIF\0") and len(content) >= _JFIF_BYTES:
        return content[:_JFIF_THUMBNAIL] + b"\0\0"
    if marker == _ADOBE and content.startswith(b"Adobe") and len(content) >= _ADOBE_BYTES:
        return content[:_ADOBE_BYTES]
    if marker == _ICC and content.startswith(b"ICC_PROFILE\0"):
        return content
    return None


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _orientation_segment(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return _segment(_EXIF, exif.tobytes())
