"""Sheets of synthetic strips and pages to look at: what the models learn from, with its truth drawn
in. Where there are real photos, their strips stand beside synthetic ones."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from training.synthesis.pages import make_page, page_rng
from training.synthesis.strips import (
    READABLE,
    STRIP_HEIGHT,
    STRIP_WIDTH,
    Strip,
    StripConfig,
    StripSynthesiser,
)
from training.synthesis.styles import STYLES
from vinreader.photo import open_grey
from vinreader.reader import Reader
from vinreader.rectification import cut

__all__ = ["add_arguments", "beside_sheet", "page_sheet", "strip_sheet", "write_sheet"]

PAGE_SHAPE = (384, 544)
GREEN, ORANGE = (80, 200, 60), (40, 150, 255)
"""Characters of the VIN and other characters, BGR."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training contact-sheet`."""
    parser.add_argument("--out", type=Path, default=Path("output/contact-sheets"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strips", type=int, default=60, help="strips on a sheet")
    parser.add_argument("--pages", type=int, default=15)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"), help="real photos")
    parser.add_argument("--style", choices=[*STYLES], help="only the sheet of this way of making")
    parser.add_argument(
        "--by-legibility", action="store_true", help="the worst first, a line where `READABLE` is"
    )
    parser.add_argument(
        "--held-out", action="store_true", help="in the faces that training never sees"
    )


def write_sheet(args: argparse.Namespace) -> None:
    """Write `strips.png`, one sheet for each style, `two-hands.png` of numbers that another tool
    completed, `pages.png`, and `real-beside-synthetic.png` where the folder of real photos is
    there; with `--style` that style's sheet alone."""
    args.out.mkdir(parents=True, exist_ok=True)
    real = args.real if args.real.exists() else None
    config = StripConfig(held_out=args.held_out)
    names = [args.style] if args.style else list(STYLES)
    for name in names:
        strips = make_strips(args.seed, args.strips, real, replace(config, styles=(name,)))
        _write(args.out / f"{name}.png", strip_sheet(strips, args.by_legibility))
    if args.style:
        return
    strips = make_strips(args.seed, args.strips, real, config)
    _write(args.out / "strips.png", strip_sheet(strips, args.by_legibility))
    completed = make_strips(args.seed, args.strips, real, replace(config, two_hands=1.0))
    _write(args.out / "two-hands.png", strip_sheet(completed, args.by_legibility))
    _write(args.out / "pages.png", page_sheet(args.seed, args.pages))
    if real is None:
        print(f"No real photos in {args.real}: the sheet of both is left out.")
    else:
        _write(args.out / "real-beside-synthetic.png", beside_sheet(args.seed, args.strips, real))


def make_strips(seed: int, count: int, real: Path | None, config: StripConfig) -> list[Strip]:
    """The first strips of a seed."""
    synthesiser = StripSynthesiser(seed, real, config)
    return [synthesiser.make(index) for index in range(count)]


def strip_sheet(strips: list[Strip], by_legibility: bool = False) -> np.ndarray:
    """(H, W, 3) uint8 BGR: strips below one another, each with its text, its legibility and its
    boxes' bottom edges."""
    if by_legibility:
        strips = sorted(strips, key=lambda strip: strip.legibility)
    rows: list[np.ndarray] = []
    drawn = False
    for strip in strips:
        if by_legibility and not drawn and strip.legibility >= READABLE:
            rows.append(np.full((4, STRIP_WIDTH, 3), ORANGE, np.uint8))
            drawn = True
        caption = np.full((16, STRIP_WIDTH, 3), 24, np.uint8)
        for left, right in strip.boxes:
            cv2.line(caption, (int(left), 1), (int(right), 1), GREEN, 2)
        note = f"{strip.text or 'no VIN'}  {strip.style}  {strip.legibility:.2f}"
        cv2.putText(caption, note, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (220, 220, 220), 1)
        rows += [cv2.cvtColor(strip.image, cv2.COLOR_GRAY2BGR), caption]
    return np.vstack(rows)


def beside_sheet(seed: int, count: int, real: Path) -> np.ndarray:
    """(H, W) uint8: strips cut from real photos by the committed reader on the left, readable
    synthetic ones on the right."""
    photos = _real_strips(seed, count, real)
    synthesiser = StripSynthesiser(seed, real, StripConfig(negative=0.0))
    rows: list[np.ndarray] = []
    index = 0
    gap = np.full((STRIP_HEIGHT, 8), 128, np.uint8)
    while len(rows) < len(photos):
        strip = synthesiser.make(index)
        index += 1
        if strip.legibility >= READABLE / 2:
            rows.append(np.hstack([photos[len(rows)], gap, strip.image]))
    return np.vstack([np.pad(row, ((0, 4), (0, 0))) for row in rows])


def _real_strips(seed: int, count: int, real: Path) -> list[np.ndarray]:
    """Strips of the likeliest number in photos of `unlabelled`, which training may see."""

    reader = Reader.load()
    files = sorted((real / "unlabelled").glob("*.jpg"))
    order = np.random.default_rng(seed).permutation(len(files))
    found: list[np.ndarray] = []
    for place in order:
        grey = open_grey(files[place].read_bytes())
        looks = reader.look(grey, reader.lines(grey))
        if looks:
            best = max(looks, key=lambda look: look.candidate.score)
            quad = best.number(reader.config.ends)[None]
            found.append(cut(grey, quad, (STRIP_WIDTH, STRIP_HEIGHT))[0])
        if len(found) == count:
            break
    return found


def page_sheet(seed: int, count: int, columns: int = 3) -> np.ndarray:
    """(H, W, 3) uint8 BGR: pages in a grid, a quad around each character."""
    tiles = []
    for index in range(count):
        page = make_page(page_rng(seed, index), PAGE_SHAPE)
        image = cv2.cvtColor(page.image, cv2.COLOR_GRAY2BGR)
        for quad, vin in zip(page.quads, page.vin, strict=True):
            cv2.polylines(image, [quad.astype(np.int32)], True, GREEN if vin else ORANGE, 1)
        tiles.append(image)
    while len(tiles) % columns:
        tiles.append(np.zeros_like(tiles[0]))
    return np.vstack([np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)])


def _write(path: Path, image: np.ndarray) -> None:
    cv2.imwrite(str(path), image)
    print(f"Wrote {path}.")
