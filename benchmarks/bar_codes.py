"""What bar codes add to the text: `python -m benchmarks.bar_codes [--drawn 2000]`.

On labelled photos (a folder of the form of `../shared/real`): how many bar codes alone read right
and wrong, and what the whole reader reads without and with them. On bar codes drawn here and spoilt
in every way, where the truth is known whatever is read: how many are read, and how many of them
wrong, as the library reads them and as the reader does. Pictures made to keep it busy tell how long
it takes at most. Times are the processor's, one thread.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import zxingcpp

from training.evaluation.photos import labelled_photos
from vinreader.barcodes import BarcodeReader, FoundClaim
from vinreader.claims import Weight
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.photo import open_photo
from vinreader.reader import Reader, ReaderConfig
from vinreader.results import Reading, Status
from vinreader.vin import ALPHABET, CHECK_POSITION, LENGTH, check_digit, mandates_check_digit

MAKERS = ("1FA", "1HG", "3D7", "5TD", "JN1", "KMH", "LFV", "TMB", "VF1", "W0L", "WDB", "WVW", "ZFA")
QUICK, CLOSER = "quick", "quick and closer"
WITHOUT, WITH = "text alone", "text and bar codes"


@dataclass
class Tally:
    """Photos, what came of them, and milliseconds."""

    photos: int = 0
    outcomes: Counter[tuple[str, str]] = field(default_factory=Counter)
    times: dict[str, list[float]] = field(default_factory=dict)

    def timed(self, name: str, act: Callable[[], tuple[FoundClaim, ...]]) -> tuple[FoundClaim, ...]:
        """What `act` gives; its time is noted."""
        started = time.process_time()
        result = act()
        self.times.setdefault(name, []).append(1000 * (time.process_time() - started))
        return result

    def claimed(self, name: str, claims: tuple[FoundClaim, ...], truth: str) -> None:
        """Note what bar codes alone say. A number that could only confirm a text is none said."""
        said = {claim.vin for claim in claims if claim.weight > Weight.CONFIRM}
        self.outcomes[name, "right"] += truth in said
        self.outcomes[name, "wrong"] += bool(said - {truth})

    def read(self, name: str, reading: Reading, truth: str) -> None:
        """Note a whole reading."""
        if reading.status is Status.READ:
            self.outcomes[name, "exact" if reading.vin == truth else "wrong"] += 1
            if reading.source:
                self.outcomes[name, reading.source.value] += 1


def on_photos(real: Path, models: Path) -> dict[str, Tally]:
    """By track. Without any claim of bar codes the readings with and without them are the same."""
    files = ModelFiles.of(models)
    both = Reader.load(models)
    without = Reader(both.detector, both.recognizer, files.digests(), ReaderConfig(barcodes=None))
    codes = BarcodeReader()
    tallies: dict[str, Tally] = {}
    for row in labelled_photos(real):
        tally = tallies.setdefault(row["track"], Tally())
        data = (real / row["file"]).read_bytes()
        grey = np.asarray(cv2.cvtColor(open_photo(data), cv2.COLOR_RGB2GRAY), np.uint8)
        quick = tally.timed(QUICK, partial(codes.read, grey))
        closer = tally.timed(CLOSER, partial(codes.read_closer, grey))
        tally.photos += 1
        tally.claimed(QUICK, quick, row["vin"])
        tally.claimed(CLOSER, quick + closer, row["vin"])
        reading = both.read(data)
        tally.read(WITH, reading, row["vin"])
        unchanged = not (quick or closer or reading.barcodes)
        tally.read(WITHOUT, reading if unchanged else without.read(data), row["vin"])
    return tallies


def print_photos(tallies: dict[str, Tally]) -> None:
    """Two tables of Markdown."""
    print("| bar codes alone | photos | | right | wrong | median ms | slowest ms |")
    print("|---|--:|---|--:|--:|--:|--:|")
    for track, tally in tallies.items():
        for name in (QUICK, CLOSER):
            right, wrong = tally.outcomes[name, "right"], tally.outcomes[name, "wrong"]
            times = np.array(tally.times[QUICK])
            if name == CLOSER:
                times = times + np.array(tally.times[CLOSER])
            cells = (track, tally.photos, name, right, wrong, *_milliseconds(times))
            print("|", " | ".join(map(str, cells)), "|")
    print("\n| whole reader | photos | | exact | wrong | by both | by bar code alone |")
    print("|---|--:|---|--:|--:|--:|--:|")
    for track, tally in tallies.items():
        for name in (WITHOUT, WITH):
            counts = [tally.outcomes[name, kind] for kind in ("exact", "wrong", "both", "barcode")]
            print("|", " | ".join(map(str, (track, tally.photos, name, *counts))), "|")


def _milliseconds(times: np.ndarray) -> tuple[str, str]:
    return f"{np.median(times):.1f}", f"{times.max():.1f}"


def drawn_number(dice: np.random.Generator) -> str:
    """A VIN with a check digit where the law demands it, and sometimes elsewhere."""
    maker = str(dice.choice(MAKERS))
    middle = "".join(dice.choice(list(ALPHABET), LENGTH - len(maker) - 4))
    vin = maker + middle + "".join(dice.choice(list("0123456789"), 4))
    if mandates_check_digit(vin) or dice.random() < 0.3:
        vin = vin[:CHECK_POSITION] + check_digit(vin) + vin[CHECK_POSITION + 1 :]
    return vin


def spoilt_code(content: str, dice: np.random.Generator) -> np.ndarray:
    """A photo (H, W) uint8 of a label: turned, sheared, stained, scratched, blurred, over-exposed,
    noisy, compressed, each more or less."""
    kind = zxingcpp.BarcodeFormat.Code39 if dice.random() < 0.8 else zxingcpp.BarcodeFormat.Code128
    code = zxingcpp.create_barcode(content, kind)
    crisp = np.array(zxingcpp.write_barcode_to_image(code, scale=4))
    width = int(dice.uniform(300, 700))
    height = int(dice.uniform(0.08, 0.25) * width)
    label = cv2.resize(crisp, (width, height), interpolation=cv2.INTER_AREA)
    photo = np.pad(label, ((30, 30), (40, 40)), constant_values=255).astype(np.float32)
    size = photo.shape[::-1]
    turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), dice.uniform(-12, 12), 1)
    turn[0, 1] += dice.uniform(-0.2, 0.2)
    photo = cv2.warpAffine(photo, turn, size, borderMode=cv2.BORDER_REPLICATE)
    for _ in range(dice.integers(0, 4)):
        stain = np.zeros_like(photo)
        centre = (int(dice.integers(size[0])), int(dice.integers(size[1])))
        axes = (int(dice.integers(2, 40)), int(dice.integers(2, 40)))
        cv2.ellipse(stain, centre, axes, dice.uniform(0, 180), 0, 360, 1, -1)
        stain = cv2.GaussianBlur(stain, (0, 0), dice.uniform(0.5, 8))
        photo = photo * (1 - stain) + dice.choice([0.0, 255.0, 255.0]) * stain
    for _ in range(dice.integers(0, 3)):
        top = int(dice.integers(size[0]))
        foot = top + int(dice.integers(-8, 9))
        cv2.line(
            photo, (top, 0), (foot, size[1]), float(dice.choice([0, 255])), int(dice.integers(1, 5))
        )
    photo = cv2.GaussianBlur(photo, (0, 0), max(0.2, dice.uniform(0, 1.6) * width / 500))
    black = dice.uniform(0, 120)
    photo = black + photo / 255 * (dice.uniform(black + 40, 330) - black)
    photo += dice.normal(0, dice.uniform(0, 14), photo.shape)
    grey = np.clip(photo, 0, 255).astype(np.uint8)
    file = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(30, 95))])[1]
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), np.uint8)


def on_drawn(count: int, seed: int) -> Counter[tuple[str, str]]:
    """By who says a number, and whether it is right."""
    dice, codes = np.random.default_rng(seed), BarcodeReader()
    outcomes: Counter[tuple[str, str]] = Counter()
    for _ in range(count):
        vin = drawn_number(dice)
        content = "I" * int(dice.random() < 0.4) + vin
        photo = spoilt_code(content, dice)
        linear = (zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.Code128)
        for code in zxingcpp.read_barcodes(photo, formats=zxingcpp.BarcodeFormats(linear)):
            outcomes["library", "right" if code.text == content else "wrong"] += 1
        quick, closer = codes.read(photo), codes.read_closer(photo)
        for name, claims in ((QUICK, quick), (CLOSER, quick or closer)):
            for claim in claims:
                said = "right" if claim.vin == vin else "wrong"
                outcomes[f"{name}, {claim.weight.name.lower()}", said] += 1
    return outcomes


def busy_pictures(side: int = 1200) -> dict[str, np.ndarray]:
    """Pictures (H, W) uint8 full of what a search for bar codes stops at. Larger photos are reduced
    to about this size."""
    dice = np.random.default_rng(0)
    finder = np.full((9, 9), 255, np.uint8)
    finder[1:8, 1:8], finder[2:7, 2:7], finder[3:6, 3:6] = 0, 255, 0
    corner = np.full((12, 12), 255, np.uint8)
    corner[1:11, 1], corner[10, 1:11], corner[1, 1:11:2], corner[1:11:2, 10] = 0, 0, 0, 0
    code = zxingcpp.create_barcode("1M8GDM9AXKP042788", zxingcpp.BarcodeFormat.Code39)
    tiles: dict[str, np.ndarray] = {
        "noise": dice.integers(0, 256, (side, side)).astype(np.uint8),
        "QR finders, 1 pixel a module": finder,
        "QR finders, 3 pixels a module": finder.repeat(3, axis=0).repeat(3, axis=1),
        "DataMatrix corners": corner.repeat(2, axis=0).repeat(2, axis=1),
        "random bars": np.tile(dice.integers(0, 2, (1, side // 3)) * 255, (8, 1)).repeat(3, axis=1),
        "many Code 39": np.array(zxingcpp.write_barcode_to_image(code)),
    }
    return {
        name: np.ascontiguousarray(
            np.tile(tile, (-(-side // tile.shape[0]), -(-side // tile.shape[1])))[:side, :side],
            np.uint8,
        )
        for name, tile in tiles.items()
    }


def print_busy() -> None:
    """Milliseconds for each picture."""
    codes = BarcodeReader()
    line = ((300.0, 300.0), (800.0, 300.0), (800.0, 340.0), (300.0, 340.0))
    print("\n| pictures made to take long | quick, ms | closer, ms |")
    print("|---|--:|--:|")
    for name, grey in busy_pictures().items():
        tally = Tally()
        tally.timed(QUICK, partial(codes.read, grey))
        tally.timed(CLOSER, partial(codes.read_closer, grey, [line, line]))
        print(f"| {name} | {tally.times[QUICK][0]:.0f} | {tally.times[CLOSER][0]:.0f} |")


def main() -> None:
    """Print tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument("--drawn", type=int, default=2000, help="bar codes drawn and spoilt")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    if (args.real / "labels.csv").exists():
        print_photos(on_photos(args.real, args.models))
    else:
        print(f"No labelled photos in {args.real}: that part is left out.")
    outcomes = on_drawn(args.drawn, args.seed)
    print(f"\n| {args.drawn} drawn bar codes | right | wrong |")
    print("|---|--:|--:|")
    for name in sorted({name for name, _ in outcomes}):
        print(f"| {name} | {outcomes[name, 'right']} | {outcomes[name, 'wrong']} |")
    print_busy()


if __name__ == "__main__":
    main()
