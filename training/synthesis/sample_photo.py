"""One synthetic photo in colour for people to try the reader on: a door sticker that is nobody's.

The maker, the weights and the number are invented; only the form is that of real stickers.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from training.synthesis.barcodes_drawn import bars
from training.synthesis.fonts import faces
from training.synthesis.lettering import Style, set_line
from training.synthesis.numbers import Numbers, random_vin

__all__ = ["add_arguments", "sample_photo", "write_sample"]

FACE = "LiberationSans-Bold.ttf"
NUMBER_FACE = "LiberationMono-Bold.ttf"
PHOTO = (1200, 1600)
LABEL = (520, 900)
PAINT = (38, 62, 104)
"""Blue bodywork, RGB."""
LINES = (
    ("MFD. BY EXAMPLE MOTOR CO.", 30, 60),
    ("DATE: 03/24    GVWR: 2150 KG / 4740 LB", 20, 115),
    ("GAWR FRONT: 1105 KG    GAWR REAR: 1080 KG", 20, 150),
    ("THIS VEHICLE CONFORMS TO ALL APPLICABLE SAFETY", 20, 195),
    ("AND THEFT PREVENTION STANDARDS SHOWN ABOVE", 20, 230),
    ("TYPE: PASSENGER CAR", 20, 445),
    ("COLOR: B4    TRIM: KX    SYNTHETIC SAMPLE", 20, 480),
)
"""Text, cap height and baseline row, pixels of the label."""
NUMBER_HEIGHT, NUMBER_TOP, CODE_TOP, CODE_HEIGHT = 34, 265, 325, 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training sample-photo`."""
    parser.add_argument("--out", type=Path, default=Path("local/photos/synthetic-sticker.jpg"))
    parser.add_argument("--seed", type=int, default=2024)


def write_sample(args: argparse.Namespace) -> None:
    """Write the photo, and beside it what it says: a JSON file with `vin`."""
    photo, vin = sample_photo(np.random.default_rng(args.seed))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    bgr = cv2.cvtColor(photo, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(args.out), bgr, [cv2.IMWRITE_JPEG_QUALITY, 88])
    args.out.with_suffix(".json").write_text(json.dumps({"vin": vin}) + "\n")
    print(f"{args.out}: {vin}")


def sample_photo(rng: np.random.Generator) -> tuple[np.ndarray, str]:
    """A photo (1200, 1600, 3) uint8 RGB and the VIN on it."""
    vin = random_vin(rng, Numbers(mandated=1.0, volunteered=1.0, uniform=0.0, alike=0.0))
    label = _label(rng, vin)
    height, width = PHOTO
    tall, wide = LABEL
    corners = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    seen = np.array([[330, 400], [1290, 300], [1320, 850], [370, 935]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None, None]
    light = 1.0 - 0.35 * x * y - 0.25 * y - 0.2 * (x - 0.3) ** 2
    scene = np.array(PAINT, np.float32) * (light + 0.5 * np.exp(-(((y - 0.75) / 0.05) ** 2)))
    paper = cv2.warpPerspective(label, matrix, (width, height), flags=cv2.INTER_AREA)[..., None]
    cover = cv2.warpPerspective(np.full(LABEL, 1.0, np.float32), matrix, (width, height))[..., None]
    sheet = paper * np.array([1.0, 0.985, 0.95], np.float32) * (0.55 + 0.4 * light)
    scene = scene * (1 - cover) + sheet * cover
    glare = np.exp(-(((x - 0.62) / 0.10) ** 2) - ((y + 0.35) / 0.22) ** 2)
    scene += 90 * glare
    scene = cv2.GaussianBlur(scene, (0, 0), 1.0)
    scene += rng.normal(0, 3.5, scene.shape)
    return np.clip(scene, 0, 255).astype(np.uint8), vin


def _label(rng: np.random.Generator, vin: str) -> np.ndarray:
    """(520, 900) float32 grey, the printed sticker lying flat."""
    found = {face.path.name: face.path for face in faces()}
    label = np.full(LABEL, 238, np.float32)
    for text, cap, base in LINES:
        line = set_line(text, Style(found[FACE]), cap)
        _print(label, line.ink, 34, base - int(line.boxes[0, 3]))
    number = set_line(f"VIN: {vin}", Style(found[NUMBER_FACE], pitch=0.86), NUMBER_HEIGHT)
    _print(label, number.ink, 34, NUMBER_TOP - int(number.boxes[0, 1]))
    _print(label, bars(rng, 640, CODE_HEIGHT), 34, CODE_TOP)
    cv2.rectangle(label, (8, 8), (LABEL[1] - 9, LABEL[0] - 9), 40, 3)
    return label


def _print(label: np.ndarray, ink: np.ndarray, x: int, y: int) -> None:
    part = label[y : y + ink.shape[0], x : x + ink.shape[1]]
    part += (28 - part) * ink[: part.shape[0], : part.shape[1]].astype(np.float32) / 255
