"""HEIF files box by box, as no encoder would write them."""

import io
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


@dataclass(frozen=True)
class Item:
    """A part of a picture: its type, its declared size, its data."""

    kind: bytes
    size: tuple[int, int] | None = None
    data: bytes = b""


def heic(picture: Image.Image, **options) -> bytes:
    """A picture as an iPhone would send it, nearly without loss."""
    buffer = io.BytesIO()
    picture.save(buffer, "HEIF", quality=100, chroma=444, **options)
    return buffer.getvalue()


def avif(picture: Image.Image, **options) -> bytes:
    """A picture in AVIF, nearly without loss."""
    buffer = io.BytesIO()
    picture.save(buffer, "AVIF", quality=100, subsampling="4:4:4", **options)
    return buffer.getvalue()


def box(kind: bytes, *contents: bytes) -> bytes:
    """A box of ISO 14496-12."""
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def heif_file(
    items: dict[int, Item],
    references: Iterable[tuple[bytes, int, list[int]]] = (),
    primary: int = 1,
    brand: bytes = b"heic",
) -> bytes:
    """A file of these items; references tell type, item and the items it refers to."""
    start = box(b"ftyp", brand, bytes(4), b"mif1", brand)
    entries = [
        box(b"infe", struct.pack(">IHH4s", 2 << 24, number, 0, item.kind), b"\0")
        for number, item in items.items()
    ]
    sized = {number: item.size for number, item in items.items() if item.size}
    sizes = [box(b"ispe", struct.pack(">III", 0, *size)) for size in sized.values()]
    belongs = [struct.pack(">HBB", number, 1, 1 + at) for at, number in enumerate(sized)]
    refers = [
        box(kind, struct.pack(f">HH{len(others)}H", number, len(others), *others))
        for kind, number, others in references
    ]

    def meta(first: int) -> bytes:
        places, at = [], first
        for number, item in items.items():
            places.append(struct.pack(">HHHII", number, 0, 1, at, len(item.data)))
            at += len(item.data)
        return box(
            b"meta",
            bytes(4),
            box(b"hdlr", bytes(8), b"pict", bytes(13)),
            box(b"pitm", struct.pack(">IH", 0, primary)),
            box(b"iinf", struct.pack(">IH", 0, len(items)), *entries),
            box(b"iref", bytes(4), *refers),
            box(
                b"iprp",
                box(b"ipco", *sizes),
                box(b"ipma", struct.pack(">II", 0, len(belongs)), *belongs),
            ),
            box(b"iloc", struct.pack(">IHH", 0, 0x4400, len(items)), *places),
        )

    first = len(start) + len(meta(0)) + 8
    return start + meta(first) + box(b"mdat", *(item.data for item in items.values()))
