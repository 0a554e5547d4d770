"""Where the characters of real photos stand: the reader's own boxes under labels that are known.

A label says what the number is, not where each character is. Where the reader sees nearly that
number, its boxes are taken and the label's symbols written into them (forced alignment). Photos
without a label serve only where several kinds of evidence agree: both heads see the same number,
most cuts of the line show it, every character is sure, and the number itself speaks for it, by a
valid check digit or, where its maker need not carry one, by a maker on record.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vinreader.looks import Look, elect
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.photo import open_grey
from vinreader.reader import Reader, ReaderConfig
from vinreader.results import CheckDigit, Quad
from vinreader.vin import verdict, wmi_known

__all__ = [
    "Aligned",
    "add_arguments",
    "agreed",
    "align",
    "align_labelled",
    "align_unlabelled",
    "aligned_photos",
    "hugging_line",
    "looking_at_all",
    "save_aligned",
]

CERTAIN = ("check_digit", "second_photo")
"""Photos with these labels judge the reader; neither they nor other photos of their vehicles train
it."""
MOST_MISREAD = 3
"""Characters that may differ from the label before the boxes are doubted too."""
AGREEING = 4
"""Looks that must show the identical number where there is no label."""
SHARE = 0.6
"""Least part of all votes for that number."""
_MOST_OFF, _MOST_BEYOND = 0.33, 1.5
"""Heights by which a line's ends may lie beside the number's, and from them at all."""
SUREST = {CheckDigit.VALID: 0.6, CheckDigit.NOT_APPLICABLE: 0.9}
"""Least certainty of every character where there is no label."""


@dataclass(frozen=True)
class Aligned:
    """A photo's file, its number, the quad (4, 2) of the number and the middles (17, 2, 2) of each
    character's left and right edge, all in photo pixels.

    The quad is cut as the number is read best, with a margin of any width; `line` (4, 2) is the
    detector's line there, which hugs the characters, None where it has none.
    """

    file: str
    vin: str
    quad: np.ndarray
    edges: np.ndarray
    line: np.ndarray | None = None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training align`."""
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument("--unlabelled", type=int, default=0, help="photos without label to try")
    parser.add_argument(
        "--judge", action="store_true", help="count how often the rule for those would be wrong"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/aligned.json"))


def align(args: argparse.Namespace) -> None:
    """Write the alignment of every photo that has one.

    Raises:
        SystemExit: there are no real photos.
    """
    if not (args.real / "labels.csv").exists():
        raise SystemExit(f"No real photos in {args.real}: there is nothing to align.")
    reader = looking_at_all(args.models)
    if args.judge:
        _judge_rule(reader, args.real)
        return
    judged, labelled = _labels(args.real)
    found = [a for file, vin in labelled if (a := align_labelled(reader, args.real, file, vin))]
    print(f"{len(found)} of {len(labelled)} labelled photos aligned", flush=True)
    with (args.real / "boxes.csv").open() as lines:
        files = [row["file"] for row in csv.DictReader(lines)][: args.unlabelled]
    sure = [a for file in files if (a := align_unlabelled(reader, args.real, file))]
    sure = [a for a in sure if a.vin not in judged]
    print(f"{len(sure)} of {len(files)} photos without label accepted")
    save_aligned(found + sure, args.out)


def looking_at_all(models: Path) -> Reader:
    """A reader that takes all looks at the first lines of a photo, however clear one is."""
    reader = Reader.load(models)
    reader.config = replace(reader.config, lines=3, settled=2.0)
    return reader


def save_aligned(found: Iterable[Aligned], path: Path) -> None:
    """Write them for `aligned_photos`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        {
            "file": a.file,
            "vin": a.vin,
            "quad": a.quad.tolist(),
            "edges": a.edges.tolist(),
            "line": None if a.line is None else a.line.tolist(),
        }
        for a in found
    ]
    path.write_text(json.dumps(rows))


def _judge_rule(reader: Reader, real: Path) -> None:
    """Print how many photos with a certain label the rule would accept, and the wrong ones."""
    with (real / "labels.csv").open() as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if row["track"] == "low" and row["label_confidence"] in CERTAIN
        ]
    accepted = [
        (row, found.vin) for row in rows if (found := align_unlabelled(reader, real, row["file"]))
    ]
    wrong = [(row, vin) for row, vin in accepted if row["vin"] != vin]
    print(f"{len(accepted)} of {len(rows)} certain labels accepted, {len(wrong)} of them wrong")
    for row, vin in wrong:
        print(f"{row['file']}: {row['vin']} taken for {vin}")


def aligned_photos(path: Path) -> Iterator[Aligned]:
    """What `save_aligned` wrote."""
    for row in json.loads(path.read_text()):
        quad, edges = np.array(row["quad"], np.float32), np.array(row["edges"], np.float32)
        line = row.get("line")
        hugging = None if line is None else np.array(line, np.float32)
        yield Aligned(row["file"], row["vin"], quad, edges, hugging)


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


def hugging_line(lines: Sequence[Quad], found: Aligned) -> np.ndarray | None:
    """The likeliest of the detector's lines that hugs the characters: its ends lie within one and a
    half heights of theirs and within a third of one across, and it is no taller than the quad."""
    ends = np.stack([found.edges[0, 0], found.edges[-1, 1]])
    tallest = float(np.linalg.norm(found.quad[3] - found.quad[0]))
    for line in lines:
        quad = np.array(line, np.float32)
        down = quad[3] - quad[0]
        height = float(np.linalg.norm(down))
        off = (ends - (quad[[0, 1]] + quad[[3, 2]]) / 2) / height
        beside, away = np.abs(off @ down / height), np.linalg.norm(off, axis=1)
        if height <= tallest and beside.max() <= _MOST_OFF and away.max() <= _MOST_BEYOND:
            return quad
    return None


def _looks(reader: Reader, path: Path) -> tuple[list[Quad], list[Look]]:
    grey = open_grey(path.read_bytes())
    lines = reader.lines(grey)
    return lines, reader.look(grey, lines)


def align_labelled(reader: Reader, real: Path, file: str, vin: str) -> Aligned | None:
    """The characters of a photo of the folder `real` whose number is known; None where what is seen
    is too far from it."""

    def misread(look: Look) -> int:
        return sum(a != b for a, b in zip(look.candidate.text, vin, strict=True))

    lines, looks = _looks(reader, real / file)
    best = min(looks, key=lambda look: (misread(look), -look.candidate.score), default=None)
    if best is None or misread(best) > MOST_MISREAD:
        return None
    return _aligned(reader, file, vin, best, lines)


def agreed(looks: list[Look], config: ReaderConfig) -> Look | None:
    """The clearest look at a number that all evidence speaks for, or None where some does not."""
    best, votes = elect(looks, config.temperature, config.checked)
    candidate = best.candidate
    agreeing = sum(look.candidate.text == candidate.text for look in looks)
    surest = SUREST.get(verdict(candidate.text))
    doubted = (
        surest is None
        or not wmi_known(candidate.text[:3])
        or bool(candidate.corrected)
        or bool(candidate.disputed)
        or float(candidate.certainty.min()) < surest
        or agreeing < AGREEING
        or votes[candidate.text] < SHARE * sum(votes.values())
    )
    return None if doubted else best


def align_unlabelled(reader: Reader, real: Path, file: str) -> Aligned | None:
    """Number and characters of a photo that nobody labelled; None where any evidence is missing."""
    lines, looks = _looks(reader, real / file)
    best = agreed(looks, reader.config) if looks else None
    return _aligned(reader, file, best.candidate.text, best, lines) if best else None


def _aligned(
    reader: Reader, file: str, vin: str, look: Look, lines: Sequence[Quad]
) -> Aligned | None:
    if len(look.bands) > 1:
        return None  # a number in two rows is no single quad
    characters = look.characters
    edges = (characters[:, [0, 1]] + characters[:, [3, 2]]) / 2
    found = Aligned(file, vin, look.number(reader.config.ends), edges)
    return replace(found, line=hugging_line(lines, found))
