"""Where text lines are in a photo, and which of them look like the VIN: a light CRAFT."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from vinreader.halving import halved
from vinreader.lines import LineConfig, distinct, lines_of
from vinreader.merit import completed
from vinreader.results import TextLine, as_quad

__all__ = [
    "DetectionConfig",
    "Detector",
    "ModelLayout",
    "drawn_out",
    "postprocess",
    "preprocess",
]

Array = NDArray[np.float32]
Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class DetectionConfig:
    """How a photo is looked at."""

    long_sides: tuple[int, ...] = (448, 640)
    """Sizes of the photo's longer side, pixels: large characters fire only at the small one, small
    ones only at the large one."""
    lines: LineConfig = field(default_factory=LineConfig)


@dataclass(frozen=True)
class ModelLayout:
    """What the model file says about itself."""

    scale: float
    multiple: int
    stride: int
    sigma: float
    maps: tuple[str, ...]

    @property
    def order(self) -> list[int]:
        """Where region, affinity and line are among the maps."""
        return [self.maps.index(name) for name in ("region", "affinity", "line")]

    @classmethod
    def from_metadata(cls, metadata: dict[str, str]) -> ModelLayout:
        """From the metadata of a `craft` model.

        Raises:
            ValueError: it is the metadata of another kind of model.
        """
        if metadata.get("kind") != "craft":
            raise ValueError(f"not a craft model: kind is {metadata.get('kind')!r}")
        return cls(
            scale=float(json.loads(metadata["input"])["scale"]),
            multiple=int(metadata["multiple"]),
            stride=int(metadata["stride"]),
            sigma=float(metadata["sigma"]),
            maps=tuple(json.loads(metadata["maps"])),
        )


_ROOM = 3
"""Halving stops before a side falls under this many times what the model is shown."""


def preprocess(grey: Grey, long_side: int, layout: ModelLayout) -> tuple[Array, Array]:
    """The model's input (1, 1, H, W) float32 and what its pixels measure in the photo's, (2,) x y.

    The photo in grey, (H, W) uint8, is shrunk or enlarged so that its longer side has `long_side`
    pixels, and padded with black to the right and below.
    """
    height, width = grey.shape
    factor = long_side / max(height, width)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    resized = cv2.resize(grey, size, interpolation=way)
    step = layout.multiple
    tensor = np.zeros((1, 1, -(-size[1] // step) * step, -(-size[0] // step) * step), np.float32)
    tensor[0, 0, : size[1], : size[0]] = resized.astype(np.float32) * layout.scale
    return tensor, np.array([width / size[0], height / size[1]], np.float32)


def postprocess(
    maps: Array, pixel: Array, layout: ModelLayout, config: LineConfig
) -> list[TextLine]:
    """Lines in the maps (1, 3, h, w) of one size, best first, quads in pixels of the photo; `pixel`
    as from `preprocess`."""
    found = lines_of(maps[0, layout.order], layout.sigma, config)
    unit = pixel * layout.stride
    return [TextLine(as_quad(np.array(line.quad) * unit), line.score) for line in found]


def drawn_out(
    maps: Array, pixel: Array, layout: ModelLayout, lines: list[TextLine]
) -> list[TextLine]:
    """Lines from `postprocess` of the same maps, drawn out to their last characters."""
    unit = pixel * layout.stride
    quads = np.array([line.quad for line in lines], np.float32).reshape(-1, 4, 2) / unit
    whole = completed(maps[0, layout.order], quads) * unit
    return [TextLine(as_quad(quad), line.score) for quad, line in zip(whole, lines, strict=True)]


class Detector:
    """Finds text lines with the model at `model_path`, on `threads` threads."""

    def __init__(
        self, model_path: Path, threads: int = 1, config: DetectionConfig | None = None
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.config = config or DetectionConfig()
        self.session = onnxruntime.InferenceSession(
            str(model_path), options, providers=["CPUExecutionProvider"]
        )
        self.layout = ModelLayout.from_metadata(self.session.get_modelmeta().custom_metadata_map)
        self._input = self.session.get_inputs()[0].name

    def detect(self, grey: Grey) -> tuple[TextLine, ...]:
        """Candidate lines in a photo (H, W) uint8, the likeliest VIN first.

        Quads are in pixels of the photo, clockwise, the long side along the text; which of its two
        directions is the reading direction is not known here.
        """
        *_, found = self.steps(grey)
        return found

    def steps(self, grey: Grey) -> Iterator[tuple[TextLine, ...]]:
        """The same after each size that the photo is looked at in, the smallest and quickest first:
        a size is looked at when the next step is asked for."""
        whole: dict[TextLine, TextLine] = {}
        for maps, pixel in self.maps(grey):
            lines = postprocess(maps, pixel, self.layout, self.config.lines)
            whole.update(zip(lines, drawn_out(maps, pixel, self.layout, lines), strict=True))
            # told apart as they were found: drawn out, a part would hide the line that it is of
            yield tuple(whole[line] for line in distinct(list(whole), self.config.lines))

    def maps(self, grey: Grey) -> Iterator[tuple[Array, Array]]:
        """For each size the maps (1, 3, h, w) of a photo (H, W) uint8, as the layout names them,
        and what a pixel of the model's input measures in the photo's, (2,) x y."""
        grey, factor = halved(grey, 2 * _ROOM * max(self.config.long_sides) - 1)
        for long_side in self.config.long_sides:
            tensor, pixel = preprocess(grey, long_side, self.layout)
            (maps,) = self.session.run(None, {self._input: tensor})
            yield maps, pixel * np.float32(factor)
