"""How long the first request to a new process takes: `python -m benchmarks.cold_start`.

The functions as `sam build` makes them run in AWS's Runtime Interface Emulator under Python 3.13,
started on demand, without a snapshot; S3, SQS and DynamoDB on this machine. The first call starts
the process, so it takes what its caller would wait. Before each the page cache is emptied (as root;
elsewhere the layers' own files are dropped from it), or they are in it. Beside the time of the
clock stands that of the processor: on a busy machine it is the one to go by.

Whether Lambda's boto3 comes with bytecode is not known here: `--bare-runtime` goes without.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local.stack import Stack, running_stack
from tests.emulator import running_function
from tests.events import load_event
from tests.lambda_platform import (
    LAYERS,
    build_stack,
    find_emulator,
    find_python313,
    install_runtime,
)
from tests.photos import SAMPLE

DROP_CACHES = Path("/proc/sys/vm/drop_caches")
TICKS = os.sysconf("SC_CLK_TCK")

CALLS = {
    "GET /vins/{vin}": ("ApiFunction", "get-vin.json"),
    "GET /readings/{reading_id}": ("ApiFunction", "get-reading.json"),
    "GET /readings?status=": ("ApiFunction", "get-readings.json"),
    "POST /readings": ("ApiFunction", "post-readings.json"),
    "photo from the queue": ("PhotoReaderFunction", "sqs-s3-put.json"),
}
"""What is called: a function, and the event of events/ that is its first."""

PARTS = """
import sys, time

files = folders = 0

def count(event, _):
    global files, folders
    files += event == "open"
    folders += event in ("os.listdir", "os.scandir")

def told(name, work):
    files_before, folders_before, modules = files, folders, len(sys.modules)
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    clock, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{name:44} {1000 * clock:8.0f} {1000 * processor:10.0f}", end=" ")
    print(f"{files - files_before:6} {folders - folders_before:8} {len(sys.modules) - modules:8}")
    return result

sys.addaudithook(count)
sys.path.insert(0, sys.argv[3])
told("import of the API's function", lambda: __import__("app"))
from vinreader.bucket import PhotoBucket
from vinreader.store import ReadingStore
told("import vininfo", lambda: __import__("vininfo"))
told("client of DynamoDB", lambda: ReadingStore("readings", 1).client)
told("client of S3", lambda: PhotoBucket("photos", "uploads/", 900).client)
for module in (
    "pydantic", "vinreader.api.bodies", "boto3", "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.batch", "numpy", "cv2", "onnxruntime", "PIL.Image",
    "zxingcpp", "vinreader.reader", "vinreader.annotate",
):
    told(f"import {module}", lambda: __import__(module))

from vinreader.detection import Detector
from vinreader.models import ModelFiles
from vinreader.reader import Reader
from vinreader.recognition import Recognizer

models = ModelFiles.of(__import__("pathlib").Path(sys.argv[1]))
detector = told("model craft.onnx", lambda: Detector(models.craft))
recognizer = told("model yolo.onnx", lambda: Recognizer(models.yolo))
digests = told("digests of both", models.digests)
reader = Reader(detector, recognizer, digests)
photo = open(sys.argv[2], "rb").read()
told("first photo", lambda: reader.read(photo))
told("second photo", lambda: reader.read(photo))
"""


@dataclass(frozen=True)
class Start:
    """What the first call of a process took, in seconds: of the clock, and of the processor."""

    clock: float
    processor: float


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bare-runtime", action="store_true")
    args = parser.parse_args()
    python, emulator = find_python313(), find_emulator()
    if python is None or emulator is None:
        raise SystemExit("Needs Python 3.13, and Linux on x86_64 for the emulator.")
    runtime = install_runtime() if args.bare_runtime else _with_bytecode(python)
    print(f"{_processor()}, {os.cpu_count()} cores, Python 3.13")
    print(f"Seconds from nothing to the first answer, medians of {args.runs} starts")
    print(f"{'':28} {'empty cache':>12} {'processor':>10} {'full cache':>12} {'processor':>10}")
    with running_stack() as stack:
        for name, (function, event) in CALLS.items():
            figures = []
            for cold in (True, False):
                starts = [
                    _first_call(stack, function, event, cold, python, emulator, runtime)
                    for _ in range(args.runs)
                ]
                figures += [
                    statistics.median(start.clock for start in starts),
                    statistics.median(start.processor for start in starts),
                ]
            print(f"{name:28} {figures[0]:12.2f} {figures[1]:10.2f} ", end="")
            print(f"{figures[2]:12.2f} {figures[3]:10.2f}", flush=True)
    print(
        f"\n{'In one process, one after the other':44} {'clock ms':>8} {'processor':>10}", end=" "
    )
    print(f"{'files':>6} {'folders':>8} {'modules':>8}")
    _empty_cache()
    _print_parts(python, runtime)


def _first_call(
    stack: Stack,
    function: str,
    event: str,
    cold: bool,
    python: Path,
    emulator: Path,
    runtime: Path,
) -> Start:
    with running_function(
        function, stack, python, emulator, runtime, subprocess.DEVNULL
    ) as running:
        wanted = _prepared(stack, load_event(event))
        running.wait()
        if cold:
            _empty_cache()
        started = time.perf_counter()
        answer = running.invoke(wanted)
        clock = time.perf_counter() - started
        if answer.get("statusCode", 200) >= 500 or answer.get("batchItemFailures"):
            raise SystemExit(f"{event}: {answer}")
        return Start(clock, sum(map(_processor_seconds, _children(running.process))))


def _prepared(stack: Stack, event: dict[str, Any]) -> dict[str, Any]:
    """The event, with the photo that it tells of in the bucket."""
    if "Records" in event:
        key = "uploads/synthetic-sticker.jpg"
        boto3.client("s3").put_object(Bucket=stack.bucket, Key=key, Body=SAMPLE.read_bytes())
    return event


def _with_bytecode(python: Path) -> Path:
    """The modules of Lambda's runtime, compiled."""
    bare = install_runtime()
    compiled = bare.with_name(f"{bare.name}-bytecode")
    if not compiled.exists():
        unfinished = compiled.with_suffix(".unfinished")
        subprocess.run(["cp", "-R", str(bare), str(unfinished)], check=True)
        command = [str(python), "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
        subprocess.run([*command, str(unfinished)], check=True)
        unfinished.rename(compiled)
    return compiled


def _empty_cache() -> None:
    os.sync()
    if os.access(DROP_CACHES, os.W_OK):
        DROP_CACHES.write_text("3")
        return
    for path in build_stack().rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _children(process: int) -> Iterator[int]:
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield int(child)
            yield from _children(int(child))


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS  # utime and stime, proc(5)


def _print_parts(python: Path, runtime: Path) -> None:
    built = build_stack()
    path = [*(built / layer / "python" for layer in LAYERS), runtime]
    environment = os.environ | {
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
        "MODELS_DIR": str(built / "VinReaderLayer" / "models"),
        "PHOTOS_BUCKET": "photos",
        "READINGS_TABLE": "readings",
        "IDEMPOTENCY_TABLE": "requests",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join(map(str, path)),
    }
    models = built / "VinReaderLayer" / "models"
    command = [str(python), "-S", "-c", PARTS, str(models), str(SAMPLE)]
    command.append(str(built / "ApiFunction"))
    sys.stdout.flush()
    subprocess.run(command, env=environment, check=True)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return "Unknown processor"


if __name__ == "__main__":
    main()
