"""Strips from aligned real photos, cut and degraded anew each time one is asked for."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from training.recognition.alignment import DOUBTED, aligned_photos
from training.synthesis import degradations as effect
from training.synthesis.batches import UNKNOWN
from training.synthesis.strips import STRIP_HEIGHT, STRIP_WIDTH, Strip
from vinreader.rectification import Adjustment, adjust, cut
from vinreader.vin import ALPHABET

__all__ = ["RealStrips"]


class RealStrips:
    """Endless variations of a few hundred photos; `alignment` is the file that `align` wrote."""

    def __init__(self, alignment: Path, real: Path) -> None:
        self.photos = [
            (photo, np.asarray(cv2.imread(str(real / photo.file), cv2.IMREAD_GRAYSCALE), np.uint8))
            for photo in aligned_photos(alignment)
        ]

    def make(self, rng: np.random.Generator) -> Strip:
        """A strip of a photo drawn at random, with the errors that rectification makes."""
        photo, grey = self.photos[int(rng.integers(len(self.photos)))]
        before, after = rng.uniform(-0.2, 1.2, 2)
        above, below = rng.normal(0.0, 0.14, 2).clip(-0.35, 0.6)
        lean, tilt = rng.normal(0, 0.15), rng.normal(0, 0.06)
        change = Adjustment(before, after, above, below, lean, tilt)
        quad = adjust(photo.quad, change)
        image = cut(grey, quad[None], (STRIP_WIDTH, STRIP_HEIGHT))[0]
        strip = np.array(
            [[0, 0], [STRIP_WIDTH, 0], [STRIP_WIDTH, STRIP_HEIGHT], [0, STRIP_HEIGHT]], np.float32
        )
        to_strip = cv2.getPerspectiveTransform(quad, strip)
        points = cv2.perspectiveTransform(photo.edges.reshape(-1, 1, 2), to_strip)
        boxes = np.asarray(points, np.float32).reshape(-1, 2, 2)[:, :, 0]
        inside = (boxes.mean(axis=1) > 0) & (boxes.mean(axis=1) < STRIP_WIDTH)
        labels = np.array(
            [UNKNOWN if symbol == DOUBTED else ALPHABET.index(symbol) for symbol in photo.vin],
            np.int64,
        )
        image = _photographed_again(rng, image)
        return Strip(image, boxes[inside], labels[inside], photo.vin, "real", photo=image)


def _photographed_again(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A little other light, focus and noise, so that no photo is learnt by heart."""
    picture = image.astype(np.float32) / np.float32(255)
    if rng.random() < 0.5:
        picture = effect.shade_edge(picture, rng)
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(1, 5), sigmaY=rng.uniform(0.3, 1.2))
    if rng.random() < 0.08:
        picture = effect.glare(picture, rng)
    picture = effect.grain(picture, rng, float(rng.gamma(1.5, 0.01)))
    gain, lift = float(np.exp(rng.normal(0, 0.2))), float(rng.normal(0, 0.05))
    if rng.random() < 0.08:
        gain, lift = -gain, 1.0 + lift  # the other polarity
    return effect.as_camera(picture * gain + lift)
