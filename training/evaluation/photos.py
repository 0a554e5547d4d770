"""Labelled photos put through the reader.

`../shared/real` or any folder of the same form serves: `labels.csv` with file, vin, track, location
and label_confidence; an empty vin means that no person can read the photo.
"""

from __future__ import annotations

import csv
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.evaluation.choices import answers_of
from training.evaluation.heads import Heads, heard
from training.evaluation.outcomes import PhotoOutcome
from vinreader.detection import Detector
from vinreader.models import ModelFiles
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader, ReaderConfig
from vinreader.recognition import Evidence, Recognizer
from vinreader.region import Region
from vinreader.results import Reading, TextLine

__all__ = ["labelled_photos", "outcome_of", "read_photos", "read_photos_by_head"]

CERTAIN = ("check_digit", "second_photo")
"""Labels of the `low` track that are sure; the others are for training and fitting thresholds."""


def labelled_photos(real: Path, uncertain: bool = False) -> list[dict[str, str]]:
    """Rows of `labels.csv` that judge: without the uncertain labels of `low`, or these alone."""
    with (real / "labels.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    doubted = [row["track"] == "low" and row["label_confidence"] not in CERTAIN for row in rows]
    return [row for row, doubt in zip(rows, doubted, strict=True) if doubt == uncertain]


def read_photos(reader: Reader, real: Path, uncertain: bool = False) -> Iterator[PhotoOutcome]:
    """Outcomes of the labelled photos of a folder, in its order."""
    for row in labelled_photos(real, uncertain):
        yield _outcome(reader, real, row)


def read_photos_by_head(
    models: Path, real: Path, heads: Sequence[Heads], uncertain: bool = False
) -> dict[Heads, list[PhotoOutcome]]:
    """Outcomes by the heads that the reader heard, of the text alone: no bar code speaks.

    One whole reader a head: they share the networks, which answer a question that was asked before
    from memory, and nothing else. So the readings are those of each reader alone, but not timed.
    """
    files = ModelFiles.of(models)
    detector, recognizer = _RecallingDetector(files.craft), _RecallingRecognizer(files.yolo)
    readers = {
        head: Reader(detector, recognizer, {}, ReaderConfig(decoding=heard(head), barcodes=None))
        for head in heads
    }
    untimed: dict[str, Any] = {"seconds": None, "cpu_seconds": None}
    outcomes: dict[Heads, list[PhotoOutcome]] = {head: [] for head in heads}
    for row in labelled_photos(real, uncertain):
        detector.lines.clear()
        recognizer.evidence.clear()
        for head, reader in readers.items():
            outcomes[head].append(replace(_outcome(reader, real, row), **untimed))
    return outcomes


def _outcome(reader: Reader, real: Path, row: dict[str, str]) -> PhotoOutcome:
    data = (real / row["file"]).read_bytes()
    return outcome_of(reader, data, row["file"], row["vin"], (row["track"], row["location"]))


def outcome_of(
    reader: Reader,
    data: bytes,
    name: str,
    label: str,
    of: tuple[str, str],
    region: Region | None = None,
) -> PhotoOutcome:
    """What the reader makes of an image file that shows `label`; `of` are its track and where the
    number is on the vehicle."""
    started, cpu_started = time.perf_counter(), time.process_time()
    try:
        reading = reader.read(data, region)
    except UnreadableImage as error:
        reading = Reading.rejected(str(error))
    return PhotoOutcome(
        name=name,
        label=label,
        vin=reading.vin or "",
        confidences=tuple(character.confidence for character in reading.characters),
        track=of[0],
        location=of[1],
        status=reading.status.value,
        confidence=reading.confidence,
        check_digit=reading.check_digit.value if reading.check_digit else None,
        seconds=round(time.perf_counter() - started, 4),
        cpu_seconds=round(time.process_time() - cpu_started, 4),
        quad=reading.quad,
        alternatives=tuple(
            "".join(other.symbol for other in character.alternatives)
            for character in reading.characters
        ),
        candidates=tuple(candidate.vin for candidate in reading.candidates),
        answers=answers_of(reading),
    )


class _RecallingDetector(Detector):
    """Looks at each photo once; `lines` holds what it saw."""

    def __init__(self, model_path: Path) -> None:
        super().__init__(model_path)
        self.lines: dict[bytes, list[tuple[TextLine, ...]]] = {}

    def steps(self, grey: NDArray[np.uint8]) -> Iterator[tuple[TextLine, ...]]:
        key = _digest(grey)
        if key not in self.lines:
            self.lines[key] = list(super().steps(grey))
        return iter(self.lines[key])


class _RecallingRecognizer(Recognizer):
    """Looks at each strip once; `evidence` holds what it saw."""

    def __init__(self, model_path: Path) -> None:
        super().__init__(model_path)
        self.evidence: dict[bytes, Evidence] = {}

    def recognize(self, strips: NDArray[np.uint8]) -> tuple[Evidence, ...]:
        keys = [_digest(strip) for strip in strips]
        asked = dict(zip(keys, strips, strict=True))
        new = {key: strip for key, strip in asked.items() if key not in self.evidence}
        if new:
            seen = super().recognize(np.stack(list(new.values())))
            self.evidence.update(zip(new, seen, strict=True))
        return tuple(self.evidence[key] for key in keys)


def _digest(pixels: NDArray[np.uint8]) -> bytes:
    """Tells arrays apart, their shapes included: a photo turned by a quarter is another one."""
    said = hashlib.blake2b(repr(pixels.shape).encode(), digest_size=16)
    said.update(np.ascontiguousarray(pixels).data)
    return said.digest()
