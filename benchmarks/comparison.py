"""Our reader beside general text readers, on the same photos in the same run: `make bench`, or
`python -m benchmarks.comparison [--real FOLDER]`.

Photo by photo each reader is asked in turn, every one in a process of its own and on one thread, so
that whatever else the machine does befalls all alike. What each said is appended to a file as it
comes (it holds no photo, but numbers: git ignores the folder); `--markdown` prints the tables of
such a file again, `--document` puts them into one.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tqdm import tqdm

from benchmarks.charts import comparison_chart
from benchmarks.comparison_tables import accuracy_table, summary, time_table
from benchmarks.documents import replace_part
from benchmarks.engines import Answered, Engine, Worker, available
from benchmarks.machine import machine
from benchmarks.photo_sets import PhotoSet, drawn_sets, real_sets
from training.evaluation.pages import page_photo
from training.synthesis.fonts import MissingFonts

PART = "comparison"
WARM_UP = (1, 3)
"""Seed and index of a drawn photo, a small one, that each reader is given before it is timed."""


@dataclass
class Comparison:
    """All that was said, and the most memory that each reader held in each set, MB."""

    answers: list[Answered] = field(default_factory=list)
    peaks: dict[tuple[str, str], float] = field(default_factory=dict)

    @classmethod
    def load(cls, file: Path) -> Comparison:
        """What was written so far; a photo whose readers were not all asked is left out."""
        loaded = cls()
        for line in file.read_text().splitlines():
            told = json.loads(line)
            if "peak_mb" in told:
                key = (told["engine"], told["group"])
                loaded.peaks[key] = max(told["peak_mb"], loaded.peaks.get(key, 0.0))
            else:
                loaded.answers.append(Answered(**told))
        return loaded


def main() -> None:
    """Compare, or print what was compared."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--most", type=int, help="real photos of each track, all if not given")
    parser.add_argument("--large", type=int, default=20, help="drawn photos of 12 megapixels")
    parser.add_argument("--small", type=int, default=60, help="smaller drawn photos")
    parser.add_argument("--out", type=Path, default=Path("output/benchmarks/comparison.jsonl"))
    parser.add_argument("--markdown", action="store_true", help="only print what lies in --out")
    parser.add_argument("--document", type=Path, help="a document to put the tables into")
    parser.add_argument("--chart", type=Path, help="where to draw the chart")
    args = parser.parse_args()
    if not args.markdown:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.unlink(missing_ok=True)
        engines, missing = available()
        for message in missing:
            print(message)
        for photos in _sets(args):
            compare(photos, engines, args.out)
    compared = Comparison.load(args.out)
    if not compared.answers:
        raise SystemExit("There is nothing to tell.")
    report = "\n\n".join(
        [
            machine(),
            time_table(compared.answers, compared.peaks),
            accuracy_table(compared.answers),
            summary(compared.answers),
        ]
    )
    print(report)
    if args.document:
        replace_part(args.document, PART, report)
    if args.chart:
        args.chart.parent.mkdir(parents=True, exist_ok=True)
        comparison_chart(compared.answers).save(args.chart)


def compare(photos: PhotoSet, engines: Sequence[Engine], out: Path) -> None:
    """Put the photos of a set before each reader; another one comes first each time."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, out.open("a") as told:
        warm_up = Path(folder) / "warm-up.jpg"
        warm_up.write_bytes(page_photo(*WARM_UP)[0])
        workers = [stack.enter_context(Worker(engine)) for engine in engines]
        for worker in workers:
            worker.read(warm_up, photos.name, "")
        try:
            for turn, (file, vin) in enumerate(tqdm(photos.draw(Path(folder)), desc=photos.name)):
                first = turn % len(workers)
                for worker in workers[first:] + workers[:first]:
                    answer = worker.read(file, photos.name, vin)
                    print(json.dumps(asdict(answer)), file=told)
                    peak = {"engine": worker.engine.name, "group": photos.name}
                    print(json.dumps({**peak, "peak_mb": worker.peak_mb}), file=told, flush=True)
        except MissingFonts as error:
            print(f"{photos.name}: left out, {error}.")


def _sets(args: argparse.Namespace) -> Iterator[PhotoSet]:
    yield from drawn_sets(args.large, args.small)
    if (args.real / "labels.csv").exists():
        yield from real_sets(args.real, args.most)
    else:
        print(f"No real photos in {args.real}: that part is left out.")


if __name__ == "__main__":
    main()
