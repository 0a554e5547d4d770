"""Stored strips: a folder of .npz files of so many batches each, filled by any number of runs.

A shard lies under its name only when it is whole, so that a killed run goes on where it was, and
equal shards are equal byte by byte. Beside them lies what they were made from; a run that would
make others is refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from training.synthesis.batches import Origin, StripBatch, SyntheticRecipe

__all__ = ["OtherSeries", "ShardFolder"]

ARRAYS = ("images", "boxes", "labels", "styles", "legibility")
"""Of `StripBatch`, along the first axis as one in a shard."""


class OtherSeries(RuntimeError):
    """The folder holds strips of another recipe or origin; the message says what differs."""


class ShardFolder:
    """Shard k holds the batches k * `size` to (k + 1) * `size` - 1 of the recipe."""

    def __init__(self, folder: Path, recipe: SyntheticRecipe, origin: Origin, size: int) -> None:
        """Raises `OtherSeries` where the folder holds shards of another kind."""
        self.folder, self.size = folder, size
        folder.mkdir(parents=True, exist_ok=True)
        series = {
            "seed": recipe.seed,
            "batch": recipe.batch,
            "shard": size,
            "config": asdict(recipe.config),
            **{name: value for name, value in asdict(origin).items() if name != "host"},
        }
        path = folder / "series.json"
        if path.exists():
            self._compare(json.loads(path.read_text()), json.loads(json.dumps(series)))
        else:
            _replace(path, (json.dumps(series, indent=1) + "\n").encode())

    def _compare(self, stored: dict[str, object], wanted: dict[str, object]) -> None:
        different = [name for name in wanted if stored.get(name) != wanted[name]]
        if different:
            raise OtherSeries(
                f"{self.folder} was begun with another {' and '.join(different)}: "
                "go on as it was begun or choose another folder"
            )

    def path(self, shard: int) -> Path:
        """Where that shard lies once it is whole."""
        return self.folder / f"strips-{shard:06d}.npz"

    def missing(self, start: int, end: int) -> Iterator[int]:
        """Numbers of the batches of all shards that hold one of `start` to `end` - 1 and are not
        yet stored."""
        for shard in range(start // self.size, -(-end // self.size)):
            if not self.path(shard).exists():
                yield from range(shard * self.size, (shard + 1) * self.size)

    def store(self, batches: Iterable[StripBatch]) -> str:
        """Write each shard when its last batch has come; in words, where they lie."""
        held: list[StripBatch] = []
        for batch in batches:
            held.append(batch)
            if len(held) == self.size:
                self._write(held)
                held = []
        return f"shards {self.path(0).name}, … in {self.folder}"

    def _write(self, held: list[StripBatch]) -> None:
        arrays = {name: np.concatenate([getattr(b, name) for b in held]) for name in ARRAYS}
        path = self.path(held[0].number // self.size)
        temporary = path.with_suffix(".tmp")
        with temporary.open("wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
        temporary.replace(path)


def _replace(path: Path, content: bytes) -> None:
    """Write the file so that it is either whole or not there."""
    temporary = path.with_suffix(".tmp")
    temporary.write_bytes(content)
    temporary.replace(path)
