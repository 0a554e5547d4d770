"""Opaque cursors: where the next page of a listing begins.

A cursor holds the place alone, never whose readings are listed: that comes from the request, with
the caller's own rights. A forged one can therefore shift the place within a listing that its forger
may ask for anyway, and needs no signature; all it must not do is break anything, so that whatever
`encode` would not write is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime

__all__ = ["InvalidCursor", "Position", "decode", "encode"]

LONGEST = 256
"""Characters; those written have about 150."""

READING_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LISTING_LENGTH = 12


class InvalidCursor(ValueError):
    """The text is no cursor of this listing."""


@dataclass(frozen=True)
class Position:
    """The reading after which the next page begins."""

    created_at: str
    reading_id: str


def encode(position: Position, listing: str) -> str:
    """The cursor of a position; it serves the same `listing` alone, for example `status=retake`."""
    document = [_name(listing), position.created_at, position.reading_id]
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def decode(cursor: str, listing: str) -> Position:
    """The position that `encode` was given.

    Raises:
        InvalidCursor: for anything that `encode` does not write for this listing.
    """
    try:
        padded = cursor[:LONGEST] + "=" * (-len(cursor[:LONGEST]) % 4)
        name, created_at, reading_id = json.loads(base64.urlsafe_b64decode(padded))
        # Asked for as strings: json gives numbers and lists too.
        position = Position(_moment(str(created_at)), _identity(str(reading_id)))
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidCursor("The cursor is none that was given out.") from error
    if name != _name(listing):
        raise InvalidCursor("The cursor belongs to another listing.")
    if encode(position, listing) != cursor:
        raise InvalidCursor("The cursor is none that was given out.")
    return position


def _name(listing: str) -> str:
    """A listing may hold a VIN, which a cursor in a log must not show."""
    return hashlib.sha256(listing.encode()).hexdigest()[:LISTING_LENGTH]


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).isoformat(timespec="milliseconds") != text:
        raise ValueError("a time is written in one way only")
    return text


def _identity(text: str) -> str:
    if not READING_ID.fullmatch(text):
        raise ValueError("not the id of a reading")
    return text
