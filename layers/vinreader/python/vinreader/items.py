"""A reading as an item of DynamoDB, and back.

Attributes of an item: `reading_id` (key), `status`, `vin` (only where there is one: it keys the
index `by_vin`), `created_at`, `updated_at` (ISO 8601, UTC), `version` (counts the changes),
`expires_at` (epoch seconds, TTL), `arrival_order`, `photo` (where it came from), `reading` (the
rest of `Reading.to_dict`, as the reader said it), and, on readings that a person corrected,
`corrected_at` and `correction`. A deleted reading leaves `reading_id`, `deleted_at` and
`expires_at`: in no index, with nothing of what was read.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from vinreader.results import Correction, Original, Reading, Status, StoredReading
from vinreader.vin import describe, verdict

__all__ = ["bounded", "storable", "stored_reading"]

ERROR_LENGTH = 500
"""Characters kept of `error`: an item is billed by the kilobyte, and may not exceed 400 of them."""

ALTERNATIVES_KEPT = 5
"""For each character. The recogniser's own list is bounded by the alphabet, 17 times 32."""

PERSONS_CONFIDENCE = 1.0
"""A person looked at the vehicle: whoever acts on confident readings alone acts on this one."""


def stored_reading(item: Mapping[str, Any]) -> StoredReading:
    """What an item says; a correction stands above what was read."""
    stands = {name: item.get(name) for name in ("reading_id", "status", "vin")}
    read = Reading.from_dict({**item["reading"], **stands})
    stored = StoredReading(
        **{field.name: getattr(read, field.name) for field in fields(read)},
        version=int(item.get("version", 0)),
        created_at=item["created_at"],
        updated_at=item["updated_at"],
    )
    return _corrected(stored, item["correction"]) if "correction" in item else stored


def _corrected(stored: StoredReading, correction: Mapping[str, Any]) -> StoredReading:
    original = correction["original"]
    vin = str(stored.vin)
    return replace(
        stored,
        confidence=PERSONS_CONFIDENCE,
        check_digit=verdict(vin),
        source=None,
        corrected_positions=(),
        advice=(),
        vehicle=describe(vin),
        error=None,
        correction=Correction(
            corrected_by=correction["corrected_by"],
            corrected_at=correction["corrected_at"],
            original=Original(
                status=Status(original["status"]),
                vin=original["vin"],
                confidence=float(original["confidence"]),
            ),
        ),
    )


def bounded(reading: Reading) -> Reading:
    """The reading with its free-growing parts bounded."""
    return replace(
        reading,
        error=reading.error[:ERROR_LENGTH] if reading.error else reading.error,
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
