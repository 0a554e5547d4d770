"""What is wrong with the photo of a number, and what a person can do about it.

Each defect has a confidence from 0 to 1, judged on the line itself: figures that are measured there
(`measuring`), weighed by a logistic regression which `training.quality` fits to photos whose
defects are known. Where no line is known, little can be said, and that of the whole photo.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.advice import KINDS, SHOW_THE_NUMBER, TAKE_CLOSER
from vinreader.levelling import level
from vinreader.logistic import Weights
from vinreader.measures import Measures
from vinreader.measuring import measured
from vinreader.results import Defect, Reading
from vinreader.sharpness import edge_blur, safe_log

__all__ = [
    "DEFECTS",
    "Findings",
    "PhotoMeasures",
    "advised",
    "inspect_line",
    "inspect_photo",
    "photo_measures",
    "weights_of",
]

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

DEFECTS = ("blurry", "glare", "dark", "low_contrast", "too_small", "cut_off", "obstructed")
WEIGHTS = Path(__file__).with_name("defects.json")
"""Written by `python -m training fit-defects`."""
TOLD = 0.5
"""Confidence from which on a defect is told: there it is as likely as not."""
LONG_SIDE = 640
"""Size in pixels that a whole photo is reduced to, at most."""


@dataclass(frozen=True)
class Findings:
    """`defects` from the surest on; `advice` for the first of them, empty where there is none."""

    defects: tuple[Defect, ...] = ()
    advice: str = ""


@dataclass(frozen=True)
class PhotoMeasures:
    """Figures of a whole photo."""

    white: float
    """Logarithm of the level of its brightest fiftieth, over 255."""
    edge: float
    """Logarithm of the blur of its strongest edges, in pixels of the reduced photo."""

    def vector(self) -> NDArray[np.float64]:
        """All of them, in order."""
        return np.array([getattr(self, field.name) for field in fields(self)], np.float64)


def advised(reading: Reading, photo: Pixels) -> Reading:
    """The reading of a photo (H, W, 3) uint8 with what is wrong with it. Where the number is not to
    be trusted and nothing better was advised than to try again, the advice is about the surest
    defect."""
    if reading.characters:
        boxes = np.array([character.box for character in reading.characters], np.float32)
        findings = inspect_line(photo, boxes)
    else:
        findings = inspect_photo(photo)
    advice = reading.advice
    if findings.advice and advice in ((SHOW_THE_NUMBER,), (TAKE_CLOSER,)):
        advice = (findings.advice,)
    return replace(reading, defects=findings.defects, advice=advice)


def inspect_line(photo: Pixels, characters: Array) -> Findings:
    """What is wrong with the line in a photo (H, W) or (H, W, 3) uint8 whose characters are the
    quads (N, 4, 2), N >= 1."""
    measures = measured(level(photo, characters))
    return _told(weights_of("line"), measures.vector(), measures)


def inspect_photo(photo: Pixels) -> Findings:
    """The same of a whole photo."""
    return _told(weights_of("photo"), photo_measures(photo).vector(), None)


def photo_measures(photo: Pixels) -> PhotoMeasures:
    """The figures of a photo (H, W) or (H, W, 3) uint8, of whose colours green will do: all pixels
    of a large photo would cost more than the rest of this module."""
    coarse = max(1, max(photo.shape[:2]) // (2 * LONG_SIDE))
    grey = (photo if photo.ndim == 2 else photo[..., 1])[::coarse, ::coarse]
    factor = min(1.0, LONG_SIDE / max(grey.shape))
    size = [max(8, round(side * factor)) for side in grey.shape[::-1]]
    small = cv2.resize(np.ascontiguousarray(grey), size, interpolation=cv2.INTER_AREA)
    return PhotoMeasures(
        white=safe_log(float(np.quantile(small[::2, ::2], 0.98)) / 255),
        edge=safe_log(edge_blur(np.asarray(small, np.float32), 1.0)),
    )


@cache
def weights_of(of: str) -> dict[str, Weights]:
    """Those for a `line` or a whole `photo`, by defect."""
    names = [field.name for field in fields(Measures if of == "line" else PhotoMeasures)]
    fitted = json.loads(WEIGHTS.read_text())[of]
    return {defect: Weights.of(data, names) for defect, data in fitted.items()}


def _told(
    weights: Mapping[str, Weights], vector: NDArray[np.float64], measures: Measures | None
) -> Findings:
    sure = {defect: float(one.confidence(vector)) for defect, one in weights.items()}
    order = sorted((defect for defect in sure if sure[defect] >= TOLD), key=lambda d: -sure[d])
    defects = tuple(Defect(defect, round(sure[defect], 4)) for defect in order)
    return Findings(defects, _advice(order[0], measures) if order else "")


def _advice(defect: str, measures: Measures | None) -> str:
    """One sentence for a person, with the figure that helps, where the line was measured."""
    if measures is None:
        return KINDS[defect]
    match defect:
        case "too_small":
            cap = max(1, round(float(np.exp(measures.cap))))
            return KINDS[defect].format(pixels=f"{cap} pixel{'s' * (cap > 1)}")
        case "dark":
            share = round(100 * float(np.exp(measures.white)))
            return KINDS["dark_number"].format(percent=share)
        case "low_contrast":
            share = max(1, round(100 * float(np.exp(measures.relative))))
            return KINDS[defect].format(percent=share)
        case "blurry" if measures.softest - measures.sharpest > SMEARED:
            return KINDS["smeared"]
        case "cut_off" if measures.end <= measures.side:
            return KINDS["end_cut_off"]
        case _:
            return KINDS[defect]


SMEARED = 0.28
"""From this difference between the softest and the sharpest edges on, the phone has moved."""
