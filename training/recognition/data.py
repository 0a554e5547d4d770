"""An endless stream of batches of fresh strips with their targets."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path

import numpy as np
import torch

from training.recognition.mixture import MixedRecipe
from training.recognition.targets import encode, sequence, standardise
from training.synthesis.batches import NO_LABEL, Recipe, StripBatch, SyntheticRecipe
from training.synthesis.stream import stream, workers

__all__ = ["Batch", "StripStream", "to_tensors"]

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Strips (B, 1, 32, 960), targets of the grid (B, 30, 8, 4) and of the frames (B, 17)."""
READY = 2
"""Batches kept ready as tensors, so that the net never waits for their way here."""


class StripStream:
    """Batches from number `start` on."""

    def __init__(
        self,
        seed: int,
        batch: int,
        start: int = 0,
        real: Path | None = None,
        aligned: Path | None = None,
        aligned_share: float = 0.0,
        photos: Path | None = None,
        processes: int = 0,
        cluster: str | None = None,
    ) -> None:
        """`aligned_share` of each batch comes from the photos aligned in the file `aligned`: those
        of the folder `photos`, or of `real`, which also lends backgrounds.

        The batches are made by `processes` here, by the Dask cluster at the address `cluster`, or
        in this process where there are neither.
        """
        synthetic = SyntheticRecipe.on_this_machine(seed, batch, real)
        self.recipe: Recipe = synthetic
        photos = photos or synthetic.real
        if aligned and photos:
            self.recipe = MixedRecipe(synthetic, photos, aligned, aligned_share)
        self.start, self.processes, self.cluster = start, processes, cluster

    def __iter__(self) -> Generator[Batch, None, None]:
        with (
            workers(self.processes, self.cluster) as client,
            closing(stream(client, self.recipe, count(self.start))) as batches,
        ):
            made = map(to_tensors, batches)
            if client is None:
                yield from made
                return
            # One thread fetches and converts while the net computes.
            with ThreadPoolExecutor(1) as fetcher:
                ready = deque(fetcher.submit(next, made) for _ in range(READY))
                try:
                    while True:
                        batch = ready.popleft().result()
                        ready.append(fetcher.submit(next, made))
                        yield batch
                finally:
                    fetcher.shutdown(cancel_futures=True)


def to_tensors(batch: StripBatch) -> Batch:
    """What the net takes and is to say."""
    present = [labels[labels != NO_LABEL].astype(np.int64) for labels in batch.labels]
    grids = [
        encode(boxes[: len(labels)], labels)
        for boxes, labels in zip(batch.boxes, present, strict=True)
    ]
    return (
        torch.from_numpy(standardise(batch.images)),
        torch.from_numpy(np.stack(grids)),
        torch.from_numpy(np.stack([sequence(labels) for labels in present])),
    )
