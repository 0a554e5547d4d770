"""An endless stream of batches of fresh strips with their targets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from training.recognition.real_strips import RealStrips
from training.recognition.targets import encode, sequence, standardise
from training.synthesis.strips import StripSynthesiser

__all__ = ["Batch", "StripStream"]

Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""Strips (B, 1, 32, 960), targets of the grid (B, 30, 8, 4) and of the frames (B, 17)."""


class StripStream(IterableDataset[Batch]):
    """Batches from number `start` on."""

    def __init__(
        self,
        seed: int,
        batch: int,
        start: int = 0,
        real: Path | None = None,
        aligned: Path | None = None,
        aligned_share: float = 0.0,
    ) -> None:
        """`aligned_share` of each batch comes from the real photos aligned in the file
        `aligned`."""
        self.seed, self.batch, self.start, self.real = seed, batch, start, real
        self.aligned, self.aligned_share = aligned, aligned_share

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        step, offset = (worker.num_workers, worker.id) if worker else (1, 0)
        synthesiser = StripSynthesiser(self.seed, self.real)
        photos = RealStrips(self.aligned, self.real) if self.aligned and self.real else None
        count = round(self.aligned_share * self.batch) if photos else 0
        number = self.start + offset
        while True:
            first = number * self.batch
            strips = [synthesiser.make(first + i) for i in range(count, self.batch)]
            if photos:
                rng = np.random.default_rng([self.seed, number])
                strips += [photos.make(rng) for _ in range(count)]
            images = standardise(np.stack([strip.image for strip in strips]))
            targets = np.stack([encode(strip.boxes, strip.labels) for strip in strips])
            symbols = np.stack([sequence(strip.labels) for strip in strips])
            yield torch.from_numpy(images), torch.from_numpy(targets), torch.from_numpy(symbols)
            number += step
