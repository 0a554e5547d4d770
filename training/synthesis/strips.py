"""Strips as the rectifier cuts them: (32, 960) grey images of a VIN line with a box for each
character.

A strip is made the way a real one comes about: glyphs are set into a line with its neighbours, the
line is cut out by a not quite right quad at the resolution the photo has there, the surface, glass,
light and camera do their work at that resolution, and the result is stretched to the strip. Every
strip depends on (seed, index) alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.lines import SetLine, set_other_line, set_vin_line
from training.synthesis.surfaces import paint
from vinreader.vin import ALPHABET

__all__ = ["STRIP_HEIGHT", "STRIP_WIDTH", "Strip", "StripConfig", "StripSynthesiser"]

STRIP_HEIGHT = 32
STRIP_WIDTH = 960


@dataclass(frozen=True)
class StripConfig:
    """Shares of what is drawn; the ranges follow what real photos show (low resolution
    dominates)."""

    negative: float = 0.12
    """Strips without a VIN: upside down, other text, plain background. Their grid stays empty."""
    low_resolution: float = 0.5
    """Strips whose capitals are 5.5 to 14 pixels high in the photo; the others have 14 to 44."""
    valid_check_digit: float = 0.8


@dataclass(frozen=True)
class Strip:
    """`image` (32, 960) uint8; `boxes` (N, 2) float32 left and right edge in strip pixels; `labels`
    (N,) int64 indices into the alphabet. Negatives have N = 0."""

    image: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    text: str
    style: str


class StripSynthesiser:
    """Strips by index; the same (seed, index) gives the same strip on any machine with the same
    fonts."""

    def __init__(
        self, seed: int, real: Path | None = None, config: StripConfig | None = None
    ) -> None:
        self.seed = seed
        self.config = config or StripConfig()
        self.backgrounds = Backgrounds(real)

    def make(self, index: int) -> Strip:
        """The strip number `index` of this seed."""
        rng = np.random.default_rng([self.seed, index])
        kind = "vin"
        if rng.random() < self.config.negative:
            kind = str(rng.choice(["upside_down", "other_text", "background"], p=[0.4, 0.4, 0.2]))
        if kind in ("other_text", "background"):
            line = set_other_line(rng, empty=kind == "background")
        else:
            line = set_vin_line(rng, self.config.valid_check_digit)
        image, boxes, style = self._photograph(rng, line)
        if kind == "upside_down":
            image, boxes = image[::-1, ::-1].copy(), boxes[:0]
        inside = (boxes.mean(axis=1) > 0) & (boxes.mean(axis=1) < STRIP_WIDTH)
        labels = np.array([ALPHABET.index(s) for s in line.text[: len(boxes)]], np.int64)
        return Strip(image, boxes[inside], labels[inside], line.text, style)

    def _photograph(
        self, rng: np.random.Generator, line: SetLine
    ) -> tuple[np.ndarray, np.ndarray, str]:
        low = rng.random() < self.config.low_resolution
        cap = float(rng.uniform(5.5, 14) if low else np.exp(rng.uniform(np.log(14), np.log(44))))
        window, size = _window(rng, line, cap)
        to_photo = cv2.getPerspectiveTransform(
            window, np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
        )
        ink = _resample(line.ink, to_photo, size, cap / line.cap)
        picture, style = paint(rng, ink, cap, self.backgrounds)
        picture = _take_photo(rng, picture, cap)
        how = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_CUBIC
        if picture.shape[0] > STRIP_HEIGHT * 1.5:
            how = cv2.INTER_AREA
        strip = cv2.resize(picture, (STRIP_WIDTH, STRIP_HEIGHT), interpolation=how)
        boxes = _project(line.edges, to_photo)[:, :, 0] * (STRIP_WIDTH / size[0])
        return strip, boxes.astype(np.float32), style


def _window(
    rng: np.random.Generator, line: SetLine, cap: float
) -> tuple[np.ndarray, tuple[int, int]]:
    """The quad (4, 2) that a rectifier would cut, in pixels of the set line, and its size in the
    photo.

    It is wrong as real ones are: margins of any size, ends cut, rows missing, shear, tilt and
    keystone.
    """
    left, right = line.span
    width = right - left
    wide = rng.random() < 0.12
    margins = rng.uniform(-0.01, 0.45 if wide else 0.10, 2) * width
    rows = rng.normal(0.28, 0.17, 2).clip(-0.2, 0.8)
    if rng.random() < 0.25:  # the detector took a touching bar code or line for a part of this one
        rows[int(rng.integers(2))] = rng.uniform(0.5, 1.3)
    above, below = rows * line.cap
    shear = rng.normal(0, 0.22) * line.cap
    tilt = rng.normal(0, 0.16) * line.cap
    x0, x1 = left - margins[0], right + margins[1]
    y0, y1 = line.top - above, line.top + line.cap + below
    window = np.array(
        [
            [x0 + shear, y0 - tilt],
            [x1 + shear, y0 + tilt],
            [x1 - shear, y1 + tilt],
            [x0 - shear, y1 - tilt],
        ]
    )
    window[:, 1] += rng.normal(0, 0.05, 4) * line.cap
    squeeze = float(np.exp(rng.normal(0, 0.22)))
    scale = cap / line.cap
    size = (
        max(60, int((x1 - x0) * scale * squeeze)),
        max(8, int((y1 - y0) * scale)),
    )
    return window.astype(np.float32), size


def _resample(
    ink: np.ndarray, to_photo: np.ndarray, size: tuple[int, int], scale: float
) -> np.ndarray:
    """(H, W) float32 coverage of the line at the photo's resolution, filtered against aliasing."""
    if scale < 0.7:  # area averaging first: a warp alone would alias
        shrink = scale * 1.3
        small = cv2.resize(ink, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        fx, fy = small.shape[1] / ink.shape[1], small.shape[0] / ink.shape[0]
        to_photo = to_photo @ np.diag([1 / fx, 1 / fy, 1.0])
        ink = small
    warped = cv2.warpPerspective(ink, to_photo, size, flags=cv2.INTER_LINEAR)
    return warped.astype(np.float32) * np.float32(1 / 255)


def _project(points: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """Points (…, 2) through a (3, 3) homography."""
    homogeneous = np.concatenate([points, np.ones((*points.shape[:-1], 1))], axis=-1)
    moved = homogeneous @ homography.T
    return np.asarray(moved[..., :2] / moved[..., 2:])


def _take_photo(rng: np.random.Generator, picture: np.ndarray, cap: float) -> np.ndarray:
    """Camera and file: focus, motion, noise, exposure, compression, resampling by apps. uint8
    out."""
    if rng.random() < 0.75:
        picture = effect.blur(picture, rng, max(0.3, abs(float(rng.normal(0, 0.055))) * cap))
    if rng.random() < 0.15:
        picture = effect.motion_blur(picture, rng, rng.uniform(0.1, 0.3) * cap)
    if rng.random() < 0.7:
        picture = effect.grain(picture, rng, float(rng.gamma(1.5, 0.009)))
    gain, lift = float(np.exp(rng.normal(0, 0.2))), float(rng.normal(0, 0.06))
    photo = effect.as_camera(picture * gain + lift)
    if rng.random() < 0.7:
        photo = effect.jpeg(photo, int(rng.integers(22, 96)))
    if cap < 14 and rng.random() < 0.3:  # sharpened by the phone
        soft = cv2.GaussianBlur(photo, (0, 0), 1.0)
        photo = cv2.addWeighted(photo, 1.7, soft, -0.7, 0)
    return photo
