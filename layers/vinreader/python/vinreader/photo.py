"""The door: bytes of a stranger become an upright array, or a refusal that people understand.

The first bytes tell the format. Pillow reads the header (size, orientation) before a pixel is
decoded; OpenCV decodes ordinary JPEGs, twice as fast as Pillow and stricter about missing data;
libheif decodes HEIC, Pillow the rest. A reading needs grey levels alone: a JPEG holds them apart
from its colours, which then need not be put together.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image

from vinreader import heif
from vinreader.formats import MEDIA_TYPES, PhotoFormat, UnreadableImage, format_of

__all__ = [
    "LIMITS",
    "MEDIA_TYPES",
    "Grey",
    "Photo",
    "PhotoFormat",
    "PhotoLimits",
    "UnreadableImage",
    "format_of",
    "load_decoders",
    "open_grey",
    "open_photo",
    "stored_orientation",
]

Photo = npt.NDArray[np.uint8]
"""(H, W, 3) uint8 RGB, upright."""
Grey = npt.NDArray[np.uint8]
"""(H, W) uint8, upright: the luma of ITU-R BT.601, as JPEG stores it."""


@dataclass(frozen=True)
class PhotoLimits:
    """What is read at all; anything beyond is refused from the header, before it costs memory."""

    max_pixels: int = 2**26
    """64 Mi: lets the 64-megapixel sensors of phones through (9248×6936); 201 MB as RGB."""

    max_side: int = 32_766
    """OpenCV's warps count the pixels of a side in 16 bits."""

    min_side: int = 16
    """Below this not even one legible character fits."""

    max_scans: int = 64
    """Of a progressive JPEG, which has about ten. A file of a few kilobytes that repeats an empty
    scan a thousand times keeps a decoder busy for minutes."""

    max_coded_pixels: int = 2**27
    """Of all parts of a HEIC or AVIF picture: the largest picture, and as much transparency."""


LIMITS = PhotoLimits()

_DAMAGED = "The image is damaged or incomplete."
_DAMAGE_ERRORS = (
    OSError,  # truncated data, a broken stream, decoder errors
    EOFError,  # WebP and animated PNG: a frame is missing
    SyntaxError,  # Pillow's word for a broken header or PNG chunk
    ValueError,  # sizes, lengths and text chunks out of range
    IndexError,  # a segment shorter than its own header
    KeyError,  # a code that the format does not define
    TypeError,  # metadata of another type than the format demands
    AssertionError,  # a palette that is missing
    OverflowError,  # sizes beyond what C can count
    struct.error,  # a header cut off
    RuntimeError,  # libheif's and libavif's word for all of these
    zlib.error,  # a compressed PNG chunk
    cv2.error,
)
"""Everything that decoders are known to raise on bytes that only pretend to be an image."""

_SCAN_MARKER = b"\xff\xda"
_UPRIGHT = 1


def open_photo(data: bytes) -> Photo:
    """The upright photo that `data` holds: (H, W, 3) uint8 RGB, the orientation applied.

    Reads the formats of `PhotoFormat`, of any colour mode and depth; the first frame of an
    animation; what is transparent shows white. Raises `UnreadableImage` for everything else.
    """
    return _opened(data, _decode)


def open_grey(data: bytes) -> Grey:
    """The same photo in grey levels, (H, W) uint8: half the work where it is a JPEG. Within two
    levels of the conversion of `open_photo`'s pixels; refuses what that refuses."""
    return _opened(data, _decode_grey)


def _opened(
    data: bytes, decode: Callable[[Image.Image, bytes], npt.NDArray[np.uint8]]
) -> npt.NDArray[np.uint8]:
    if not data:
        raise UnreadableImage("The file is empty.")
    kind = format_of(data)
    if kind is None:
        raise UnreadableImage("The file is not a JPEG, PNG, WebP, BMP, HEIC or AVIF image.")
    header = _read_header(kind, data)
    _require_usable(header, data)
    try:
        photo = decode(header, data)
    except _DAMAGE_ERRORS as error:
        raise UnreadableImage(_DAMAGED) from error
    return _turn_upright(photo, _orientation(header))


def stored_orientation(jpeg: bytes) -> int:
    """How the metadata of a JPEG that `open_photo` opens say it is turned: 1 (upright) to 8."""
    orientation = _orientation(_read_header(PhotoFormat.JPEG, jpeg))
    return orientation if orientation in range(_UPRIGHT, 9) else _UPRIGHT


def load_decoders() -> None:
    """Load at once what is else loaded by the first photo of a format."""
    for kind in PhotoFormat:
        _teach(kind)


def _read_header(kind: PhotoFormat, data: bytes) -> Image.Image:
    try:
        if kind is PhotoFormat.HEIC:
            _require_bounded(data)
            return _read_heic_header(data)
        if kind is PhotoFormat.AVIF:
            _require_bounded(data)
            data = heif.first_picture_only(data)
        _teach(kind)
        return Image.open(io.BytesIO(data), formats=(kind.value,))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        # Pillow's own limit lies above ours; the warning is an error where a program wants it so.
        raise UnreadableImage(_too_many_pixels("too many")) from error
    except UnreadableImage:
        raise
    except _DAMAGE_ERRORS as error:
        raise UnreadableImage(_DAMAGED) from error


