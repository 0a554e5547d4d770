"""A folder of photos that people have settled, of the form that `align` and `evaluate` know:
`photos/`, `labels.csv` and, once their characters were found, `aligned.json`."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CorrectionsFolder", "SettledPhoto", "is_held_out"]

COLUMNS = ("file", "vin", "track", "location", "label_confidence", "held_out")
TRACK = "settled"
BY_PERSON = "person"


@dataclass(frozen=True)
class SettledPhoto:
    """A photo's file under the folder, and the number that a person gave it, empty where nobody
    did. What is `held_out` judges a model, and trains none."""

    file: str
    vin: str
    held_out: bool


def is_held_out(vin: str, share: float) -> bool:
    """Whether a number is among the `share` that judges: by its digest, so that all photos of one
    vehicle are on the same side, today and after the next corrections."""
    digest = hashlib.sha256(vin.encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


class CorrectionsFolder:
    """Where photos, labels and alignment lie."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.labels = path / "labels.csv"
        self.aligned = path / "aligned.json"

    def photo(self, copy: str) -> Path:
        """Where the copy `photos/{reading_id}/{name}.jpg` of the bucket belongs here."""
        return self.path / "photos" / "-".join(copy.split("/")[1:])

    def keep_only(self, photos: set[Path]) -> int:
        """Delete all other photos, and tell how many: what was deleted from the stack, or whose
        time is over there, is to be nowhere."""
        stale = [path for path in self.path.glob("photos/*.jpg") if path not in photos]
        for path in stale:
            path.unlink()
        return len(stale)

    def save(self, photos: list[SettledPhoto]) -> None:
        """Write the labels."""
        with self.labels.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            for photo in photos:
                by = BY_PERSON if photo.vin else ""
                rows.writerow([photo.file, photo.vin, TRACK, "", by, int(photo.held_out)])

    def load(self) -> list[SettledPhoto]:
        """What `save` wrote.

        Raises:
            SystemExit: nothing was gathered yet.
        """
        if not self.labels.exists():
            raise SystemExit(f"There is no {self.labels}: run `python -m training corrections`.")
        with self.labels.open(newline="") as file:
            rows = list(csv.DictReader(file))
        return [SettledPhoto(r["file"], r["vin"], r["held_out"] == "1") for r in rows]
