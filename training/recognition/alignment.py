"""Where the characters of real photos stand: the reader's own boxes under labels that are known.

A label says what the number is, not where each character is. Where the reader sees nearly that
number, its boxes are taken and the label's symbols written into them (forced alignment). Photos
without a label serve only where evidence that does not depend on the recogniser's taste agrees: a
valid check digit, many cuts of the line that show the identical number, and every character sure.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vinreader.looks import Look, elect
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.photo import open_photo
from vinreader.reader import Reader
from vinreader.rectification import section
from vinreader.results import CheckDigit
from vinreader.vin import LENGTH, verdict

__all__ = ["Aligned", "add_arguments", "align", "aligned_photos"]

CERTAIN = ("check_digit", "second_photo")
"""Photos with these labels judge the reader; neither they nor other photos of their vehicles train
it."""
MOST_MISREAD = 3
"""Characters that may differ from the label before the boxes are doubted too."""
AGREEING = 5
"""Looks that must show the identical number where there is no label."""
SUREST = 0.6
"""Least probability of every character where there is no label."""


@dataclass(frozen=True)
class Aligned:
    """A photo's file, its number, the quad (4, 2) of the number and the middles (17, 2, 2) of each
    character's left and right edge, all in photo pixels."""

    file: str
    vin: str
    quad: np.ndarray
    edges: np.ndarray


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training align`."""
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument("--unlabelled", type=int, default=0, help="photos without label to try")
    parser.add_argument("--out", type=Path, default=Path("runs/aligned.json"))


def align(args: argparse.Namespace) -> None:
    """Write the alignment of every photo that has one.

    Raises:
        SystemExit: there are no real photos.
    """
    if not (args.real / "labels.csv").exists():
        raise SystemExit(f"No real photos in {args.real}: there is nothing to align.")
    reader = Reader.load(args.models)
    reader.config = replace(reader.config, lines=4, closer=1)  # the easy photos suffice
    judged, labelled = _labels(args.real)
    found = []
    for file, vin in labelled:
        aligned = _with_label(reader, args.real, file, vin)
        found += [aligned] if aligned else []
    print(f"{len(found)} of {len(labelled)} labelled photos aligned", flush=True)
    with (args.real / "boxes.csv").open() as lines:
        files = [row["file"] for row in csv.DictReader(lines)][: args.unlabelled]
    sure = [a for file in files if (a := _without_label(reader, args.real, file))]
    sure = [a for a in sure if a.vin not in judged]
    print(f"{len(sure)} of {len(files)} photos without label accepted")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {"file": a.file, "vin": a.vin, "quad": a.quad.tolist(), "edges": a.edges.tolist()}
        for a in found + sure
    ]
    args.out.write_text(json.dumps(rows))


def aligned_photos(path: Path) -> Iterator[Aligned]:
    """What `align` wrote."""
    for row in json.loads(path.read_text()):
        quad, edges = np.array(row["quad"], np.float32), np.array(row["edges"], np.float32)
        yield Aligned(row["file"], row["vin"], quad, edges)


def _labels(real: Path) -> tuple[set[str], list[tuple[str, str]]]:
    """The numbers that judge the reader, and the (file, number) pairs that may train it."""
    with (real / "labels.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    judged = {r["vin"] for r in rows if r["track"] != "low" or r["label_confidence"] in CERTAIN}
    return judged, [
        (r["file"], r["vin"])
        for r in rows
        if r["track"] == "low" and r["vin"] and r["vin"] not in judged
    ]


def _looks(reader: Reader, path: Path) -> list[Look]:
    photo = open_photo(path.read_bytes())
    return reader.look(photo, reader.lines(photo))


def _with_label(reader: Reader, real: Path, file: str, vin: str) -> Aligned | None:
    def misread(look: Look) -> int:
        return sum(a != b for a, b in zip(look.candidate.text, vin, strict=True))

    looks = _looks(reader, real / file)
    best = min(looks, key=lambda look: (misread(look), -look.candidate.score), default=None)
    if best is None or misread(best) > MOST_MISREAD:
        return None
    return _aligned(reader, file, vin, best)


def _without_label(reader: Reader, real: Path, file: str) -> Aligned | None:
    looks = _looks(reader, real / file)
    if not looks:
        return None
    best, _ = elect(looks, reader.config.temperature, reader.config.checked)
    vin = best.candidate.text
    agreeing = sum(look.candidate.text == vin for look in looks)
    surest = float(best.candidate.probabilities.max(axis=1).min())
    if (
        verdict(vin) is not CheckDigit.VALID
        or best.candidate.corrected
        or agreeing < AGREEING
        or surest < SUREST
    ):
        return None
    return _aligned(reader, file, vin, best)


def _aligned(reader: Reader, file: str, vin: str, look: Look) -> Aligned:
    width = reader.recognizer.layout.width
    chosen = look.candidate.positions
    edges = np.empty((LENGTH, 2, 2), np.float32)
    for i, box in enumerate(chosen):
        centre, half = look.evidence.centres[box] / width, look.evidence.widths[box] / width / 2
        part = section(look.quad, centre - half, centre + half)
        edges[i] = (part[[0, 1]] + part[[3, 2]]) / 2
    return Aligned(file, vin, reader.tightened(look), edges)
