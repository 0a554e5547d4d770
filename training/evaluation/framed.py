"""Small numbers in large photos, read with the frame around them that an app shows, and without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from training.evaluation.outcomes import PhotoOutcome
from training.evaluation.photos import outcome_of
from training.synthesis.pages import KINDS, Page, make_page
from vinreader.reader import Reader
from vinreader.region import Region

__all__ = ["FramedPhoto", "framed_photo", "read_framed"]

SHAPE = (2250, 3000)
"""Height and width of the photos."""
SCENES = (300, 2000)
"""Width in pixels of the scene that shows the number, from the smallest to the largest."""
COARSER = 3
"""What is around it is drawn so many times smaller and enlarged: text and labels, but no number."""
FILLED = (0.5, 0.9)
"""Share of the frame's width that the number takes."""
LEAST_HEIGHT = 0.15
"""Of the frame, in shares of its width."""
OFF = 0.1
"""How far the frame is off the number at most, in shares of half its sides."""
QUALITY = 90
SHARES = (0.05, 0.1, 0.2, 1.0)
"""Of the photo's width, up to which numbers are told together."""


@dataclass(frozen=True)
class FramedPhoto:
    """A JPEG file, its frame, and the number inside, `width` of the photo's width long."""

    data: bytes
    frame: Region
    label: str
    width: float


def read_framed(reader: Reader, number: int, seed: int) -> Iterator[PhotoOutcome]:
    """Outcomes of so many photos of `framed_photo`, each without its frame and with it. Those of a
    kind are kept apart by how much of the photo's width the number takes."""
    for index in range(number):
        photo = framed_photo(seed, index)
        share = next(f"up to {edge:.0%}" for edge in SHARES if photo.width <= edge)
        for kind, region in (("no frame", None), ("frame", photo.frame)):
            name = f"{kind}/{index}"
            yield outcome_of(reader, photo.data, name, photo.label, (kind, share), region)


def framed_photo(seed: int, index: int) -> FramedPhoto:
    """No training begins with such a stream of random numbers."""
    rng = np.random.default_rng([seed, index, len(KINDS), len(KINDS)])
    tall, wide = SHAPE
    around = make_page(rng, (tall // COARSER, wide // COARSER), "none").image
    image = cv2.resize(around, (wide, tall), interpolation=cv2.INTER_CUBIC)
    scene = _scene(rng)
    rows, columns = scene.image.shape
    x, y = int(rng.integers(wide - columns)), int(rng.integers(tall - rows))
    image[y : y + rows, x : x + columns] = scene.image
    points = scene.quads[scene.vin].reshape(-1, 2) + np.array([x, y])
    written, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not written:
        raise RuntimeError("OpenCV writes no JPEG")
    width = float(np.ptp(points, axis=0).max()) / wide  # it may stand upright
    return FramedPhoto(data.tobytes(), _frame(rng, points), scene.number, width)


def _scene(rng: np.random.Generator) -> Page:
    """One that shows a whole number."""
    kinds = [kind for kind in KINDS if kind != "none"]
    often = np.array([KINDS[kind] for kind in kinds])
    wide = int(np.exp(rng.uniform(*np.log(SCENES))))
    while True:
        kind = str(rng.choice(kinds, p=often / often.sum()))
        page = make_page(rng, (3 * wide // 4, wide), kind)
        if page.number:
            return page


def _frame(rng: np.random.Generator, points: np.ndarray) -> Region:
    """About as a person aims: around the points (N, 2), and a little off."""
    low, high = points.min(axis=0), points.max(axis=0)
    half = (high - low) / 2 / rng.uniform(*FILLED)
    half = np.maximum(half, LEAST_HEIGHT * half.max())
    centre = (low + high) / 2 + rng.uniform(-OFF, OFF, 2) * half
    size = np.array(SHAPE[::-1])
    begin = np.clip((centre - half) / size, 0, 1)
    x, y, width, height = np.concatenate([begin, np.clip((centre + half) / size, 0, 1) - begin])
    return Region(float(x), float(y), float(width), float(height))
