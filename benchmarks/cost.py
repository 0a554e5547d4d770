"""What 1,000 photos cost: `python -m benchmarks.cost [PHOTO]`.

The processor time of a reading and of its copy is measured here, on one thread, for the synthetic
sample at 12 megapixels unless a photo is given, and put into Lambda's price at the memory that
gives one whole vCPU. What the function waits for AWS's other services is assumed, and so are other
figures that need an account; each is named below. Prices are those of `prices`, with sources.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import cv2

from benchmarks.documents import replace_part
from benchmarks.machine import machine
from benchmarks.photo_time import twelve_megapixels
from benchmarks.prices import PRICES
from training.evaluation.figures import markdown
from vinreader.cleaning import cleaned
from vinreader.reader import Reader
from vinreader.settings import MEGABYTES_PER_VCPU

PART = "cost"
WAITING_SECONDS = 0.1
"""An assumption, not measured: what S3 (HEAD, GET, PUT and DELETE of some 4 MB) and DynamoDB (one
write) take beside the processor, which is billed too."""
STARTS = 0.01
START_SECONDS = 1.5
"""Assumptions: one invocation in a hundred starts an environment, whose code is loaded for so long.
AWS bills that time since August 2025, and nobody waits for it where a snapshot is restored."""
WRITE_UNITS = 2 + (4 + 4 + 1 + 4)
"""An empty reading in the table and in the index of states, 1 KB each; then one of up to 4 KB (the
sample's is 2.8 KB of JSON) in the table and in the index of numbers, and, as its state changed, out
of one place of the index of states and into another."""
API_SECONDS = 0.02
"""An assumption: what the API's function takes to give a place or to fetch a reading."""
LOG_BYTES = 2500
"""Of one photo: a line of ours, one of metrics, and Lambda's three."""
THOUSAND = 1000
MIB_PER_GB = 1024
"""Lambda's gigabytes are of 1024 MB."""


@dataclass(frozen=True)
class Item:
    """One line of the bill: how much of what, for one photo."""

    what: str
    price: str
    amount: float

    @property
    def cents(self) -> float:
        """US cents for 1,000 photos."""
        return 100 * THOUSAND * self.amount * PRICES[self.price].dollars


def main() -> None:
    """Measure, and print the bill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument(
        "--memory", type=int, default=MEGABYTES_PER_VCPU, help="MB; one vCPU if left"
    )
    parser.add_argument("--document", type=Path, help="a document to put the tables into")
    args = parser.parse_args()
    data = args.photo.read_bytes() if args.photo else twelve_megapixels()
    busy = processor_seconds(data, args.runs)
    parts = [
        f"{machine()}. {len(data) / 1e6:.1f} MB, {args.runs} runs; {args.memory} MB of memory.",
        arithmetic(busy, args.memory),
        bill(busy, args.memory),
        price_table(),
    ]
    report = "\n\n".join(parts)
    print(report)
    if args.document:
        replace_part(args.document, PART, report)


def processor_seconds(data: bytes, runs: int) -> float:
    """The median, of a reading and of the copy that is kept."""
    cv2.setNumThreads(1)
    reader = Reader.load(threads=1)
    reader.read(data)  # the first run fills caches
    seconds = []
    for _ in range(runs):
        started = time.process_time()
        reader.read(data)
        cleaned(data)
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def gigabyte_seconds(busy: float, memory: int) -> float:
    """What Lambda bills for a photo that keeps one whole processor busy for so long, on `memory` MB
    of which 1,769 are one processor; more memory than that makes one thread no quicker."""
    slower = max(1.0, MEGABYTES_PER_VCPU / memory)
    return memory / MIB_PER_GB * (busy * slower + WAITING_SECONDS + STARTS * START_SECONDS * slower)


def arithmetic(busy: float, memory: int) -> str:
    """How the GB-seconds come about, and the cents of 1,000 photos by processor."""
    amount = gigabyte_seconds(busy, memory)
    lines = [
        f"{memory / MIB_PER_GB:.3f} GB × ({busy:.3f} s busy + {WAITING_SECONDS} s waiting + "
        f"{STARTS} × {START_SECONDS} s starting) = {amount:.3f} GB-seconds a photo"
    ]
    for name in ("x86_64", "arm64"):
        price = PRICES[f"lambda {name}"]
        cents = Item(name, f"lambda {name}", amount).cents
        lines.append(f"× 1,000 × ${price.dollars:.10f} = {cents:.2f} US cents ({name})")
    return "\n".join(f"- {line}" for line in lines)


def items(busy: float, memory: int) -> tuple[Item, ...]:
    """All that a photo which is uploaded to the bucket uses."""
    gigabytes = memory / MIB_PER_GB
    return (
        Item("Lambda, time (x86_64)", "lambda x86_64", gigabyte_seconds(busy, memory)),
        Item("Lambda, requests: place to upload, photo, reading fetched", "lambda request", 3),
        Item("Lambda, time of the API (x86_64)", "lambda x86_64", 2 * API_SECONDS * gigabytes),
        Item("API Gateway: the place to upload, the reading fetched", "http api", 2),
        Item("S3, writes: upload, copy", "s3 write", 2),
        Item("S3, reads: HEAD, GET", "s3 read", 2),
        Item("SQS: sent, received, deleted", "sqs", 3),
        Item(
            "DynamoDB, writes: expected and read, with two indexes", "dynamodb write", WRITE_UNITS
        ),
        Item("EventBridge: the reading is told", "events", 1),
        Item("CloudWatch, logs", "logs", LOG_BYTES / 1e9),
        Item("X-Ray: one request in twenty is traced", "traces", 3 / 20),
    )


def bill(busy: float, memory: int) -> str:
    """US cents for 1,000 photos, line by line."""
    lines = items(busy, memory)
    rows = [(item.what, f"{item.amount:.4g}", f"{item.cents:.2f}") for item in lines]
    rows.append(("All of it", "", f"{sum(item.cents for item in lines):.2f}"))
    return markdown(("For a photo", "Units", "US cents for 1,000 photos"), rows)


def price_table() -> str:
    """The prices themselves."""
    rows = [(name, f"{p.dollars:.10f}", p.unit, p.source) for name, p in PRICES.items()]
    return markdown(("Price", "US dollars", "Unit", "Source"), rows)


if __name__ == "__main__":
    main()
