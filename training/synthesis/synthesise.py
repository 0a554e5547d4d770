"""Make strips in bulk: to see how fast and how repeatable the stream is, or to store them."""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from training.synthesis.batches import StripBatch, SyntheticRecipe
from training.synthesis.shards import ShardFolder
from training.synthesis.stream import origin_at, stream, workers
from training.synthesis.strips import StripConfig
from training.synthesis.styles import STYLES

__all__ = ["add_arguments", "synthesise"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training synthesise`."""
    parser.add_argument(
        "--count", type=int, required=True, help="strips, rounded up to whole batches (or shards)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=48, help="strips a batch")
    parser.add_argument("--start", type=int, default=0, help="number of the first batch")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count(), help="processes here; 0: this one alone"
    )
    parser.add_argument("--cluster", help="a Dask scheduler instead, such as tcp://host:8786")
    parser.add_argument("--ahead", type=int, help="batches ordered ahead (by the cluster's size)")
    parser.add_argument("--out", type=Path, help="folder to store shards in; without, none is")
    parser.add_argument("--shard", type=int, default=100, help="batches a shard")
    parser.add_argument("--styles", nargs="*", default=[], choices=list(STYLES), metavar="STYLE")
    parser.add_argument("--held-out", action="store_true", help="fonts that training never sees")
    parser.add_argument("--real", type=Path, default=Path("../shared/real"), help="real photos")


def synthesise(args: argparse.Namespace) -> None:
    """Stream `args.count` strips; report the rate, and what they come to or where they lie."""
    config = StripConfig(styles=tuple(args.styles), held_out=args.held_out)
    recipe = SyntheticRecipe.on_this_machine(args.seed, args.batch, args.real, config)
    end = args.start + -(-args.count // args.batch)
    with workers(args.workers, args.cluster) as client:
        origin = origin_at(client, recipe)
        folder = None
        numbers: Iterable[int] = range(args.start, end)
        if args.out:
            folder = ShardFolder(args.out, recipe, origin, args.shard)
            numbers = folder.missing(args.start, end)
        todo = list(numbers)
        with closing(stream(client, recipe, todo, args.ahead, origin)) as batches:
            started = time.monotonic()
            watched = _with_bar(batches, len(todo) * args.batch)
            try:
                outcome = folder.store(watched) if folder else _digest_of(watched)
            except KeyboardInterrupt:
                raise SystemExit("stopped; with --out, the same command goes on") from None
        seconds = time.monotonic() - started
    strips = len(todo) * args.batch
    rate = strips / seconds if strips else 0.0
    print(f"{strips:,} strips in {seconds:.0f} s, {rate:.0f} a second; {outcome}")


def _with_bar(batches: Iterable[StripBatch], strips: int) -> Iterator[StripBatch]:
    with tqdm(total=strips, unit=" strips", smoothing=0.05) as bar:
        for batch in batches:
            bar.set_postfix_str(f"batch {batch.number}", refresh=False)
            bar.update(len(batch.images))
            yield batch


def _digest_of(batches: Iterable[StripBatch]) -> str:
    digest = hashlib.sha256()
    for batch in batches:
        batch.feed(digest)
    return f"digest {digest.hexdigest()[:32]}"
