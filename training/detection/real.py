"""Photographs of real vehicles as training material: backdrops, and boxes as weak supervision.

Only photos without certain text are trained on (`unlabelled`, and the part of `low` whose labels
are single or double reads); one in ten is held out by the hash of its name, `native` never read.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from training.synthesis.pages import Backdrop, Page
from training.synthesis.scenes import photograph

__all__ = ["BoxedPhoto", "RealPhotos", "certain_photos", "held_out", "unlabelled_photos"]

_CERTAIN = ("check_digit", "second_photo")


@dataclass(frozen=True)
class BoxedPhoto:
    """A photo file and the upright box (4,) x0 y0 x1 y1 around its VIN, pixels."""

    path: Path
    box: np.ndarray


def held_out(photo: BoxedPhoto) -> bool:
    """One in ten, by name."""
    return hashlib.sha256(photo.path.name.encode()).digest()[0] % 10 == 0


def unlabelled_photos(folder: Path) -> list[BoxedPhoto]:
    """The photos of `boxes.csv`."""
    with (folder / "boxes.csv").open(newline="") as file:
        return [
            BoxedPhoto(
                folder / row["file"], np.array([float(row[k]) for k in ("x0", "y0", "x1", "y1")])
            )
            for row in csv.DictReader(file)
        ]


def certain_photos(folder: Path, certain: bool = True) -> list[BoxedPhoto]:
    """The photos of the `low` track whose text is certain, or those where it is not."""
    with (folder / "labels.csv").open(newline="") as file:
        return [
            BoxedPhoto(folder / row["file"], np.array([float(v) for v in row["box"].split()]))
            for row in csv.DictReader(file)
            if row["track"] == "low" and (row["label_confidence"] in _CERTAIN) == certain
        ]


@dataclass
class RealPhotos:
    """Draws weakly labelled pages and backdrops from a folder of real photos."""

    photos: list[BoxedPhoto]
    _greys: dict[Path, np.ndarray] = field(default_factory=dict)

    @classmethod
    def to_train_on(cls, folder: Path) -> RealPhotos:
        photos = unlabelled_photos(folder) + certain_photos(folder, certain=False)
        return cls([photo for photo in photos if not held_out(photo)])

    def page(self, rng: np.random.Generator, shape: tuple[int, int]) -> Page:
        """A real photo, enlarged, squeezed, turned; its VIN line known by its box alone."""
        image, box = self._view(rng, shape)
        known = _around(box, shape)
        if rng.random() < 0.5:
            image = photograph(rng, image.astype(np.float32), (box[3] - box[1] + 1) * 0.6)
        nothing = np.zeros(shape, np.uint8)
        no_quads, none = np.zeros((0, 4, 2), np.float32), np.zeros(0, int)
        return Page(image, no_quads, none, none.astype(bool), nothing, known, box)

    def backdrop(self, rng: np.random.Generator, shape: tuple[int, int]) -> Backdrop:
        """The same with the VIN painted over by what is above and below it."""
        image, box = self._view(rng, shape)
        known = _around(box, shape)
        x0, y0, x1, y1 = _widened(box, 0.25).astype(int)
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, shape[1]), min(y1, shape[0])
        if x1 > x0 and y1 > y0:
            above, below = image[max(y0 - 1, 0), x0:x1], image[min(y1, shape[0] - 1), x0:x1]
            ramp = np.linspace(0, 1, y1 - y0)[:, None]
            image = image.copy()
            image[y0:y1, x0:x1] = cv2.blur((above * (1 - ramp) + below * ramp), (9, 3))
            known[y0:y1, x0:x1] = 0
        return Backdrop(image, known)

    def _grey(self, path: Path) -> np.ndarray:
        if path not in self._greys:
            self._greys[path] = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        return self._greys[path]

    def _view(
        self, rng: np.random.Generator, shape: tuple[int, int]
    ) -> tuple[np.ndarray, np.ndarray]:
        """A crop of a random photo, the VIN's box in it."""
        photo = self.photos[int(rng.integers(len(self.photos)))]
        grey = self._grey(photo.path)
        x0, y0, x1, y1 = photo.box
        squeeze = float(np.exp(rng.uniform(-0.3, 0.3)))
        turn = int(rng.choice([0, 1, 2, 3], p=[0.7, 0.12, 0.06, 0.12]))
        along = shape[0] if turn % 2 else shape[1]
        longest = max(grey.shape)
        scale = float(np.exp(rng.uniform(np.log(330), np.log(900)))) / longest
        scale = min(scale, 0.97 * along / max(8.0, (x1 - x0) * squeeze))
        matrix = np.diag([scale * squeeze, scale / squeeze, 1.0])
        cos, sin = ((1, 0), (0, 1), (-1, 0), (0, -1))[turn]
        matrix = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1.0]]) @ matrix
        ends = np.array([[x0, y0, 1], [x1, y1, 1.0]]) @ matrix.T
        low, high = ends[:, :2].min(axis=0), ends[:, :2].max(axis=0)
        room = np.array([shape[1], shape[0]])
        slack = np.maximum(room - (high - low), 0)
        matrix[:2, 2] = rng.uniform(0, 1, 2) * slack - low
        size = (shape[1], shape[0])
        way = cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR
        image = cv2.warpAffine(grey, matrix[:2], size, flags=way, borderValue=0)
        shift = matrix[:2, 2]
        box = np.concatenate([low + shift, high + shift]).astype(np.float32)
        return image, box


def _widened(box: np.ndarray, share: float) -> np.ndarray:
    """The box with a margin of `share` of its shorter side all around."""
    margin = share * min(box[2] - box[0], box[3] - box[1])
    return box + np.array([-margin, -margin, margin, margin])


def _around(box: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Everything known (no VIN line) but the box and a margin around it."""
    known = np.full(shape, 255, np.uint8)
    x0, y0, x1, y1 = np.round(_widened(box, 0.2)).astype(int)
    known[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = 0
    return known
