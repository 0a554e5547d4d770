"""A reading as it stands in the store, and who corrected it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vinreader.results import Reading, Status

__all__ = ["Correction", "Original", "StoredReading"]


@dataclass(frozen=True)
class Original:
    """What the reader had said before a person corrected it."""

    status: Status
    vin: str | None
    confidence: float


@dataclass(frozen=True)
class Correction:
    """Who set the VIN right, or said that nobody can read it, and when (ISO 8601, UTC)."""

    corrected_by: str
    """The subject of the token: a person, or the program that acts for one."""
    corrected_at: str
    original: Original


@dataclass(frozen=True)
class StoredReading(Reading):
    """A reading as it stands in the store; times are ISO 8601, UTC.

    Once corrected, `status`, `vin`, `confidence`, `check_digit` and `vehicle` tell of the
    person's number (of none where `status` is `not_found`), and there are no `candidates` and no
    `question`; `characters`, `quad`, `barcodes` and `defects` stay what the photo showed.
    """

    version: int = 0
    """Counts the changes: whoever corrects a reading says which version he saw."""
    created_at: str = ""
    updated_at: str = ""
    correction: Correction | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, every field present: those of the reading first."""
        return {
            **super().to_dict(),
            "version": self.version,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "correction": {
                "corrected_by": self.correction.corrected_by,
                "corrected_at": self.correction.corrected_at,
                "original": {
                    "status": self.correction.original.status.value,
                    "vin": self.correction.original.vin,
                    "confidence": self.correction.original.confidence,
                },
            }
            if self.correction
            else None,
        }
