"""Which characters stand where in a strip: YOLOv2 (Redmon & Farhadi 2017) on one row of cells."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

__all__ = [
    "Evidence",
    "RecognitionConfig",
    "Recognizer",
    "RecognizerLayout",
    "postprocess",
    "preprocess",
]

Array = NDArray[np.float32]


@dataclass(frozen=True)
class RecognitionConfig:
    """What of the grid is kept."""

    faintest: float = 0.01
    """Objectness under which a box is nothing: low, as decoding weighs what is left."""
    nearest: float = 0.45
    """Two boxes whose centres are closer than this share of their mean width are one character."""
    batch: int = 16
    """Strips in one run; larger batches gain nothing on one core and cost memory."""


@dataclass(frozen=True)
class RecognizerLayout:
    """What the model file says about itself."""

    height: int
    width: int
    softening: float
    alphabet: str

    @classmethod
    def from_metadata(cls, metadata: dict[str, str]) -> RecognizerLayout:
        """From the metadata of a `yolo` model.

        Raises:
            ValueError: it is the metadata of another kind of model.
        """
        if metadata.get("kind") != "yolo":
            raise ValueError(f"not a yolo model: kind is {metadata.get('kind')!r}")
        shape = json.loads(metadata["input"])
        return cls(
            height=int(shape["height"]),
            width=int(shape["width"]),
            softening=float(json.loads(metadata["normalisation"])["softening"]),
            alphabet=metadata["alphabet"],
        )


@dataclass(frozen=True)
class Evidence:
    """What one strip shows, from left to right: `objectness` (K,), `centres` and `widths` (K,) in
    strip pixels, `classes` (K, 33) probabilities over the alphabet."""

    objectness: Array
    centres: Array
    widths: Array
    classes: Array


def preprocess(strips: NDArray[np.uint8], layout: RecognizerLayout) -> Array:
    """The model's input (N, 1, H, W) float32: each strip (H, W) uint8 with mean 0 and deviation
    1."""
    values = strips.astype(np.float32)
    mean = values.mean(axis=(1, 2), keepdims=True)
    deviation = values.std(axis=(1, 2), keepdims=True)
    return np.asarray(((values - mean) / (deviation + layout.softening))[:, None], np.float32)


def postprocess(
    objectness: Array, boxes: Array, classes: Array, config: RecognitionConfig
) -> tuple[Evidence, ...]:
    """Boxes (N, K, 2) centre and width with objectness (N, K) and classes (N, K, 33), each
    character once: of boxes on the same spot the surest stays (non-maximum suppression in one
    dimension)."""
    return tuple(
        _distinct(*strip, config) for strip in zip(objectness, boxes, classes, strict=True)
    )


def _distinct(
    objectness: Array, boxes: Array, classes: Array, config: RecognitionConfig
) -> Evidence:
    order = np.argsort(-objectness, kind="stable")
    kept: list[int] = []
    for i in order[objectness[order] >= config.faintest]:
        centre, width = boxes[i]
        if all(
            abs(centre - boxes[k, 0]) >= config.nearest * (width + boxes[k, 1]) / 2 for k in kept
        ):
            kept.append(int(i))
    left_to_right = sorted(kept, key=lambda k: float(boxes[k, 0]))
    return Evidence(
        objectness[left_to_right],
        boxes[left_to_right, 0],
        boxes[left_to_right, 1],
        classes[left_to_right],
    )


class Recognizer:
    """Reads strips with the model at `model_path`, on `threads` threads."""

    def __init__(
        self, model_path: Path, threads: int = 1, config: RecognitionConfig | None = None
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.config = config or RecognitionConfig()
        self.session = onnxruntime.InferenceSession(
            str(model_path), options, providers=["CPUExecutionProvider"]
        )
        self.layout = RecognizerLayout.from_metadata(
            self.session.get_modelmeta().custom_metadata_map
        )
        self._input = self.session.get_inputs()[0].name

    def recognize(self, strips: NDArray[np.uint8]) -> tuple[Evidence, ...]:
        """The evidence in each of the strips (N, H, W) uint8, in their order."""
        evidence: list[Evidence] = []
        for first in range(0, len(strips), self.config.batch):
            tensor = preprocess(strips[first : first + self.config.batch], self.layout)
            objectness, boxes, classes = self.session.run(None, {self._input: tensor})
            evidence += postprocess(objectness, boxes, classes, self.config)
        return tuple(evidence)
