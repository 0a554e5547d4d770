"""The readers that are compared, each in a process of its own, asked photo by photo."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.picking import pick
from benchmarks.processes import ROOT, Process

__all__ = ["ENGINES", "OURS", "Answered", "Engine", "Worker", "available"]

PEERS_PYTHON = Path(".venv-peers") / "bin" / "python"
QUARTER = 1


@dataclass(frozen=True)
class Engine:
    """A reader by the name it has in tables, and the worker that it is."""

    name: str
    module: str
    argument: str = ""


OURS = Engine("VIN Reader", "benchmarks.reader_worker")
ENGINES = (
    OURS,
    Engine("RapidOCR 3.10 (PP-OCRv6)", "benchmarks.peer_worker", "rapidocr-3"),
    Engine("RapidOCR 1.4 (PP-OCRv4)", "benchmarks.peer_worker", "rapidocr-1"),
    Engine("Tesseract", "benchmarks.peer_worker", "tesseract"),
)


@dataclass(frozen=True)
class Answered:
    """What a reader said of a photo of `label` (empty: no number can be read in it), and what that
    took. `vin` is its best guess, empty for none; `stands` says whether it stands behind it."""

    engine: str
    group: str
    photo: str
    label: str
    vin: str
    stands: bool
    ms: float
    cpu_ms: float


def available(python: Path = ROOT / PEERS_PYTHON) -> tuple[tuple[Engine, ...], tuple[str, ...]]:
    """The readers that are installed here, and what is missing, in words."""
    if not python.exists():
        return (OURS,), (f"{PEERS_PYTHON} is not there (`make bench` installs it): no peers.",)
    if shutil.which("tesseract") is None:
        missing = "Tesseract is not installed (on Debian: apt-get install tesseract-ocr): left out."
        return ENGINES[:-1], (missing,)
    return ENGINES, ()


class Worker:
    """A reader in a process of its own; to be used as a context."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.peak_mb = 0.0
        python = sys.executable if engine is OURS else str(ROOT / PEERS_PYTHON)
        arguments = [engine.argument] if engine.argument else []
        self._process = Process(python, engine.module, arguments)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()

    def read(self, file: Path, group: str, label: str) -> Answered:
        """Ask once; a general reader that finds no number is asked again with the photo turned by a
        quarter, as ours does by itself. All the time that takes is counted."""
        told = self._ask(file, 0)
        lines = [str(line) for line in told["lines"]]
        if self.engine is OURS:
            vin, stands = "".join(lines), told["status"] == "read"
        else:
            vin = pick(lines)
            if not vin:
                again = self._ask(file, QUARTER)
                vin = pick([str(line) for line in again["lines"]])
                told = {**again, **{key: told[key] + again[key] for key in ("ms", "cpu_ms")}}
            stands = bool(vin)
        self.peak_mb = max(self.peak_mb, told["peak_mb"])
        ms, cpu_ms = told["ms"], told["cpu_ms"]
        return Answered(self.engine.name, group, file.name, label, vin, stands, ms, cpu_ms)

    def _ask(self, file: Path, turns: int) -> dict[str, Any]:
        return self._process.ask({"file": str(file), "turns": turns})
