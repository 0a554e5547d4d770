"""Where the characters of real photos stand: the reader's own boxes under labels that are known.

A label says what the number is, not where each character is. Where the reader sees nearly that
number, its boxes are taken and the label's symbols written into them (forced alignment). A photo
without a label teaches what the reader is sure of: the whole number where it stands behind it,
else those characters that all its looks together show clearly (self-training, Lee 2013). That never
teaches what it doubts; where a person looked at such photos and wrote down what can be made out,
that teaches instead.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vinreader.advice import TWO_NUMBERS
from vinreader.looks import Look
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.photo import open_grey
from vinreader.reader import Reader
from vinreader.results import Quad, Reading, Status
from vinreader.vin import is_well_formed

__all__ = [
    "DOUBTED",
    "Aligned",
    "add_arguments",
    "align",
    "align_labelled",
    "align_unlabelled",
    "aligned_photos",
    "hugging_line",
    "looking_at_all",
    "may_be",
    "save_aligned",
    "taught_by",
]

CERTAIN = ("check_digit", "second_photo")
"""Photos with these labels judge the reader; neither they nor other photos of their vehicles train
it."""
MOST_MISREAD = 3
"""Characters that may differ from the label before the boxes are doubted too."""
DOUBTED = "?"
"""Stands for a character that is there, and of which nobody is sure what it is."""
ANSWERED, SURE = 0.5, 0.95
"""Least confidence in a number without label, and in a character of one that is not `read`."""
_MOST_OFF, _MOST_BEYOND = 0.33, 1.5
"""Heights by which a line's ends may lie beside the number's, and from them at all."""


@dataclass(frozen=True)
class Aligned:
    """A photo's file, its number, `DOUBTED` for what is not known of it, the quad (4, 2) around
    it and the middles (17, 2, 2) of each character's left and right edge, all in photo pixels.

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
    parser.add_argument(
        "--seen",
        type=Path,
        help="a CSV of file,vin: what a person made out on photos without label, ? for the rest",
    )
    parser.add_argument("--out", type=Path, default=Path("runs/aligned.json"))


def align(args: argparse.Namespace) -> None:
    """Write the alignment of every photo that has one.

    Raises:
        SystemExit: there are no real photos, or what a person saw is no number.
    """
    if not (args.real / "labels.csv").exists():
        raise SystemExit(f"No real photos in {args.real}: there is nothing to align.")
    seen = {} if args.seen is None else _seen(args.seen)
    reader, judged = Reader.load(args.models), _judged(args.real)
    if args.judge:
        _judge_rule(reader, args.real)
        return
    labelled = _labels(args.real, judged)
    labelled += [(file, vin) for file, vin in seen.items() if not may_be(vin, judged)]
    thorough = looking_at_all(args.models)
    found = [a for file, vin in labelled if (a := align_labelled(thorough, args.real, file, vin))]
    print(f"{len(found)} of {len(labelled)} photos labelled or seen aligned", flush=True)
    with (args.real / "boxes.csv").open() as lines:
        files = [row["file"] for row in csv.DictReader(lines)][: args.unlabelled]
    files = [file for file in files if file not in seen]
    sure = [a for file in files if (a := align_unlabelled(reader, args.real, file))]
    sure = [a for a in sure if not may_be(a.vin, judged)]
    whole = sum(DOUBTED not in a.vin for a in sure)
    print(f"{len(sure)} of {len(files)} photos without label accepted, {whole} of them whole")
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
    """Print how many photos with a certain label the rule would accept, and what would be wrong."""
    with (real / "labels.csv").open() as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if row["track"] == "low" and row["label_confidence"] in CERTAIN
        ]
    found = [(row, a.vin) for row in rows if (a := align_unlabelled(reader, real, row["file"]))]
    whole = [(row, vin) for row, vin in found if DOUBTED not in vin]
    wrong = [(row, vin) for row, vin in whole if row["vin"] != vin]
    known = [(a, b) for row, vin in found for a, b in zip(row["vin"], vin, strict=True)]
    known = [(a, b) for a, b in known if b != DOUBTED]
    print(
        f"{len(found)} of {len(rows)} certain labels accepted, {len(whole)} of them whole, "
        f"{len(wrong)} of these wrong; "
        f"{sum(a != b for a, b in known)} of {len(known)} characters wrong"
    )
    for row, vin in wrong:
        print(f"{row['file']}: {row['vin']} taken for {vin}")


