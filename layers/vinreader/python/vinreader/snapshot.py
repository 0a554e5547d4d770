"""SnapStart: each process of a published version starts from one snapshot of its memory, taken when
the version was published. What must be ready by then, and what no two processes may share.

Clients of botocore fetch credentials anew by themselves: in Lambda's snapshots, theirs expire. Ids
come from the system (`uuid4`), which Lambda renews.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Protocol

from vinreader.region import Region
from vinreader.results import Reading

__all__ = ["NotReady", "prepare_for_snapshot", "warm_up"]

NUMBER = "1M8GDM9AXKP042788"
"""A well-known example, of no vehicle."""

SIZE = (1280, 960)
"""Width and height of the photo that is read to warm up: as detailed as the reader looks."""


class NotReady(Exception):
    """The reader does not read even print: no version is published with such a layer or model."""


class Closes(Protocol):
    """A client of botocore."""

    def close(self) -> None:
        """Close its connections; the next call opens a new one."""


class Reads(Protocol):
    """A `Reader`, loaded or not."""

    def read(self, data: bytes, region: Region | None = None) -> Reading:
        """The reading of an image file's bytes."""


def prepare_for_snapshot(reader: Reads, clients: Iterable[Closes]) -> None:
    """Register what Lambda calls before it takes the snapshot, and after each start from it.

    Lambda's runtime brings the registry along; elsewhere, nothing is registered and nothing is
    missed.
    """
    try:
        hooks: Any = import_module("snapshot_restore_py")
    except ModuleNotFoundError:
        return
    before: Callable[..., object] = hooks.register_before_snapshot
    before(warm_up, reader)
    for client in clients:
        before(client.close)  # the other end will long have hung up
    # From one state, all processes would wait for equally long before botocore tries again.
    hooks.register_after_restore(random.seed)


def warm_up(reader: Reads) -> None:
    """Read a photo, load all decoders and what draws pictures, so that the first photo and the
    first picture find everything in memory.

    Raises:
        NotReady: the photo, black print on white, was not read rightly.
    """
    from vinreader import annotate, cleaning  # noqa: F401
    from vinreader.photo import load_decoders

    load_decoders()
    vin = reader.read(_print()).vin
    if vin != NUMBER:
        raise NotReady(f"The reader took {NUMBER} for {vin}.")


def _print() -> bytes:
    """A JPEG of the number."""
    import cv2
    import numpy as np

    face, height, stroke = cv2.FONT_HERSHEY_SIMPLEX, 2.4, 4
    page = np.full((SIZE[1], SIZE[0], 3), 235, np.uint8)
    (width, _), _ = cv2.getTextSize(NUMBER, face, height, stroke)
    place = ((SIZE[0] - width) // 2, SIZE[1] // 2)
    cv2.putText(page, NUMBER, place, face, height, (30, 30, 30), stroke, cv2.LINE_AA)
    return cv2.imencode(".jpg", page)[1].tobytes()
