"""Whether a recogniser reads photos that people have settled better than the one before.

The number that a photo is given comes from many looks at it, so a better net shows first in how
many of them show the right number, and only later in one photo more or less. Held-out synthetic
strips tell whether what was known has been forgotten.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.corrections.folder import SettledPhoto
from training.evaluation.strips import read_strips
from training.recognition.alignment import looking_at_all
from vinreader.looks import elect
from vinreader.models import ModelFiles
from vinreader.photo import open_grey
from vinreader.reader import Reader
from vinreader.recognition import Recognizer

__all__ = ["Comparison", "Score", "judge"]

MOST_FORGOTTEN = 0.01
"""Share of readable strips that may be lost: with 800 strips, what chance alone does."""


@dataclass(frozen=True)
class Score:
    """How one model does: by photo, whether what its looks elect is the number (`right`) and the
    share of them that show it (`looks`, 0 to 1); and the share of readable strips read whole."""

    right: tuple[bool, ...]
    looks: tuple[float, ...]
    strips: float


@dataclass(frozen=True)
class Comparison:
    """The models before and after, on the same photos and strips."""

    before: Score
    after: Score

    @property
    def gain(self) -> float:
        """Of the looks' share that shows the right number, on the average photo."""
        return statistics.fmean(self._differences)

    @property
    def error(self) -> float:
        """Standard error of the gain, photo by photo; infinite where one photo is all."""
        if len(self._differences) < 2:
            return math.inf
        return statistics.stdev(self._differences) / math.sqrt(len(self._differences))

    @property
    def better(self) -> bool:
        """Not one photo fewer, a gain larger than its own error, and nothing forgotten."""
        return (
            sum(self.after.right) >= sum(self.before.right)
            and self.gain > self.error
            and self.after.strips >= self.before.strips - MOST_FORGOTTEN
        )

    @property
    def _differences(self) -> list[float]:
        pairs = zip(self.before.looks, self.after.looks, strict=True)
        return [after - before for before, after in pairs]

    def table(self) -> str:
        """Before and after, for people."""
        count = len(self.before.right)
        rows = [f"{'':28}{'before':>8}{'after':>8}"]
        for name, of in (
            (f"right, of {count} photos", lambda score: f"{sum(score.right)}"),
            ("looks that show the number", lambda score: f"{statistics.fmean(score.looks):.1%}"),
            ("readable synthetic strips", lambda score: f"{score.strips:.1%}"),
        ):
            rows.append(f"{name:28}{of(self.before):>8}{of(self.after):>8}")
        rows.append(f"gain in looks {self.gain:+.1%} ± {self.error:.1%}")
        return "\n".join(rows)


def judge(models: Path, root: Path, photos: Sequence[SettledPhoto], strips: int) -> Score:
    """The score of the models of a folder on photos under `root`, and on `strips` held-out strips
    of each style."""
    reader = looking_at_all(models)
    seen = [_seen(reader, root, photo) for photo in photos]
    outcomes = read_strips(Recognizer(ModelFiles.of(models).yolo), strips)["both"]
    readable = [outcome.right for outcome in outcomes if outcome.readable]
    return Score(
        right=tuple(right for right, _ in seen),
        looks=tuple(share for _, share in seen),
        strips=sum(readable) / max(1, len(readable)),
    )


def _seen(reader: Reader, root: Path, photo: SettledPhoto) -> tuple[bool, float]:
    pixels = open_grey((root / photo.file).read_bytes())
    looks = reader.look(pixels, reader.lines(pixels))
    if not looks:
        return False, 0.0
    best, _ = elect(looks, reader.config.temperature, reader.config.checked)
    share = sum(look.candidate.text == photo.vin for look in looks) / len(looks)
    return best.candidate.text == photo.vin, share
