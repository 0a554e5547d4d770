"""A reading as an item of DynamoDB, and back.

Attributes of an item: `reading_id` (key), `status`, `vin` (only where there is one: it keys the
index `by_vin`), `created_at`, `updated_at` (ISO 8601, UTC), `version` (counts the changes),
`expires_at` (epoch seconds, TTL), `arrival_order`, `photo` (where it came from), `kept` (the key of
its copy, where there is one), `replaced` (that of the copy before, else ""), `reading` (the rest of
`Reading.to_dict`), and, on readings that a person corrected, `corrected_at` and `correction`. A
deleted reading leaves `reading_id`, `deleted_at` and `expires_at`: in no index, with nothing of
what was read.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from typing import Any

from vinreader.bucket import StoredPhoto
from vinreader.results import Reading, Status
from vinreader.stored import Correction, Original, StoredReading
from vinreader.vin import describe, verdict

__all__ = [
    "KeptReading",
    "Standing",
    "attributes_of",
    "bounded",
    "corrected",
    "photo_attribute",
    "standing",
    "storable",
    "stored_photo",
    "stored_reading",
]

ERROR_LENGTH = 500
"""Characters kept of `error`: an item is billed by the kilobyte, and may not exceed 400 of them."""

ALTERNATIVES_KEPT = 5
"""For each character. The recogniser's own list is bounded by the alphabet, 17 times 32."""

BARCODES_KEPT = 8
"""A sheet of labels has more, and one that differs is all that a person needs to see."""

PERSONS_CONFIDENCE = 1.0
"""A person looked at the vehicle: whoever acts on confident readings alone acts on this one."""


@dataclass(frozen=True)
class Standing:
    """What stands of a reading after it was to be stored."""

    changed: bool
    """False where what the table holds is newer, the same or corrected, and was left alone."""
    order: str
    """When the photo of what stands arrived."""
    kept: str | None
    """The key of the copy of that photo."""
    replaced: str | None
    """That of the copy that was kept before."""


@dataclass(frozen=True)
class KeptReading:
    """A reading as it stands, and the key of the copy of its photo where there is one."""

    reading: StoredReading
    copy: str | None


def stored_reading(item: Mapping[str, Any]) -> StoredReading:
    """What an item says."""
    stands = {name: item.get(name) for name in ("reading_id", "status", "vin")}
    reading = Reading.from_dict({**item["reading"], **stands})
    return StoredReading(
        **{field.name: getattr(reading, field.name) for field in fields(reading) if field.init},
        version=int(item["version"]),
        created_at=item["created_at"],
        updated_at=item["updated_at"],
        correction=_correction(item["correction"]) if "correction" in item else None,
    )


def standing(item: Mapping[str, Any], changed: bool) -> Standing:
    """What an item says after a write that changed it, or was not to."""
    return Standing(
        changed, item.get("arrival_order", ""), item.get("kept"), item.get("replaced") or None
    )


def photo_attribute(photo: StoredPhoto) -> dict[str, Any]:
    """The attribute `photo` of an item: which object it was, not where to look in it."""
    told = asdict(replace(photo, region=None))
    return {name: value for name, value in told.items() if value is not None}


def stored_photo(item: Mapping[str, Any]) -> StoredPhoto | None:
    """The object that was read, where an item names one."""
    photo = item.get("photo")
    if photo is None:
        return None
    return StoredPhoto(
        bucket=photo["bucket"],
        key=photo["key"],
        etag=photo["etag"],
        version=photo.get("version"),
        size=int(photo["size"]),
    )


def _correction(told: Mapping[str, Any]) -> Correction:
    original = told["original"]
    return Correction(
        corrected_by=told["corrected_by"],
        corrected_at=told["corrected_at"],
        original=Original(
            status=Status(original["status"]),
            vin=original["vin"],
            confidence=float(original["confidence"]),
        ),
    )


def corrected(stored: StoredReading, vin: str | None, correction: Correction) -> StoredReading:
    """The reading with a person's VIN (well-formed): what the number says follows it, what the
    photo showed stays, and nothing is left to ask. None where the person cannot read it: then no
    number was found, and the advice for the next photo stays."""
    return replace(
        stored,
        status=Status.READ if vin else Status.NOT_FOUND,
        vin=vin,
        confidence=PERSONS_CONFIDENCE if vin else 0.0,
        check_digit=verdict(vin) if vin else None,
        source=None,
        corrected_positions=(),
        candidates=(),
        question=None,
        advice=() if vin else stored.advice,
        vehicle=describe(vin) if vin else None,
        error=None,
        correction=correction,
    )


def attributes_of(reading: Reading) -> dict[str, Any]:
    """The attributes of an item that hold a reading, without its id."""
    document = Reading.to_dict(bounded(reading))
    del document["reading_id"], document["advice_kinds"]
    return {
        "status": document.pop("status"),
        "vin": document.pop("vin") or None,
        "reading": document,
    }


def bounded(reading: Reading) -> Reading:
    """The reading with its free-growing parts bounded."""
    return replace(
        reading,
        error=reading.error[:ERROR_LENGTH] if reading.error else reading.error,
        barcodes=reading.barcodes[:BARCODES_KEPT],
        characters=tuple(
            replace(character, alternatives=character.alternatives[:ALTERNATIVES_KEPT])
            for character in reading.characters
        ),
    )


def storable(value: Any) -> Any:
    """The same value in types that DynamoDB takes: numbers of any kind become int or Decimal.

    Raises:
        ValueError: for a number that is not finite.
    """
    if isinstance(value, Mapping):
        return {name: storable(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(part) for part in value]
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if not math.isfinite(value):
        raise ValueError(f"A reading holds a number that cannot be stored: {value}")
    return Decimal(repr(float(value)))
