"""The loop that learns, on real photos: read, settled at the desk, gathered, fine-tuned, judged.

`python -m benchmarks.desk_loop --real FOLDER`: photos whose labels are certain go through the local
stack; a desk whose person knows the labels settles the most doubtful ones through the API; then
`corrections` and `fine-tune` do what they do for a stack in the cloud, on a copy of the models. The
models of the repository stay as they are: the same photos judge those.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from local.functions import LocalFunction
from local.http_api import HttpApi
from local.queue_loop import QueueLoop
from local.stack import Stack, running_stack
from local.upload import upload
from training.corrections import fine_tune, gather
from training.evaluation.photos import labelled_photos
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.results import Status

TRACK = "low"
PAGE = 20
"""Readings at a time: moto takes seconds for a hundred on a busy machine."""
OUT = Path("runs/desk-loop")
RETAKE_FIRST = (Status.RETAKE, Status.READ)
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Desk:
    """The API as the review desk uses it, and the number on each photo by the id of its reading."""

    api: HttpApi
    labels: dict[str, str]

    def queue(self) -> list[dict]:
        """Readings, the most doubtful first."""
        readings = []
        for status in RETAKE_FIRST:
            cursor = ""
            while True:
                page = self.api.request(
                    "GET", f"/readings?status={status}&limit={PAGE}{cursor}"
                ).json()
                readings += page["readings"]
                if not page["cursor"]:
                    break
                cursor = f"&cursor={page['cursor']}"
        order = {status.value: place for place, status in enumerate(RETAKE_FIRST)}
        return sorted(readings, key=lambda r: (order[r["status"]], r["confidence"]))

    def settle(self, reading: dict) -> str:
        """Accept or correct one reading; which of the two it was."""
        vin = self.labels[reading["reading_id"]]
        answer = self.api.request(
            "PUT",
            f"/readings/{reading['reading_id']}/correction",
            {**JSON, "if-match": f'"{reading["version"]}"'},
            json.dumps({"vin": vin}).encode(),
        )
        if answer.status != 200:
            raise SystemExit(f"PUT correction: {answer.status} {answer.json()}")
        return f"{'accepted' if vin == reading['vin'] else 'corrected'} ({reading['status']})"


def main() -> None:
    """Print each step and the table of the judgement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--count", type=int, default=100, help="photos that the desk settles")
    parser.add_argument("--hours", default="0.25", help="budget of the fine-tuning")
    parser.add_argument("--seed", default="1")
    args = parser.parse_args()
    if not (args.real / "labels.csv").exists():
        raise SystemExit(f"No real photos in {args.real}: there is nothing to settle.")
    rows = [row for row in labelled_photos(args.real) if row["track"] == TRACK and row["vin"]]
    shutil.rmtree(OUT, ignore_errors=True)
    with running_stack() as stack:
        desk = Desk(HttpApi(LocalFunction("api")), _read(stack, args.real, rows))
        done = Counter(desk.settle(reading) for reading in desk.queue()[: args.count])
        print(f"{len(rows)} photos read; the desk: {dict(done)}")
        options = ["--table", stack.table, "--bucket", stack.bucket, "--out", str(OUT / "set")]
        _call(gather.add_arguments, gather.gather, options)
    models = OUT / "models"
    models.mkdir()
    for file in (ModelFiles.of(DEFAULT_MODELS_DIR).craft, ModelFiles.of(DEFAULT_MODELS_DIR).yolo):
        shutil.copy(file, models)
    options = ["--corrections", str(OUT / "set"), "--models", str(models)]
    options += ["--out", str(OUT / "run"), "--hours", args.hours, "--seed", args.seed]
    options += ["--real", str(args.real)]
    _call(fine_tune.add_arguments, fine_tune.fine_tune, options)


def _read(stack: Stack, real: Path, rows: list[dict[str, str]]) -> dict[str, str]:
    """Put the photos through bucket, queue and function; labels by the id of their readings."""
    loop = QueueLoop(stack.queue_url, LocalFunction("photo_reader"))
    api = HttpApi(LocalFunction("api"))
    labels = {upload(api, real / row["file"]): row["vin"] for row in rows}
    started = time.monotonic()
    while loop.deliver(wait_seconds=0).taken:
        pass
    print(f"{len(labels)} photos read in {time.monotonic() - started:.0f} s", flush=True)
    return labels


def _call(add_arguments, verb, options: list[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    verb(parser.parse_args(options))


if __name__ == "__main__":
    main()
