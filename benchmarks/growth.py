"""Whether memory grows, and how throughput does: `python -m benchmarks.growth --photos 1000`.

Drawn photos are put into the bucket of the local stack; environments of `photo_reader`, each a
process of its own on one thread, take them from the queue through the real handler, and tell after
every tenth of them how much memory they hold. First one environment, then two, as many photos each
time. The stack itself (S3, SQS and DynamoDB, imitated by moto) runs in this process on the same
cores: throughput here says how environments share work, not how quick AWS is. Linux only.
"""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import boto3
import urllib3
from tqdm import tqdm

from benchmarks.documents import replace_part
from benchmarks.machine import machine
from benchmarks.processes import Process
from local.stack import Stack, running_stack
from local.template import resource
from training.evaluation.figures import NOTHING, markdown
from training.evaluation.pages import page_photo

PART = "growth"
SEED = 20_262
DIFFERENT = 100
"""Photos drawn; they are put into the bucket again and again, each time as another object."""
MARKS = 10
"""How often memory is told of, in all."""


@dataclass(frozen=True)
class Mark:
    """What an environment told after some photos."""

    taken: int
    resident_mb: float
    peak_mb: float
    cpu_ms: float


@dataclass(frozen=True)
class Course:
    """How it went: `marks` of each environment, and the seconds that all took together."""

    marks: tuple[tuple[Mark, ...], ...]
    seconds: float

    @property
    def taken(self) -> int:
        """Photos that were read."""
        return sum(course[-1].taken for course in self.marks if course)

    @property
    def cpu_ms(self) -> float:
        """Processor time a photo of the environments alone."""
        return sum(mark.cpu_ms for course in self.marks for mark in course) / max(1, self.taken)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=1000)
    parser.add_argument("--environments", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--document", type=Path, help="a document to put the tables into")
    args = parser.parse_args()
    files = [page_photo(SEED, index)[0] for index in range(min(DIFFERENT, args.photos))]
    courses = {count: run(files, args.photos, count) for count in args.environments}
    parts = [machine(), memory_table(courses), throughput_table(courses)]
    report = "\n\n".join(parts)
    print(report)
    if args.document:
        replace_part(args.document, PART, report)


def run(files: list[bytes], photos: int, environments: int) -> Course:
    """Read so many photos in so many environments, on a stack of their own."""
    with running_stack() as stack, ExitStack() as ends:
        # moto keeps what it holds for the next server of this process.
        ends.callback(urllib3.request, "POST", f"{stack.endpoint}/moto-api/reset")
        # As in the template: on a busy machine no message may come back while it is being read.
        boto3.client("sqs").set_queue_attributes(
            QueueUrl=stack.queue_url,
            Attributes={"VisibilityTimeout": str(resource("PhotosQueue")["VisibilityTimeout"])},
        )
        _upload(stack, files, photos)
        processes = []
        for _ in range(environments):
            arguments = [stack.queue_url]
            process = Process(sys.executable, "benchmarks.environment_worker", arguments)
            ends.callback(process.end)
            processes.append(process)
        for process in processes:
            process.ask({"photos": 0})  # it has started when it answers
        started = time.perf_counter()
        step = max(1, photos // MARKS)
        with (
            ThreadPoolExecutor(environments) as pool,
            tqdm(total=photos, desc=f"read by {environments}", unit="photo") as bar,
        ):
            marks = tuple(pool.map(lambda process: _course(process, step, bar), processes))
        return Course(marks, time.perf_counter() - started)


def _upload(stack: Stack, files: list[bytes], photos: int) -> None:
    client = boto3.client("s3")
    for number in tqdm(range(photos), desc="uploads"):
        key = f"uploads/growth-{number:05}.jpg"
        client.put_object(Bucket=stack.bucket, Key=key, Body=files[number % len(files)])


def _course(process: Process, step: int, bar: tqdm) -> tuple[Mark, ...]:
    """Marks of an environment, one for every `step` photos, until the queue is empty; `bar` shows
    how far all of them are."""
    marks: list[Mark] = []
    taken = 0
    while True:
        told = process.ask({"photos": step})
        if told["failed"]:
            raise SystemExit(f"{told['failed']} photos went back to the queue")
        if not told["taken"]:
            return tuple(marks)
        taken += told["taken"]
        bar.update(told["taken"])
        marks.append(Mark(taken, told["resident_mb"], told["peak_mb"], told["cpu_ms"]))


def memory_table(courses: dict[int, Course]) -> str:
    """Memory held as photos are read, of every environment."""
    columns = [
        (
            f"{count}, the {_NUMERALS[number]}" if count > 1 else "1 environment",
            course.marks[number],
        )
        for count, course in courses.items()
        for number in range(count)
    ]
    header = ("Photos read by it", *(f"MB: {name}" for name, _ in columns))
    rows = []
    for row in range(max(len(marks) for _, marks in columns)):
        shown = [
            f"{marks[row].resident_mb:.0f}" if row < len(marks) else NOTHING for _, marks in columns
        ]
        longest = max((marks for _, marks in columns), key=len)
        rows.append((str(longest[row].taken), *shown))
    rows.append(
        ("peak", *(f"{marks[-1].peak_mb:.0f}" if marks else NOTHING for _, marks in columns))
    )
    return markdown(header, rows)


_NUMERALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


def throughput_table(courses: dict[int, Course]) -> str:
    """Photos a second by the clock, with the stack on the same cores, and processor time."""
    rows = [
        (
            str(count),
            str(course.taken),
            f"{course.seconds:.0f}",
            f"{course.taken / course.seconds:.2f}",
            f"{course.cpu_ms:.0f}",
        )
        for count, course in courses.items()
    ]
    header = ("Environments", "Photos", "Seconds", "Photos a second", "Processor ms a photo")
    return markdown(header, rows)


if __name__ == "__main__":
    main()