def may_be(vin: str, numbers: Iterable[str]) -> bool:
    """Whether a number, some characters of which may not be known, is one of others."""
    return any(
        all(a in (b, DOUBTED) for a, b in zip(vin, other, strict=False)) for other in numbers
    )


def aligned_photos(path: Path) -> Iterator[Aligned]:
    """What `save_aligned` wrote."""
    for row in json.loads(path.read_text()):
        quad, edges = np.array(row["quad"], np.float32), np.array(row["edges"], np.float32)
        line = row.get("line")
        hugging = None if line is None else np.array(line, np.float32)
        yield Aligned(row["file"], row["vin"], quad, edges, hugging)


def _judged(real: Path) -> set[str]:
    """The numbers that judge the reader."""
    with (real / "labels.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    return {
        row["vin"] for row in rows if row["track"] != "low" or row["label_confidence"] in CERTAIN
    } - {""}


def _labels(real: Path, judged: set[str]) -> list[tuple[str, str]]:
    """The (file, number) pairs that may train it."""
    with (real / "labels.csv").open() as lines:
        return [
            (row["file"], row["vin"])
            for row in csv.DictReader(lines)
            if row["track"] == "low" and row["vin"] and row["vin"] not in judged
        ]


def _seen(path: Path) -> dict[str, str]:
    """What a person made out, by file."""
    with path.open(newline="") as lines:
        seen = {row["file"]: row["vin"] for row in csv.DictReader(lines)}
    for file, vin in seen.items():
        if not is_well_formed(vin.replace(DOUBTED, "0")):
            raise SystemExit(f"{path}: {vin!r} of {file} is not 17 characters of a VIN or ?.")
    return seen


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
    """The characters of a photo of the folder `real` whose number is known, `DOUBTED` for what is
    not known of it; None where what is seen is too far from it."""

    def misread(look: Look) -> int:
        return sum(b not in (a, DOUBTED) for a, b in zip(look.candidate.text, vin, strict=True))

    lines, looks = _looks(reader, real / file)
    best = min(looks, key=lambda look: (misread(look), -look.candidate.score), default=None)
    if best is None or misread(best) > MOST_MISREAD:
        return None
    return _aligned(reader, file, vin, best, lines)


def taught_by(reading: Reading) -> str | None:
    """What a reading of a photo without label teaches: its number where the reader stands behind
    it, else with `DOUBTED` in place of the characters that are not sure; None where it is not
    likely enough that the number is there at all."""
    if reading.vin is None or reading.confidence < ANSWERED or TWO_NUMBERS in reading.advice:
        return None
    if not reading.characters:
        return None  # bar codes say what the number is, and not where it is written
    if reading.status is Status.READ:
        return reading.vin
    sure = [character.confidence >= SURE for character in reading.characters]
    return "".join(symbol if s else DOUBTED for symbol, s in zip(reading.vin, sure, strict=True))


def align_unlabelled(reader: Reader, real: Path, file: str) -> Aligned | None:
    """Number and characters of a photo that nobody labelled, as far as the reader is sure of them;
    None where it is not sure enough of the number."""
    data = (real / file).read_bytes()
    reading = reader.read(data)
    vin = taught_by(reading)
    if vin is None or reading.quad is None:
        return None
    quad = np.array(reading.quad, np.float32)
    boxes = np.array([character.box for character in reading.characters], np.float32)
    edges = (boxes[:, [0, 1]] + boxes[:, [3, 2]]) / 2
    off = (edges - quad[0]).reshape(-1, 2) @ _across(quad)
    if np.ptp(off) > np.linalg.norm(quad[3] - quad[0]) / 2:
        return None  # a number in two rows is no single quad
    found = Aligned(file, vin, quad, edges)
    return replace(found, line=hugging_line(reader.lines(open_grey(data)), found))


def _across(quad: np.ndarray) -> np.ndarray:
    """The unit vector (2,) down a quad (4, 2), at right angles to its line."""
    along = quad[1] + quad[2] - quad[0] - quad[3]
    return np.array([-along[1], along[0]]) / max(float(np.linalg.norm(along)), 1e-6)


def _aligned(
    reader: Reader, file: str, vin: str, look: Look, lines: Sequence[Quad]
) -> Aligned | None:
    if len(look.bands) > 1:
        return None  # a number in two rows is no single quad
    characters = look.characters
    edges = (characters[:, [0, 1]] + characters[:, [3, 2]]) / 2
    found = Aligned(file, vin, look.number(reader.config.ends), edges)
    return replace(found, line=hugging_line(lines, found))
