"""Which characters stand where in a strip, by two heads on one network: boxes in a row of cells
(YOLOv2, Redmon & Farhadi 2017) and symbols in frames along the line (CTC, Graves 2006)."""

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

_HEADS = ["objectness", "boxes", "classes", "frames"]
"""What the model answers with."""


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
    frame_width: float
    """Strip pixels that one frame stands for."""

    @classmethod
    def from_metadata(cls, metadata: dict[str, str]) -> RecognizerLayout:
        """From the metadata of a `yolo` model.

        Raises:
            ValueError: it is the metadata of another kind of model, or of one from before there
                were frames.
        """
        if metadata.get("kind") != "yolo":
            raise ValueError(f"not a yolo model: kind is {metadata.get('kind')!r}")
        if "frame_width" not in metadata:
            raise ValueError(
                f"a yolo model of version {metadata.get('version')} has no frames: 2 is needed"
            )
        shape = json.loads(metadata["input"])
        return cls(
            height=int(shape["height"]),
            width=int(shape["width"]),
            softening=float(json.loads(metadata["normalisation"])["softening"]),
            alphabet=metadata["alphabet"],
            frame_width=float(metadata["frame_width"]),
        )


@dataclass(frozen=True)
class Evidence:
    """What one strip shows, from left to right: `objectness` (K,), `centres` and `widths` (K,) in
    strip pixels, `classes` (K, 33) probabilities over the alphabet; `frames` (T, 34) probabilities,
    the blank last, of stretches `frame_width` strip pixels wide.

    `seams` are the places where strips of several lines were joined end to end.
    """

    objectness: Array
    centres: Array
    widths: Array
    classes: Array
    frames: Array
    frame_width: float
    seams: tuple[float, ...] = ()

    @property
    def width(self) -> float:
        """Of the strip, in pixels."""
        return len(self.frames) * self.frame_width


def preprocess(strips: NDArray[np.uint8], layout: RecognizerLayout) -> Array:
    """The model's input (N, 1, H, W) float32: each strip (H, W) uint8 with mean 0 and deviation
    1."""
    values = strips.astype(np.float32)
    mean = values.mean(axis=(1, 2), keepdims=True)
    deviation = values.std(axis=(1, 2), keepdims=True)
    return np.asarray(((values - mean) / (deviation + layout.softening))[:, None], np.float32)


def postprocess(
    objectness: Array,
    boxes: Array,
    classes: Array,
    frames: Array,
    frame_width: float,
    config: RecognitionConfig,
) -> tuple[Evidence, ...]:
    """Boxes (N, K, 2) centre and width with objectness (N, K) and classes (N, K, 33), each
    character once: of boxes on the same spot the surest stays (non-maximum suppression in one
    dimension). The frames (N, T, 34) stay as they are."""
    found = []
    for i in range(len(objectness)):
        kept = _distinct(objectness[i], boxes[i], config)
        found.append(
            Evidence(
                objectness[i, kept],
                boxes[i, kept, 0],
                boxes[i, kept, 1],
                classes[i, kept],
                frames[i],
                frame_width,
            )
        )
    return tuple(found)


def _distinct(objectness: Array, boxes: Array, config: RecognitionConfig) -> NDArray[np.intp]:
    """Indices of the boxes that stay, from left to right."""
    order = np.argsort(-objectness, kind="stable")
    order = order[objectness[order] >= config.faintest]
    centres, widths = boxes[order, 0], boxes[order, 1]
    near = np.abs(centres[:, None] - centres) < config.nearest * (widths[:, None] + widths) / 2
    standing = np.ones(len(order), np.bool_)
    for i in range(len(order)):
        if standing[i]:
            standing[i + 1 :] &= ~near[i, i + 1 :]
    kept = order[standing]
    return np.asarray(kept[np.argsort(boxes[kept, 0], kind="stable")])


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
            objectness, boxes, classes, frames = self.session.run(_HEADS, {self._input: tensor})
            width = self.layout.frame_width
            evidence += postprocess(objectness, boxes, classes, frames, width, self.config)
        return tuple(evidence)
