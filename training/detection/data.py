"""An endless stream of batches for the detector, made by worker processes from (seed, index)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from training.detection.net import STRIDE
from training.detection.real import RealPhotos
from training.detection.targets import draw_targets
from training.synthesis.pages import Page, make_page, page_rng

__all__ = ["CROP", "Batch", "batches", "draw_page"]

CROP = (320, 448)
"""Height and width of a training page."""
REAL_SHARE = 0.3
"""Share of pages that are real photos with a box."""
BACKDROP_SHARE = 0.4
"""Share of synthetic pages pasted on a real photo."""


class Batch(NamedTuple):
    """`photos` (B, 1, H, W) uint8; `maps` (B, 3, h, w) and `known` (B, 2, h, w) float32; `boxes`
    (B, 4, 2) float32 corners in map pixels, zero where there is none."""

    photos: Tensor
    maps: Tensor
    known: Tensor
    boxes: Tensor


def draw_page(rng: np.random.Generator, shape: tuple[int, int], real: RealPhotos | None) -> Page:
    """One page of the training mixture; without real photos all of it is synthetic."""
    if real is not None and rng.random() < REAL_SHARE:
        return real.page(rng, shape)
    backdrop = None
    if real is not None and rng.random() < BACKDROP_SHARE:
        backdrop = real.backdrop(rng, shape)
    return make_page(rng, shape, backdrop=backdrop)


_Real = tuple[Path, Path | None] | None


class _Stream(IterableDataset):  # type: ignore[type-arg]
    """Batches number `start`, `start + workers`, …; each page depends on its own index alone."""

    def __init__(
        self, seed: int, start: int, size: int, shape: tuple[int, int], real: _Real
    ) -> None:
        super().__init__()
        self.seed, self.start, self.size, self.shape, self.real = seed, start, size, shape, real

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        real = RealPhotos.to_train_on(*self.real) if self.real else None
        worker = get_worker_info()
        number, step = (worker.id, worker.num_workers) if worker else (0, 1)
        for batch in range(self.start + number, 1 << 40, step):
            first = batch * self.size
            rngs = [page_rng(self.seed, first + n) for n in range(self.size)]
            yield _collate([draw_page(rng, self.shape, real) for rng in rngs])


def _collate(pages: list[Page]) -> Batch:
    targets = [draw_targets(page, STRIDE) for page in pages]
    return Batch(
        torch.from_numpy(np.stack([page.image for page in pages])[:, None]),
        torch.from_numpy(np.stack([t.maps for t in targets])),
        torch.from_numpy(np.stack([t.known for t in targets])),
        torch.from_numpy(np.stack([t.box for t in targets])),
    )


def batches(
    seed: int,
    size: int,
    shape: tuple[int, int] = CROP,
    start: int = 0,
    workers: int = 0,
    real: Path | None = None,
    aligned: Path | None = None,
) -> Iterator[Batch]:
    """Batches from number `start` on, for ever; in this process where `workers` is 0. `real` and
    `aligned` are those of `RealPhotos.to_train_on`."""
    stream = _Stream(seed, start, size, shape, (real, aligned) if real else None)
    if workers == 0:
        return iter(stream)
    loader = DataLoader(stream, batch_size=None, num_workers=workers, prefetch_factor=4)
    return iter(loader)