def _teach(kind: PhotoFormat) -> None:
    """Pillow has these formats in modules of their own, and would load all of them for one."""
    if kind is PhotoFormat.WEBP:
        from PIL import WebPImagePlugin  # noqa: F401
    elif kind is PhotoFormat.AVIF:
        from PIL import AvifImagePlugin  # noqa: F401
    elif kind is PhotoFormat.HEIC:
        import pillow_heif  # noqa: F401


def _read_heic_header(data: bytes) -> Image.Image:
    # Loaded by the first photo that needs it. Its `register_heif_opener` would load an encoder,
    # which the layer for Lambda does without.
    from pillow_heif import HeifImageFile, options

    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    return HeifImageFile(io.BytesIO(data))  # type: ignore[no-untyped-call]


def _require_bounded(data: bytes) -> None:
    """Refuse a HEIC or AVIF file that is put together from more than a photo is."""
    if heif.coded_pixels(data) > LIMITS.max_coded_pixels:
        raise UnreadableImage(_too_many_pixels("too many"))


def _require_usable(header: Image.Image, data: bytes) -> None:
    width, height = header.size
    if width * height > LIMITS.max_pixels:
        raise UnreadableImage(_too_many_pixels(f"{width}×{height}"))
    if max(width, height) > LIMITS.max_side:
        raise UnreadableImage(
            f"The image has {width}×{height} pixels; a side may have at most {LIMITS.max_side}."
        )
    if min(width, height) < LIMITS.min_side:
        raise UnreadableImage(
            f"The image has {width}×{height} pixels; a side must have at least {LIMITS.min_side}."
        )
    if header.info.get("progressive") and data.count(_SCAN_MARKER) > LIMITS.max_scans:
        raise UnreadableImage(_DAMAGED)


def _too_many_pixels(size: str) -> str:
    most = round(LIMITS.max_pixels / 1e6)
    return f"The image has {size} pixels; at most {most} megapixels are read."


def _decode(header: Image.Image, data: bytes) -> Photo:
    """All pixels, as they are stored (not yet upright)."""
    if _is_plain_jpeg(header):
        return _decode_jpeg(header, data, cv2.IMREAD_COLOR_RGB)
    if header.mode == "I;16":
        # Pillow would clip: the high byte is the picture.
        gray = (np.asarray(header) >> 8).astype(np.uint8)
        return np.repeat(gray[:, :, None], 3, axis=2)
    if header.has_transparency_data:
        # A conversion copies even where there is nothing to convert: 270 MB of a large photo.
        layer = header if header.mode == "RGBA" else header.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return np.array(Image.alpha_composite(ground, layer).convert("RGB"))
    return np.array(header if header.mode == "RGB" else header.convert("RGB"))


def _decode_grey(header: Image.Image, data: bytes) -> Grey:
    """The same in grey levels."""
    if _is_plain_jpeg(header):
        return _decode_jpeg(header, data, cv2.IMREAD_GRAYSCALE)
    if header.mode == "L" and not header.has_transparency_data:
        return np.array(header)
    return np.asarray(cv2.cvtColor(_decode(header, data), cv2.COLOR_RGB2GRAY), np.uint8)


def _is_plain_jpeg(header: Image.Image) -> bool:
    return header.format in ("JPEG", "MPO") and header.mode in ("RGB", "L")


def _decode_jpeg(header: Image.Image, data: bytes, colours: int) -> npt.NDArray[np.uint8]:
    flags = colours | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    if decoded is None or decoded.shape[:2] != header.size[::-1]:
        raise OSError("the JPEG decoder gave up")
    return np.asarray(decoded, np.uint8)


def _orientation(header: Image.Image) -> int:
    """EXIF orientation 1 to 8. A photo whose metadata alone is broken is taken as it is stored.

    HEIF turns pictures by properties of its own, and its EXIF only repeats them (ISO 23008-12,
    annex A): libheif has applied them; of AVIF's, Pillow makes the EXIF that is read here.
    """
    if header.format == PhotoFormat.HEIC.value:
        return _UPRIGHT
    try:
        value = header.getexif().get(ExifTags.Base.Orientation, _UPRIGHT)
    except _DAMAGE_ERRORS:
        return _UPRIGHT
    return value if isinstance(value, int) else _UPRIGHT


def _turn_upright(photo: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Undoes what EXIF says the camera did to the picture; unknown values do nothing."""
    match orientation:
        case 2:
            turned = cv2.flip(photo, 1)
        case 3:
            turned = cv2.rotate(photo, cv2.ROTATE_180)
        case 4:
            turned = cv2.flip(photo, 0)
        case 5:
            turned = cv2.transpose(photo)
        case 6:
            turned = cv2.rotate(photo, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            turned = cv2.rotate(cv2.transpose(photo), cv2.ROTATE_180)
        case 8:
            turned = cv2.rotate(photo, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case _:
            return photo
    return np.asarray(turned, np.uint8)
