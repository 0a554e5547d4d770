"""Sheets of synthetic strips and pages to look at: what the models learn from, with its truth drawn
in."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from training.synthesis.pages import make_page, page_rng
from training.synthesis.strips import STRIP_WIDTH, StripSynthesiser

__all__ = ["add_arguments", "page_sheet", "strip_sheet", "write_sheet"]

PAGE_SHAPE = (384, 544)
GREEN, ORANGE = (80, 200, 60), (40, 150, 255)
"""Characters of the VIN and other characters, BGR."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training contact-sheet`."""
    parser.add_argument("--out", type=Path, default=Path("output/contact-sheets"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--strips", type=int, default=60)
    parser.add_argument("--pages", type=int, default=15)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"), help="real photos")


def write_sheet(args: argparse.Namespace) -> None:
    """Write `strips.png` and `pages.png`."""
    args.out.mkdir(parents=True, exist_ok=True)
    real = args.real if args.real.exists() else None
    cv2.imwrite(str(args.out / "strips.png"), strip_sheet(args.seed, args.strips, real))
    cv2.imwrite(str(args.out / "pages.png"), page_sheet(args.seed, args.pages))
    print(f"Sheets of {args.strips} strips and {args.pages} pages lie in {args.out}.")


def strip_sheet(seed: int, count: int, real: Path | None = None) -> np.ndarray:
    """(H, W, 3) uint8 BGR: strips below one another, each with its text and its boxes' bottom
    edges."""
    synthesiser = StripSynthesiser(seed, real)
    rows = []
    for index in range(count):
        strip = synthesiser.make(index)
        image = cv2.cvtColor(strip.image, cv2.COLOR_GRAY2BGR)
        caption = np.full((16, STRIP_WIDTH, 3), 24, np.uint8)
        for left, right in strip.boxes:
            cv2.line(caption, (int(left), 1), (int(right), 1), GREEN, 2)
        note = f"{strip.text or 'no VIN'}  {strip.style}"
        cv2.putText(caption, note, (4, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (220, 220, 220), 1)
        rows.append(np.vstack([image, caption]))
    return np.vstack(rows)


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
