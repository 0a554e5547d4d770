"""How quickly training data are drawn, beside TRDG and SynthTIGER: `python -m
benchmarks.synthesis_speed`.

All draw lines with the same VINs and the same fonts, each in a process of its own and on one
thread, in turns, a block at a time; processor time is what counts. Ours draws more than they do:
what stands around the number, surfaces in the light, a photo's blur, noise and compression, boxes,
and how well a person could read it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from benchmarks.documents import replace_part
from benchmarks.machine import machine
from benchmarks.processes import ROOT, Process, WorkerEnded
from training.evaluation.figures import NOTHING, markdown
from training.synthesis.fonts import faces
from training.synthesis.numbers import random_vin

PART = "synthesis"
GENERATORS_PYTHON = Path(".venv-generators") / "bin" / "python"
TEXTS = 1000
SEED = 7


@dataclass(frozen=True)
class Generator:
    """One that is measured: its name, its worker, how much of a block it draws."""

    name: str
    module: str
    argument: str
    ours: bool
    share: float = 1.0


GENERATORS = (
    Generator("strips of VIN Reader", "benchmarks.strip_worker", "strips", ours=True),
    Generator("TRDG with skew, blur, wave", "benchmarks.generator_worker", "trdg", ours=False),
    Generator("TRDG plain", "benchmarks.generator_worker", "trdg-plain", ours=False),
    Generator("SynthTIGER", "benchmarks.generator_worker", "synthtiger", ours=False, share=0.25),
    Generator("pages of VIN Reader", "benchmarks.strip_worker", "pages", ours=True, share=0.25),
)


def main() -> None:
    """Print pictures a second of the processor: over the first half of all blocks, in which caches
    fill, and over the second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=20)
    parser.add_argument("--block", type=int, default=200, help="lines a block")
    parser.add_argument("--document", type=Path, help="a document to put the table into")
    args = parser.parse_args()
    report = f"{machine()}\n\n{measure(args.blocks, args.block)}"
    print(report)
    if args.document:
        replace_part(args.document, PART, report)


def measure(blocks: int, block: int) -> str:
    """The table."""
    rng = np.random.default_rng(SEED)
    given = {
        "fonts": [str(face.path) for face in faces()],
        "texts": [random_vin(rng) for _ in range(TEXTS)],
    }
    python = ROOT / GENERATORS_PYTHON
    chosen = [generator for generator in GENERATORS if generator.ours or python.exists()]
    if len(chosen) < len(GENERATORS):
        print(f"{GENERATORS_PYTHON} is not there (`make generators` installs it): no peers.")
    seconds: dict[str, list[float]] = {generator.name: [] for generator in chosen}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        data = Path(folder) / "given.json"
        data.write_text(json.dumps(given))
        processes = {}
        for generator in chosen:
            own = [generator.argument]
            process = (
                Process(sys.executable, generator.module, own)
                if generator.ours
                else Process(str(python), generator.module, [*own, str(data)])
            )
            stack.callback(process.end)
            processes[generator.name] = process
        for _ in tqdm(range(blocks)):
            for generator in chosen:
                count = max(1, round(block * generator.share))
                try:
                    told = processes[generator.name].ask({"count": count})
                except WorkerEnded as error:
                    raise SystemExit(f"{generator.name}: {error}") from error
                seconds[generator.name].append(told["cpu_ms"] / 1000 / count)
    return table(seconds)


def table(seconds: dict[str, list[float]]) -> str:
    """Rates from the seconds that a picture took in each block."""
    ours = _rates(seconds[GENERATORS[0].name])
    rows = []
    for name, taken in seconds.items():
        early, late, whole = _rates(taken)
        times = f"{ours[2] / whole:.1f}" if name != GENERATORS[0].name else NOTHING
        rows.append((name, f"{early:.0f}", f"{late:.0f}", f"{whole:.0f}", times))
    header = ("Generator", "First half, a second", "Second half", "All", "Ours is quicker by")
    return markdown(header, rows)


def _rates(taken: list[float]) -> tuple[float, float, float]:
    """Pictures a second of the processor in the first half of the blocks, in the second, in all."""
    half = max(1, len(taken) // 2)
    parts = taken[:half], taken[half:] or taken, taken
    early, late, whole = (len(part) / sum(part) for part in parts)
    return early, late, whole


if __name__ == "__main__":
    main()
