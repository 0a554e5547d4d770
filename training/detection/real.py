"""Photographs of real vehicles as training material: backdrops, and boxes as weak supervision.

Where the alignment knows each character and the line that hugs them, the page is known as a
synthetic one is, but for what other text there is.

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

from training.recognition.alignment import Aligned, aligned_photos
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
    """A photo file and the upright box (4,) x0 y0 x1 y1 around its VIN, pixels; and where its
    characters are, if that is known."""

    path: Path
    box: np.ndarray
    aligned: Aligned | None = None

    @property
    def corners(self) -> np.ndarray:
        """The corners (4, 2) of the aligned quad, or else of the box, clockwise."""
        x0, y0, x1, y1 = self.box
        box = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        return box if self.aligned is None else self.aligned.quad


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
        """Those of `folder` that may train, with the characters of the file `aligned`."""
        photos = unlabelled_photos(folder) + certain_photos(folder, certain=False)
        known = {folder / a.file: a for a in aligned_photos(aligned)} if aligned else {}
        return cls([replace(p, aligned=known.get(p.path)) for p in photos if not held_out(p)])

    def page(self, rng: np.random.Generator, shape: tuple[int, int]) -> Page:
        """A real photo, enlarged, squeezed, turned. Of its text the number is known where the photo
        is aligned and a line hugs it; else a box around the VIN alone is."""
        photo = self._any(rng)
        image, matrix = _view(rng, self._grey(photo.path), photo.corners, shape)
        corners = _carried(photo.corners, matrix)
        if rng.random() < 0.5:
            tall = min(
                np.linalg.norm(corners[1] - corners[0]), np.linalg.norm(corners[3] - corners[0])
            )
            image = photograph(rng, image.astype(np.float32), (float(tall) + 1) * 0.6)
        if photo.aligned is None or photo.aligned.line is None:
            nothing = np.zeros(shape, np.uint8)
            known = np.where(_around(corners, shape, 0.2), 0, 255).astype(np.uint8)
            no_quads, none = np.zeros((0, 4, 2), np.float32), np.zeros(0, int)
            return Page(image, no_quads, none, none.astype(bool), nothing, known, corners)
        line = _carried(photo.aligned.line, matrix)
        quads = _characters(_carried(photo.aligned.edges, matrix), line)
        hull = cv2.convexHull(np.concatenate([line, quads.reshape(-1, 2)]))[:, 0]
        text_known = np.where(_filled(hull, shape), 255, 0).astype(np.uint8)
        everywhere = np.full(shape, 255, np.uint8)
        one, vin = np.zeros(len(quads), int), np.ones(len(quads), bool)
        return Page(image, quads, one, vin, text_known, everywhere)

    def backdrop(self, rng: np.random.Generator, shape: tuple[int, int]) -> Backdrop:
        """The same with the VIN painted over by what is above and below it."""
        photo = self._any(rng)
        grey = self._grey(photo.path).copy()
        x0, y0, x1, y1 = _widened(photo.box, 0.25).astype(int)
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, grey.shape[1]), min(y1, grey.shape[0])
        above, below = grey[max(y0 - 1, 0), x0:x1], grey[min(y1, grey.shape[0] - 1), x0:x1]
        ramp = np.linspace(0, 1, y1 - y0)[:, None]
        grey[y0:y1, x0:x1] = cv2.blur(above * (1 - ramp) + below * ramp, (5, 3))
        corners = replace(photo, aligned=None).corners
        image, matrix = _view(rng, grey, corners, shape)
        hidden = _around(_carried(corners, matrix), shape, 0.25)
        return Backdrop(image, np.where(hidden, 0, 255).astype(np.uint8))

    def _any(self, rng: np.random.Generator) -> BoxedPhoto:
        return self.photos[int(rng.integers(len(self.photos)))]

    def _grey(self, path: Path) -> np.ndarray:
        if path not in self._greys:
            self._greys[path] = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        return self._greys[path]


def _view(
    rng: np.random.Generator, grey: np.ndarray, box: np.ndarray, shape: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """A crop of a photo, squeezed and turned, that shows the whole of the box (4, 2); and the
    matrix (2, 3) from the photo to it."""
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
    return image, np.column_stack([matrix, shift])


def _carried(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Points (…, 2) of the photo in the view, float32."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def _characters(edges: np.ndarray, line: np.ndarray) -> np.ndarray:
    """The quads (N, 4, 2) of characters from the middles (N, 2, 2) of their left and right edges,
    as tall as the line (4, 2) that hugs them and along its middle."""
    start, end = (line[[0, 1]] + line[[3, 2]]) / 2
    along = (end - start) / max(float(np.linalg.norm(end - start)), 1e-6)
    middles = start + ((edges - start) @ along)[..., None] * along
    half = (line[[3, 2]] - line[[0, 1]]).mean(axis=0) / 2
    left, right = middles[:, 0], middles[:, 1]
    corners = [left - half, right - half, right + half, left + half]
    return np.stack(corners, axis=1).astype(np.float32)


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
    return _filled(box + np.stack([-right - down, right - down, right + down, down - right]), shape)


def _filled(outline: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Where the outline (N, 2) is: bool."""
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, [np.round(outline).astype(np.int32)], 1)
    return mask > 0
