"""What stands on a photo or strip and what was seen there, and how the two differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training.synthesis.strips import READABLE
from vinreader.results import Quad, Status

__all__ = [
    "Outcome",
    "PhotoOutcome",
    "Results",
    "StripOutcome",
    "aligned",
    "edit_distance",
]


@dataclass(frozen=True)
class Outcome:
    """One line: its `label` (empty where no person can read it), what was seen, and a confidence in
    0..1 for each character seen."""

    name: str
    label: str
    vin: str
    confidences: tuple[float, ...]

    @property
    def right(self) -> bool:
        """Whether the best guess is the number."""
        return bool(self.label) and self.vin == self.label

    @property
    def exact(self) -> bool:
        """Whether the number was read and is right."""
        return self.right

    @property
    def wrong_read(self) -> bool:
        """Whether the reader stands behind a number that is not the right one."""
        return False

    @property
    def subject(self) -> tuple[str | int, ...]:
        """What was shown: outcomes of two evaluations can be compared where it is the same."""
        return self.name, self.label

    @property
    def edits(self) -> int:
        """Characters that have to change for the guess to become the label."""
        return edit_distance(self.label, self.vin)

    @property
    def sure_error(self) -> float:
        """Confidence that went to wrong characters, in characters: high where much was misread and
        nothing doubted."""
        seen = [pair for pair in aligned(self.label, self.vin) if pair[1]]
        wrong = [pair[0] != pair[1] for pair in seen]
        return sum(c for c, bad in zip(self.confidences, wrong, strict=True) if bad)


@dataclass(frozen=True)
class PhotoOutcome(Outcome):
    """One photo; `quad` is the line in pixels of the upright photo, `seconds` and `cpu_seconds` are
    the whole reading's, or None where it was not timed on its own. `alternatives` are the symbols
    told besides each character seen, `candidates` the whole numbers offered, best first, `answers`
    those that the answers to the reader's question make."""

    track: str
    location: str
    status: str
    confidence: float
    check_digit: str | None
    seconds: float | None
    cpu_seconds: float | None
    quad: Quad | None
    alternatives: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        return self.right and self.status == Status.READ

    @property
    def wrong_read(self) -> bool:
        return not self.right and self.status == Status.READ


@dataclass(frozen=True)
class StripOutcome(Outcome):
    """One synthetic strip, number `index` of its style; `legibility` in 0..1 is the synthesiser's
    verdict, `checksum` that of its pixels. `vin` is what one look shows, `elected` what the looks
    agree on that the reader takes at such a line; None where it took none."""

    style: str
    index: int
    legibility: float
    checksum: int
    elected: str | None = None

    @property
    def subject(self) -> tuple[str | int, ...]:
        """A synthesiser that has changed draws another strip under the old name."""
        return self.name, self.label, self.checksum

    @property
    def readable(self) -> bool:
        """Whether a person reads it."""
        return self.legibility >= READABLE


@dataclass(frozen=True)
class Results:
    """All outcomes of one evaluation and the digests of the models behind them."""

    models: dict[str, str]
    photos: tuple[PhotoOutcome, ...]
    strips: tuple[StripOutcome, ...]

    def save(self, path: Path) -> None:
        """Write them as JSON, one outcome a line."""
        parts = [f'"models": {json.dumps(self.models)}']
        for name, outcomes in (("photos", self.photos), ("strips", self.strips)):
            rows = ",\n".join(json.dumps(asdict(outcome)) for outcome in outcomes)
            parts.append(f'"{name}": [\n{rows}\n]')
        path.write_text("{" + ",\n".join(parts) + "}\n")

    @classmethod
    def load(cls, path: Path) -> Results:
        """The inverse of `save`."""
        data = json.loads(path.read_text())
        return cls(
            models=data["models"],
            photos=tuple(PhotoOutcome(**_typed(row)) for row in data["photos"]),
            strips=tuple(StripOutcome(**_typed(row)) for row in data["strips"]),
        )


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """A row of JSON with tuples where the dataclasses have them."""
    lists = ("confidences", "alternatives", "candidates", "answers")
    typed = {**row, **{name: tuple(row[name]) for name in lists if name in row}}
    if row.get("quad"):
        typed["quad"] = tuple((x, y) for x, y in row["quad"])
    return typed


def aligned(label: str, seen: str) -> list[tuple[str, str]]:
    """Pairs (true, seen) from left to right with as few differing pairs as possible (Levenshtein
    1966); an empty string stands where a character was missed or made up. Of equally short ways one
    with substitutions is taken."""
    costs = _costs(label, seen)
    pairs: list[tuple[str, str]] = []
    i, j = len(label), len(seen)
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + (label[i - 1] != seen[j - 1]):
            i, j = i - 1, j - 1
            pairs.append((label[i], seen[j]))
        elif i and costs[i][j] == costs[i - 1][j] + 1:
            i -= 1
            pairs.append((label[i], ""))
        else:
            j -= 1
            pairs.append(("", seen[j]))
    return pairs[::-1]


def edit_distance(a: str, b: str) -> int:
    """Insertions, deletions and substitutions from `a` to `b`."""
    return _costs(a, b)[-1][-1]


def _costs(a: Sequence[str], b: Sequence[str]) -> list[list[int]]:
    """Edit distances of all beginnings, (len(a) + 1) rows of len(b) + 1."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        above, row = rows[-1], [i]
        for j, y in enumerate(b, 1):
            row.append(min(above[j] + 1, row[-1] + 1, above[j - 1] + (x != y)))
        rows.append(row)
    return rows
