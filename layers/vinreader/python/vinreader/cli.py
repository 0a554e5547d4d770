"""The command line: `vinreader read` and `vinreader check`."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vinreader import __version__
from vinreader.console import ProgressBar, ReadingTable, printable
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.region import Region
from vinreader.results import CheckDigit, Reading, Status
from vinreader.vin import CHECK_POSITION, InvalidVin, check_digit, describe, validate, verdict

if TYPE_CHECKING:
    from vinreader.reader import Reader

__all__ = ["main"]

OK, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130
"""Exit codes: 2 as argparse has it, 130 as the shell has it for Ctrl-C."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except BrokenPipeError:
        # Whoever read our lines (`head`) has had enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vinreader", description="Reads vehicle identification numbers (VINs) from photos."
    )
    parser.add_argument("--version", action="version", version=f"vinreader {__version__}")
    commands = parser.add_subparsers(required=True, metavar="read | check")

    read = commands.add_parser(
        "read",
        help="read the VIN of each photo",
        description="Reads the VIN of each photo: a table for people, or JSON for programs. "
        "Exits with 1 when not one of the files can be opened.",
    )
    kinds = "JPEG, PNG, WebP, BMP, HEIC or AVIF"
    read.add_argument("photos", nargs="+", metavar="PHOTO", help=kinds)
    read.add_argument("--json", action="store_true", help="print one JSON object a line")
    read.add_argument(
        "--annotate", type=Path, metavar="DIR", help="write each photo there, with its reading"
    )
    read.add_argument(
        "--region",
        type=_region,
        metavar="X,Y,WIDTH,HEIGHT",
        help="where to look first, in fractions of the upright photo, such as 0,0.4,1,0.2",
    )
    read.add_argument(
        "--models",
        type=Path,
        metavar="DIR",
        default=DEFAULT_MODELS_DIR,
        help="folder of craft.onnx and yolo.onnx (default: those of this package)",
    )
    read.add_argument(
        "--threads", type=_positive, default=1, metavar="N", help="threads a photo (default: 1)"
    )
    read.set_defaults(command=_read)

    check = commands.add_parser(
        "check",
        help="say what a VIN tells by itself",
        description="Says whether each VIN is well-formed, what its check digit says, and maker, "
        "country and model year. Exits with 1 when one is malformed or its check digit wrong.",
    )
    check.add_argument("vins", nargs="+", metavar="VIN")
    check.set_defaults(command=_check)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {number}")
    return number


def _region(text: str) -> Region:
    try:
        x, y, width, height = map(float, text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be x,y,width,height in fractions") from error
    if not (0 <= x < x + width <= 1 and 0 <= y < y + height <= 1):
        raise argparse.ArgumentTypeError("must lie in the photo, whose sides are 1")
    return Region(x, y, width, height)


def _read(options: argparse.Namespace) -> int:
    # The networks and their runtime take a while to load: `check` does without.
    from vinreader.reader import Reader

    try:
        reader = Reader.load(options.models, options.threads)
        if options.annotate:
            options.annotate.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # a model is missing, the folder cannot be made
        print(f"vinreader: {error}", file=sys.stderr)
        return MISUSED
    table = ReadingTable(options.photos)
    if not options.json:
        print(table.head())

    bar = ProgressBar(len(options.photos), sys.stderr)
    taken = {Path(name).resolve() for name in options.photos}
    opened = 0
    for done, name in enumerate(options.photos):
        bar.show(done)
        answer = _answer_for(reader, Path(name), options.region)
        opened += answer.data is not None
        line = {"file": name, **answer.reading.to_dict()}
        if options.annotate and answer.data and answer.reading.status is not Status.REJECTED:
            picture = _free_name(options.annotate, Path(name).stem, taken)
            _save_picture(picture, answer.data, answer.reading)
            line["annotated"] = str(picture)
        bar.clear()
        print(json.dumps(line) if options.json else table.row(name, answer.reading), flush=True)
    return OK if opened else FAILED


@dataclass(frozen=True)
class _Answer:
    """A file's reading, and its content where it could be opened."""

    reading: Reading
    data: bytes | None


def _answer_for(reader: Reader, path: Path, region: Region | None) -> _Answer:
    from vinreader.photo import UnreadableImage

    try:
        data = path.read_bytes()
    except OSError as error:
        return _Answer(Reading.rejected(f"The file cannot be opened: {error.strerror}."), None)
    try:
        return _Answer(reader.read(data, region), data)
    except UnreadableImage as error:
        return _Answer(Reading.rejected(str(error)), data)


def _free_name(folder: Path, stem: str, taken: set[Path]) -> Path:
    """Where the picture of a photo goes, and takes the name: photos of one name in several folders
    keep apart, and none of the photos is overwritten."""
    suffixes = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    names = (folder / f"{stem}-reading{suffix}.jpg" for suffix in suffixes)
    name = next(name for name in names if name.resolve() not in taken)
    taken.add(name.resolve())
    return name


def _save_picture(path: Path, data: bytes, reading: Reading) -> None:
    from PIL import Image

    from vinreader.annotate import annotate
    from vinreader.photo import open_photo

    Image.fromarray(annotate(open_photo(data), reading)).save(path, "JPEG", quality=90)


def _check(options: argparse.Namespace) -> int:
    verdicts = [_check_one(text) for text in options.vins]
    return OK if all(verdicts) else FAILED


def _check_one(text: str) -> bool:
    """Prints what the number tells; whether nothing is wrong with it."""
    try:
        vin = validate(text)
    except InvalidVin as error:
        _print_facts(text, {"well-formed": f"no. {error}"})
        return False
    said, vehicle = verdict(vin), describe(vin)
    told = said.value.replace("_", " ")
    if said is CheckDigit.INVALID:
        told += f": position 9 is {vin[CHECK_POSITION]} and should be {check_digit(vin)}"
    years = " or ".join(str(year) for year in sorted(vehicle.model_years))
    facts = {
        "well-formed": "yes",
        "check digit": told,
        "maker": f"{vehicle.manufacturer or 'unknown'} ({vehicle.wmi})",
        "country": vehicle.country or "unknown",
        "model year": years or "not coded",
    }
    _print_facts(vin, facts)
    return said is not CheckDigit.INVALID


def _print_facts(title: str, facts: dict[str, str]) -> None:
    print(printable(title))
    for name, fact in facts.items():
        print(f"  {name:<12} {fact}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
