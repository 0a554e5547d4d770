"""Photographs of real vehicles as training material: backdrops, and boxes as weak supervision.

Where the alignment knows how the number runs, its tilted quad stands for the box.

Only photos without certain text are trained on (`unlabelled`, and the part of `low` whose labels
are single or double reads); one in ten is held out by the hash of its name, `native` never read.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from training.recognition.alignment import aligned_photos
from training.synthesis.pages import Backdrop, Page
from training.synthesis.scenes import photograph

__all__ = ["BoxedPhoto", "RealPhotos", "certain_photos", "held_out", "unlabelled_photos"]

_CERTAIN = ("check_digit", "second_photo")
_UPRIGHT, _QUARTERS = 0.4, 0.2
"""Shares of views that are not turned, and that are turned by quarters; the others lie at any
angle."""
_LONGEST = (290, 900)
"""Pixels of a photo's longer side in a view."""


@dataclass(frozen=True)
class BoxedPhoto:
    """A photo file and the upright box (4,) x0 y0 x1 y1 around its VIN, pixels; and the quad (4, 2)
    around it that follows the line, if it is known."""

    path: Path
    box: np.ndarray
    quad: np.ndarray | None = None

    @property
    def corners(self) -> np.ndarray:
        """The quad, or else the box's corners (4, 2), clockwise."""
        x0, y0, x1, y1 = self.box
        box = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        return box if self.quad is None else self.quad


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
    def to_train_on(cls, folder: Path, aligned: Path | None = None) -> RealPhotos:
        """Those of `folder` that may train, with the quads of the file `aligned`."""
        photos = unlabelled_photos(folder) + certain_photos(folder, certain=False)
        lines = {folder / a.file: a.quad for a in aligned_photos(aligned)} if aligned else {}
        return cls([replace(p, quad=lines.get(p.path)) for p in photos if not held_out(p)])

    def page(self, rng: np.random.Generator, shape: tuple[int, int]) -> Page:
        """A real photo, enlarged, squeezed, turned; its VIN line known by its box alone."""
        photo = self._any(rng)
        image, box = _view(rng, self._grey(photo.path), photo.corners, shape)
        known = np.where(_around(box, shape, 0.2), 0, 255).astype(np.uint8)
        if rng.random() < 0.5:
            tall = min(np.linalg.norm(box[1] - box[0]), np.linalg.norm(box[3] - box[0]))
            image = photograph(rng, image.astype(np.float32), (float(tall) + 1) * 0.6)
        nothing = np.zeros(shape, np.uint8)
        no_quads, none = np.zeros((0, 4, 2), np.float32), np.zeros(0, int)
        return Page(image, no_quads, none, none.astype(bool), nothing, known, box)

    def backdrop(self, rng: np.random.Generator, shape: tuple[int, int]) -> Backdrop:
        """The same with the VIN painted over by what is above and below it."""
        photo = self._any(rng)
        grey = self._grey(photo.path).copy()
        x0, y0, x1, y1 = _widened(photo.box, 0.25).astype(int)
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, grey.shape[1]), min(y1, grey.shape[0])
        above, below = grey[max(y0 - 1, 0), x0:x1], grey[min(y1, grey.shape[0] - 1), x0:x1]
        ramp = np.linspace(0, 1, y1 - y0)[:, None]
        grey[y0:y1, x0:x1] = cv2.blur(above * (1 - ramp) + below * ramp, (5, 3))
        image, box = _view(rng, grey, replace(photo, quad=None).corners, shape)
        return Backdrop(image, np.where(_around(box, shape, 0.25), 0, 255).astype(np.uint8))

    def _any(self, rng: np.random.Generator) -> BoxedPhoto:
        return self.photos[int(rng.integers(len(self.photos)))]

    def _grey(self, path: Path) -> np.ndarray:
        if path not in self._greys:
            self._greys[path] = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        return self._greys[path]


def _view(
    rng: np.random.Generator, grey: np.ndarray, box: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """A crop of a photo, squeezed and turned, that shows the whole of the box (4, 2); and the box
    there, float32."""
    longest = np.exp(rng.uniform(np.log(_LONGEST[0]), np.log(_LONGEST[1])))
    scale = float(longest) / max(grey.shape)
    matrix = _squeezed(rng, 0.3) @ np.diag([scale, scale])
    angle = _angle(rng)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = _squeezed(rng, 0.1) @ np.array([[cos, -sin], [sin, cos]]) @ matrix
    corners = box @ matrix.T
    room = np.array([shape[1], shape[0]])
    shrunk = min(1.0, float((0.97 * room / np.maximum(np.ptp(corners, axis=0), 8)).min()))
    matrix, corners = matrix * shrunk, corners * shrunk
    low, slack = corners.min(axis=0), room - np.ptp(corners, axis=0)
    shift = rng.uniform(0, 1, 2) * slack - low
    image = cv2.warpAffine(
        grey,
        np.column_stack([matrix, shift + matrix @ [0.5, 0.5] - 0.5]),  # it counts from middles
        (shape[1], shape[0]),
        flags=cv2.INTER_CUBIC if rng.random() < 0.5 else cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE if rng.random() < 0.5 else cv2.BORDER_CONSTANT,
    )
    return image, (corners + shift).astype(np.float32)


def _squeezed(rng: np.random.Generator, most: float) -> np.ndarray:
    """Wider and as much lower, or the other way round, by up to e to the `most`."""
    squeeze = float(np.exp(rng.uniform(-most, most)))
    return np.diag([squeeze, 1 / squeeze])


def _angle(rng: np.random.Generator) -> float:
    """Radians that a photo is turned by: often not at all, or by quarters, or by any angle."""
    kind = rng.random()
    if kind < _UPRIGHT:
        return 0.0
    if kind < _UPRIGHT + _QUARTERS:
        return float(rng.choice([1, 2, 3], p=[0.4, 0.2, 0.4])) * np.pi / 2
    return float(rng.uniform(0, 2 * np.pi))


def _widened(box: np.ndarray, share: float) -> np.ndarray:
    """The upright box with a margin of `share` of its shorter side all around."""
    margin = share * min(box[2] - box[0], box[3] - box[1])
    return box + np.array([-margin, -margin, margin, margin])


def _around(box: np.ndarray, shape: tuple[int, int], share: float) -> np.ndarray:
    """Where the box (4, 2) and a margin of `share` of its shorter side are: bool."""
    right, down = box[1] - box[0], box[3] - box[0]
    margin = share * min(np.linalg.norm(right), np.linalg.norm(down))
    right, down = (side * margin / max(float(np.linalg.norm(side)), 1e-6) for side in (right, down))
    wide = box + np.stack([-right - down, right - down, right + down, down - right])
    mask = np.zeros(shape, np.uint8)
    cv2.fillConvexPoly(mask, np.round(wide).astype(np.int32), 1)
    return mask > 0
