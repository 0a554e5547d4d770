"""How well photos are read: whole numbers, characters, wrong answers that were called right.

`../shared/real` or any folder of the same form serves: `labels.csv` with file, vin, track, location
and label_confidence; an empty vin means that no person can read the photo.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from training.detection.evaluate import evaluate as find_boxes
from training.synthesis.strips import StripSynthesiser
from vinreader.decoding import decode
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader
from vinreader.recognition import Recognizer
from vinreader.results import Reading, Status

__all__ = ["Outcome", "add_arguments", "edit_distance", "evaluate"]

CERTAIN = ("check_digit", "second_photo")
"""Labels of the `low` track that are sure; the others are for training and fitting thresholds."""


@dataclass(frozen=True)
class Outcome:
    """One photo: what it says and what was read."""

    file: str
    track: str
    location: str
    label: str
    vin: str
    status: str
    confidence: float
    check_digit: str | None
    seconds: float

    @property
    def right(self) -> bool:
        """Whether the best guess is the number."""
        return bool(self.label) and self.vin == self.label


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training evaluate`."""
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument(
        "--uncertain", action="store_true", help="the uncertain labels of `low` instead"
    )
    parser.add_argument("--boxes", action="store_true", help="judge the detector by boxes too")
    parser.add_argument("--strips", type=int, default=1000, help="synthetic strips to read")
    parser.add_argument("--seed", type=int, default=987_654, help="one that no training used")
    parser.add_argument("--out", type=Path, default=Path("output/evaluation"))


def evaluate(args: argparse.Namespace) -> None:
    """Print tables and write every outcome to `readings.json` in the output folder."""
    if args.strips:
        _print_strips(args)
    if not (args.real / "labels.csv").exists():
        print(f"No real photos in {args.real}: that part is left out.")
        return
    if args.boxes:
        find_boxes(ModelFiles.of(args.models).craft, args.real)
    reader = Reader.load(args.models)
    outcomes = list(read_all(reader, args.real, args.uncertain))
    args.out.mkdir(parents=True, exist_ok=True)
    rows = [asdict(outcome) for outcome in outcomes]
    (args.out / "readings.json").write_text(json.dumps(rows, indent=1))
    _print_table(outcomes)
    _print_confusions(outcomes)


def read_all(reader: Reader, real: Path, uncertain: bool) -> Iterator[Outcome]:
    """Outcomes of the labelled photos of a folder, in its order."""
    with (real / "labels.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        if row["track"] == "low" and (row["label_confidence"] in CERTAIN) == uncertain:
            continue
        if uncertain and row["track"] != "low":
            continue
        try:
            reading = reader.read((real / row["file"]).read_bytes())
        except UnreadableImage as error:
            reading = Reading.rejected(str(error))
        yield Outcome(
            file=row["file"],
            track=row["track"],
            location=row["location"],
            label=row["vin"],
            vin=reading.vin or "",
            status=reading.status.value,
            confidence=reading.confidence,
            check_digit=reading.check_digit.value if reading.check_digit else None,
            seconds=reading.timings_ms.get("total", 0.0) / 1000,
        )


def edit_distance(a: str, b: str) -> int:
    """Insertions, deletions and substitutions from `a` to `b` (Levenshtein 1966)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (x != y))
    return row[-1]


def _print_table(outcomes: list[Outcome]) -> None:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for key in (f"{outcome.track} all", f"{outcome.track} {outcome.location}"):
            groups.setdefault(key, []).append(outcome)
    print(
        f"{'':26} {'n':>4} {'exact':>7} {'wrong':>7} {'best guess':>11} {'CER':>6} {'median s':>9}"
    )
    for key, group in sorted(groups.items()):
        read = [o for o in group if o.status == Status.READ]
        exact = sum(o.right for o in read)
        labelled = [o for o in group if o.label]
        edits = sum(edit_distance(o.vin, o.label) for o in labelled)
        cer = edits / (17 * len(labelled)) if labelled else 0.0
        n = len(group)
        print(
            f"{key:26} {n:4} {exact / n:7.1%} {(len(read) - exact) / n:7.1%} "
            f"{sum(o.right for o in group) / n:11.1%} {cer:6.1%} "
            f"{np.median([o.seconds for o in group]):9.2f}"
        )


def _print_confusions(outcomes: list[Outcome], most: int = 15) -> None:
    pairs = Counter(
        (true, seen)
        for o in outcomes
        if len(o.vin) == len(o.label) and edit_distance(o.vin, o.label) <= 3
        for true, seen in zip(o.label, o.vin, strict=True)
        if true != seen
    )
    shown = ", ".join(f"{a}→{b} {count}" for (a, b), count in pairs.most_common(most))
    print(f"Confusions where at most three characters are wrong: {shown or 'none'}")


def _print_strips(args: argparse.Namespace) -> None:
    """Accuracy on synthetic strips by the surface they are written on."""
    recognizer = Recognizer(ModelFiles.of(args.models).yolo)
    synthesiser = StripSynthesiser(args.seed)
    right: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for index in range(args.strips):
        strip = synthesiser.make(index)
        if len(strip.labels) != 17:
            continue
        candidates = decode(recognizer.recognize(strip.image[None])[0])
        seen[strip.style] += 1
        right[strip.style] += bool(candidates) and candidates[0].text == strip.text
    for style in sorted(seen):
        print(
            f"synthetic {style:16} {seen[style]:5} strips {right[style] / seen[style]:7.1%} whole"
        )
    total = sum(seen.values())
    print(f"synthetic {'all':16} {total:5} strips {sum(right.values()) / total:7.1%} whole")
