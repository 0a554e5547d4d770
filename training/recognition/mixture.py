"""What a batch of the recogniser's training holds: fresh synthetic strips and some of real photos.

It needs no PyTorch, so the workers of a cluster do without.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from training.recognition.real_strips import RealStrips
from training.synthesis.batches import StripBatch, SyntheticRecipe, pack

__all__ = ["MixedRecipe"]


@dataclass(frozen=True)
class MixedRecipe:
    """Synthetic batches, `share` of each batch being strips of the real photos in the folder
    `photos` that the file `aligned` names."""

    synthetic: SyntheticRecipe
    photos: Path
    aligned: Path
    share: float

    @property
    def inputs(self) -> tuple[Path, ...]:
        return (*self.synthetic.inputs, self.aligned)

    @property
    def held_out(self) -> bool:
        return self.synthetic.held_out

    def make(self, number: int) -> StripBatch:
        photos = _real_strips(self.aligned, self.photos)
        count = round(self.share * self.synthetic.batch)
        rng = np.random.default_rng([self.synthetic.seed, number])
        strips = self.synthetic.strips(number, skip=count)
        return pack(number, strips + [photos.make(rng) for _ in range(count)])


@cache
def _real_strips(aligned: Path, photos: Path) -> RealStrips:
    """One a process: it holds the photos in memory."""
    return RealStrips(aligned, photos)
