"""Pictures for the model card: what the strips of each style look like, and which are misread."""

from __future__ import annotations

import argparse
import io
from itertools import islice
from pathlib import Path

from PIL import Image, ImageDraw

from training.evaluation.drawing import GROUND, line_tile, sheet, strip_picture, write
from training.evaluation.outcomes import PhotoOutcome, StripOutcome
from training.evaluation.pages import read_pages
from training.evaluation.photos import read_photos
from training.evaluation.reliability import reliability_picture
from training.evaluation.strips import (
    HELD_OUT_SEED,
    held_out,
    read_strips,
    whole_strips,
)
from training.synthesis.strips import READABLE
from training.synthesis.styles import STYLES
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.reader import Reader
from vinreader.recognition import Recognizer

__all__ = ["add_arguments", "draw", "failures_picture", "save_small", "styles_picture"]

LARGEST = 200_000
"""Bytes of a picture that goes into the repository."""
WIDTH = 680
NAME_WIDTH, EXAMPLE_SIZE, BETWEEN = 130, (400, 40), 8
"""Pixels of the column of names, of one strip and of the room between two."""
CHOICE = 120
"""Strips from which the two examples of a style are chosen."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training card-pictures`."""
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument("--strips", type=int, default=300, help="strips of each style to search")
    parser.add_argument("--pages", type=int, default=2000, help="synthetic photos to be sure of")
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--seed", type=int, default=HELD_OUT_SEED)
    parser.add_argument("--out", type=Path, default=Path("docs"))


def draw(args: argparse.Namespace) -> None:
    """Write `styles.png`, `known-failures.png` and `confidence.png`."""
    args.out.mkdir(parents=True, exist_ok=True)
    recognizer = Recognizer(ModelFiles.of(args.models).yolo)
    outcomes = read_strips(recognizer, args.strips, args.seed)["both"]
    for name, picture in (
        ("styles.png", styles_picture(args.seed)),
        ("known-failures.png", failures_picture(outcomes, args.seed)),
        ("confidence.png", reliability_picture(_answers(args))),
    ):
        size = save_small(picture, args.out / name)
        print(f"{args.out / name}: {picture.width}×{picture.height}, {size / 1000:.0f} kB")


def _answers(args: argparse.Namespace) -> dict[str, list[PhotoOutcome]]:
    """Readings of photos on which there is a right answer, by their kind."""
    reader = Reader.load(args.models)
    groups = {"synthetic photos": list(read_pages(reader, args.pages, args.seed))}
    if (args.real / "labels.csv").exists():
        read = read_photos(reader, args.real)
        groups["real photos"] = [outcome for outcome in read if outcome.label]
    return groups


def styles_picture(seed: int) -> Image.Image:
    """A row a style: its name, the most legible of some strips and the least legible of those that
    count as readable."""
    width, height = EXAMPLE_SIZE
    columns = (NAME_WIDTH, NAME_WIDTH + width + BETWEEN)
    head = Image.new("RGB", (columns[1] + width, height), GROUND)
    for x, title in zip(columns, ("most legible", "least legible that counts"), strict=True):
        write(ImageDraw.Draw(head), (x, height - 10), f"{title}, of {CHOICE}", size=14)
    tiles = [head]
    for style in STYLES:
        tile = Image.new("RGB", head.size, GROUND)
        write(ImageDraw.Draw(tile), (0, height / 2), style.replace("_", " "), size=16)
        strips = [strip for _, strip in islice(whole_strips(held_out(style, seed)), CHOICE)]
        readable = sorted(
            (strip for strip in strips if strip.legibility >= READABLE),
            key=lambda strip: -strip.legibility,
        )
        for x, strip in zip(columns, readable[:1] + readable[1:][-1:], strict=False):
            tile.paste(strip_picture(strip.image, EXAMPLE_SIZE), (x, 0))
        tiles.append(tile)
    return sheet(tiles, 1)


def failures_picture(outcomes: list[StripOutcome], seed: int) -> Image.Image:
    """Of each style the most legible strip that is misread, where there is one: no excuse is looked
    for."""
    tiles = []
    for style in STYLES:
        misread = [o for o in outcomes if o.style == style and o.readable and not o.right]
        if misread:
            outcome = max(misread, key=lambda o: (o.legibility, o.sure_error))
            strip = held_out(style, seed).make(outcome.index)
            note = style.replace("_", " ")
            tiles.append(line_tile(strip.image, outcome, note, WIDTH))
    return sheet(tiles, 1)


def save_small(picture: Image.Image, path: Path, largest: int = LARGEST) -> int:
    """Write a PNG with as many colours as `largest` bytes allow, and say how many bytes it has.

    Raises:
        ValueError: it is too large in 16 colours.
    """
    for colours in (256, 128, 64, 32, 16):
        file = io.BytesIO()
        few = picture.quantize(colours, dither=Image.Dither.NONE)
        few.save(file, "PNG", optimize=True)
        if file.tell() <= largest:
            path.write_bytes(file.getvalue())
            return file.tell()
    raise ValueError(f"{path.name} has over {largest} bytes even in 16 colours")
