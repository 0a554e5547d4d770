"""Photos without a label: of those that the detector is not trained on, how many are answered.

A detector can find every box and yet show lines that are read worse, too tall ones say; with no
label to meet, the share of photos that are answered with confidence tells. The recogniser may know
some of these photos, so it is no yardstick of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from training.detection.real import held_out, unlabelled_photos
from training.evaluation.figures import Share, markdown
from training.evaluation.outcomes import PhotoOutcome
from training.evaluation.photos import outcome_of
from vinreader.reader import Reader

__all__ = ["ANSWERED", "answered_table", "read_unlabelled"]

ANSWERED = 0.5
"""Confidence from which on a photo counts as answered."""


def read_unlabelled(reader: Reader, real: Path) -> Iterator[PhotoOutcome]:
    """Outcomes of the held-out photos of `boxes.csv`; none where the file is not there."""
    if not (real / "boxes.csv").exists():
        return
    for photo in filter(held_out, unlabelled_photos(real)):
        yield outcome_of(reader, photo.path.read_bytes(), photo.path.name, "", ("unlabelled", ""))


def answered_table(outcomes: Sequence[PhotoOutcome]) -> str:
    """How many are `read`, and how many are answered at all."""
    shares = (
        Share.of(outcome.status == "read" for outcome in outcomes),
        Share.of((outcome.confidence or 0.0) >= ANSWERED for outcome in outcomes),
    )
    header = ("photos without label", "n", "`read`", f"confidence {ANSWERED:g} or more")
    return markdown(header, [("held out", str(len(outcomes)), *map(str, shares))])
