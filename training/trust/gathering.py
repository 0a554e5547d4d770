"""What the looks at photos say, at each stage of the search, and whether it is right.

The reader stops looking as soon as it is sure, so its confidence has to be right after two looks as
well as after thirty. Here it looks on to the end, and what it would have said on the way is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from training.evaluation.pages import page_photo
from training.evaluation.photos import labelled_photos
from vinreader.finding import LineFinder
from vinreader.looks import Look, elect
from vinreader.photo import open_grey
from vinreader.quality import eligible
from vinreader.reader import Reader
from vinreader.results import Quad
from vinreader.search import Search
from vinreader.support import another_number, support_of

__all__ = ["Statement", "of_pages", "of_real_photos", "stages"]

CHUNK = 8
"""Photos that a process is given at a time."""
DOUBTED = 0.8
"""Certainty of the faintest character under which a number may not be believed."""


@dataclass(frozen=True)
class Statement:
    """What the looks at a photo of a `track` say after some stage: the figures (M,) of the number
    elected, whether it is right, and whether it is out of the question that it is `read`."""

    photo: str
    track: str
    figures: np.ndarray
    right: bool
    barred: bool = False


@dataclass(frozen=True)
class _Source:
    """Where a photo comes from: the synthetic one number `index` of `seed`, or a file."""

    name: str
    track: str
    label: str = ""
    file: Path | None = None
    seed: int = 0
    index: int = 0

    def open(self) -> tuple[bytes, str]:
        """The image file's bytes and the number on it, empty where there is none to be read."""
        if self.file:
            return self.file.read_bytes(), self.label
        data, _, label = page_photo(self.seed, self.index)
        return data, label


def of_pages(models: Path, seed: int, count: int, workers: int) -> Iterator[Statement]:
    """Statements on so many synthetic photos, by photo and stage."""
    sources = [_Source(f"page {i}", "pages", seed=seed, index=i) for i in range(count)]
    return _gathered(models, sources, workers)


def of_real_photos(models: Path, real: Path, workers: int) -> Iterator[Statement]:
    """The same on the photos of a folder whose labels are certain; those that no person can read
    have no right answer. None where the folder is not there."""
    rows = labelled_photos(real) if (real / "labels.csv").exists() else []
    sources = [
        _Source(row["file"], row["track"], row["vin"], file=real / row["file"]) for row in rows
    ]
    return _gathered(models, sources, workers)


def stages(reader: Reader, data: bytes) -> list[list[Look]]:
    """The looks that there are after each stage of the search in an image file's bytes, those of a
    glance first; none where nothing is found."""
    grey = open_grey(data)
    search = Search(reader.recognizer, reader.config, grey)
    glances: list[list[Look]] = [[]]
    found: list[list[Look]] = [[]]

    def look(quads: Sequence[np.ndarray], before: list[Look]) -> list[Look]:
        def enough(looks: list[Look]) -> bool:
            found.append(before + looks)
            return False

        looks = before + search.looks(quads, enough)
        found.append(looks)
        return looks

    looks: list[Look] = []
    for lines in LineFinder(reader.detector, reader.config, grey).course():
        quads = _arrays(lines.quads)
        if lines.glance:
            glances.append(glances[-1] + search.glance(quads))
        else:
            before, looks = looks, look(quads, looks)
            if reader.shown(looks[len(before) :]):
                break
    if _doubtful(reader, looks) and (finer := reader.finer(search, looks)):
        found.append(looks + finer)
    # Each holds those before it, so as many looks are the same ones.
    both = [*pairwise(glances), *pairwise(found)]
    return [now for before, now in both if len(now) > len(before)]


def _doubtful(reader: Reader, looks: list[Look]) -> bool:
    """Whether the reader may look on: how far it will trust a number is not known yet."""
    if not looks:
        return True
    best, votes = elect(looks, reader.config.temperature, reader.config.checked)
    sure = float(best.candidate.certainty.min()) >= DOUBTED
    return not sure or not eligible(best, support_of(best, looks, votes))


def _arrays(quads: Sequence[Quad]) -> list[np.ndarray]:
    return [np.array(quad, np.float32) for quad in quads]


def _gathered(models: Path, sources: Sequence[_Source], workers: int) -> Iterator[Statement]:
    """With a bar for people."""
    from tqdm import tqdm

    def shown(done: Iterable[list[Statement]]) -> Iterator[Statement]:
        for statements in tqdm(done, total=len(sources), unit="photo", disable=None):
            yield from statements

    if workers < 2:
        yield from shown(_statements(models, source) for source in sources)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from shown(pool.map(_statements, [models] * len(sources), sources, chunksize=CHUNK))


@cache
def _reader(models: Path) -> Reader:
    """One a process."""
    cv2.setNumThreads(1)
    return Reader.load(models)


def _statements(models: Path, source: _Source) -> list[Statement]:
    reader = _reader(models)
    data, label = source.open()
    return [_statement(reader, looks, source, label) for looks in stages(reader, data)]


def _statement(reader: Reader, looks: list[Look], source: _Source, label: str) -> Statement:
    config = reader.config
    best, votes = elect(looks, config.temperature, config.checked)
    other = another_number(best, looks, config.judgement.clear)
    support = support_of(best, looks, votes)
    return Statement(
        photo=source.name,
        track=source.track,
        figures=support.vector(),
        right=bool(label) and best.candidate.text == label,
        barred=other is not None or not eligible(best, support),
    )
