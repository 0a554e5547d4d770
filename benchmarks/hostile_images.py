"""Does any file crash, hang or bloat the door? Opens many broken images and counts what happens.

Usage: python -m benchmarks.hostile_images --count 20000

Each file is a sound picture with a few bytes changed, cut out, doubled or cut off; the same number
gives the same file. A second process opens them, under a limit of memory: where it dies or does
not answer, that is counted and a third goes on behind that file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import random
import resource
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hostile_seeds import seeds
from vinreader.photo import UnreadableImage, open_photo

SLOW_SECONDS = 2.0
"""Of the processor: what a file may take. (Sound photos of 64 megapixels take longer.)"""
HANG_SECONDS = 60.0
"""Without an answer: long enough for a busy machine."""
MEMORY_BYTES = 1 << 30
"""What a file may take beyond what Python and its libraries have."""

ROOT = Path(__file__).parents[1]
WORKER = ("-m", "benchmarks.hostile_images", "--work")
OUTCOMES = ("opened", "no image", "damaged", "size", "slow", "memory", "failed", "died", "hung")
"""From `slow` on, what must not be."""
FIRST_FAULT = OUTCOMES.index("slow")
NUMBERS = tuple(
    struct.pack(order + code, value & (1 << 8 * struct.calcsize(code)) - 1)
    for order in "<>"
    for code in "BHIQ"
    for value in (0, 1, 0x7F, 0x80, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, -1)
)
"""Values at which counts and sizes tip over."""
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def mutated(seed: bytes, dice: random.Random) -> bytes:
    """`seed` with up to eight faults, most of them near the header, and perhaps cut off."""
    data = bytearray(seed)
    for _ in range(dice.choice((1, 1, 2, 4, 8))):
        reach = min(len(data), dice.choice((64, 400, 2000, 1 << 30)))
        at = dice.randrange(reach)
        length = dice.choice((1, 1, 2, 4, 8, 40))
        match dice.randrange(6):
            case 0:
                data[at] ^= 1 << dice.randrange(8)
            case 1:
                data[at : at + length] = dice.randbytes(length)
            case 2:
                number = dice.choice(NUMBERS)
                data[at : at + len(number)] = number
            case 3:
                del data[at : at + length]
            case 4:
                data[at:at] = data[at : at + length * dice.choice((1, 8, 200))]
            case _:
                source = dice.randrange(len(data))
                data[at : at + length] = data[source : source + length]
        data = data or bytearray(b"\0")
    if not dice.randrange(4):
        del data[dice.randrange(len(data)) :]
    if dice.randrange(4):
        _mend_checksums(data)
    return bytes(data)


def _mend_checksums(data: bytearray) -> None:
    """Make the chunks of a PNG pass, so that what is wrong in them gets further."""
    at = len(PNG_SIGNATURE)
    while data.startswith(PNG_SIGNATURE) and at + 8 <= len(data):
        end = at + 8 + int.from_bytes(data[at : at + 4], "big")
        if end + 4 <= len(data):
            struct.pack_into(">I", data, end, zlib.crc32(data[at + 4 : end]))
        at = end + 4


def hostile_file(kind: str, number: int) -> bytes:
    """The file of that number, of a kind of `seeds`."""
    dice = random.Random(f"{kind} {number}")
    return mutated(dice.choice(seeds()[kind]), dice)


def outcome_of(data: bytes) -> str:
    """What the door makes of the bytes, by the words that people are told."""
    try:
        photo = open_photo(data)
    except UnreadableImage as error:
        words = str(error)
        if "pixels" in words:
            return "size"
        return "damaged" if "damaged" in words else "no image"
    except MemoryError:
        return "memory"
    return "opened" if photo.dtype == "uint8" and photo.shape[2:] == (3,) else "failed"


def work(kind: str, first: int, last: int) -> None:
    """Open files and print a line of JSON for each: the second process."""
    outcome_of(hostile_file(kind, first))  # so that what it loads is loaded
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES,) * 2)
    for number in range(first, last):
        data = hostile_file(kind, number)
        error = ""
        started = time.process_time()
        try:
            outcome = outcome_of(data)
        except Exception as unexpected:  # noqa: BLE001 - to find these is what this is for
            outcome, error = "failed", repr(unexpected)
        seconds = time.process_time() - started
        if outcome in OUTCOMES[:FIRST_FAULT] and seconds > SLOW_SECONDS:
            outcome = "slow"
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps([number, outcome, seconds, peak, error]), flush=True)


@dataclass
class Tally:
    """What came of the files of one kind."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    peak: int = 0
    """Kilobytes, Python and its libraries included."""
    faults: list[str] = field(default_factory=list)

    def add(
        self, kind: str, number: int, outcome: str, seconds: float, peak: int = 0, error: str = ""
    ) -> None:
        """Count one file."""
        self.outcomes[outcome] += 1
        self.slowest = max(self.slowest, seconds)
        self.peak = max(self.peak, peak)
        if OUTCOMES.index(outcome) >= FIRST_FAULT:
            self.faults.append(f"{kind} {number}: {outcome} after {seconds:.1f} s {error}")


def tally(kind: str, count: int, worker_command: tuple[str, ...] = WORKER) -> Tally:
    """Open `count` files of a kind, in as many processes as it takes."""
    result = Tally()
    number = 0
    while number < count:
        command = [sys.executable, *worker_command, kind, str(number), str(count)]
        # Decoders grumble on stderr, a line for each fault.
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as worker:
            answers = _lines_of(worker)
            while number < count:
                try:
                    line = answers.get(timeout=HANG_SECONDS)
                except queue.Empty:
                    worker.kill()
                    result.add(kind, number, "hung", HANG_SECONDS)
                    break
                if not line:
                    result.add(kind, number, "died", 0.0)
                    break
                result.add(kind, *json.loads(line))
                number += 1
        number += 1
    return result


def _lines_of(worker: subprocess.Popen[str]) -> queue.Queue[str]:
    """What the process prints, an empty line once it has ended."""
    lines: queue.Queue[str] = queue.Queue()

    def read() -> None:
        assert worker.stdout is not None
        for line in worker.stdout:
            lines.put(line)
        lines.put("")

    threading.Thread(target=read, daemon=True).start()
    return lines


def main() -> int:
    """Print a table of outcomes; 1 where one of them must not be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="files, all kinds together")
    parser.add_argument("--work", nargs=3, metavar=("KIND", "FIRST", "LAST"))
    options = parser.parse_args()
    if options.work:
        kind, first, last = options.work
        work(kind, int(first), int(last))
        return 0
    kinds = list(seeds())
    tallies = {kind: tally(kind, options.count // len(kinds)) for kind in kinds}
    _print_table(tallies)
    faults = [fault for each in tallies.values() for fault in each.faults]
    print(*faults, sep="\n", file=sys.stderr)
    return 1 if faults else 0


def _print_table(tallies: dict[str, Tally]) -> None:
    machine = platform.processor() or platform.machine()
    print(f"{machine}, Python {platform.python_version()}, one process\n")
    heads = ("format", "files", *OUTCOMES, "slowest ms", "peak MB")
    print("| " + " | ".join(heads) + " |")
    print("|---" + "|---:" * (len(heads) - 1) + "|")
    for kind, each in tallies.items():
        cells = [f"{each.outcomes[outcome]:,}" for outcome in OUTCOMES]
        cells += [f"{1000 * each.slowest:.0f}", f"{each.peak / 1024:.0f}"]
        print(f"| {kind} | {each.outcomes.total():,} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    sys.exit(main())
