"""An endless stream of batches of fresh strips with their targets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import IterableDataset, get_worker_info

from training.recognition.targets import encode, standardise
from training.synthesis.strips import StripSynthesiser

__all__ = ["StripStream"]


class StripStream(IterableDataset[tuple[torch.Tensor, torch.Tensor]]):
    """Batches (strips (B, 1, 32, 960), targets (B, 30, 8, 4)) from batch number `start` on."""

    def __init__(self, seed: int, batch: int, start: int = 0, real: Path | None = None) -> None:
        self.seed, self.batch, self.start, self.real = seed, batch, start, real

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        cv2.setNumThreads(1)
        worker = get_worker_info()
        step, offset = (worker.num_workers, worker.id) if worker else (1, 0)
        synthesiser = StripSynthesiser(self.seed, self.real)
        number = self.start + offset
        while True:
            first = number * self.batch
            strips = [synthesiser.make(first + i) for i in range(self.batch)]
            images = standardise(np.stack([strip.image for strip in strips]))
            targets = np.stack([encode(strip.boxes, strip.labels) for strip in strips])
            yield torch.from_numpy(images), torch.from_numpy(targets)
            number += step
