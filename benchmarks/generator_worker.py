"""Other generators of synthetic text as workers, in the environment of `generators.txt`:
`python -m benchmarks.generator_worker`, one of trdg, trdg-plain, synthtiger, and a JSON file with
`fonts` (paths) and `texts`.

They make `{"count": …}` pictures of one line each, in memory: nothing is written to a disk.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.workers import Answer, Request, serve

HEIGHT = 32
"""Pixels of TRDG's lines: its default, and the height of our strips."""
SEED = 7


def main() -> None:
    """Serve as the generator that is named."""
    cv2.setNumThreads(1)
    random.seed(SEED)
    np.random.seed(SEED)
    given = json.loads(Path(sys.argv[2]).read_text())
    pictures = MAKERS[sys.argv[1]](given["fonts"], given["texts"])

    def make(request: Request) -> Answer:
        made = itertools.islice(pictures, request["count"])
        return {"pixels": sum(int(np.asarray(picture).size) for picture in made)}

    serve(make)


def _trdg_plain(fonts: list[str], texts: list[str]) -> Iterator[Any]:
    """TRDG as it is without options: upright dark text on noise."""
    return _trdg(fonts, texts)


def _trdg_spoilt(fonts: list[str], texts: list[str]) -> Iterator[Any]:
    """TRDG with what it has to spoil a line: skew, blur, a wave."""
    spoiling = {"skewing_angle": 5, "random_skew": True, "blur": 2, "random_blur": True}
    return _trdg(fonts, texts, **spoiling, distorsion_type=3, distorsion_orientation=0)


def _trdg(fonts: list[str], texts: list[str], **options: Any) -> Iterator[Any]:
    from trdg.generators import GeneratorFromStrings

    generator = GeneratorFromStrings(texts, fonts=fonts, size=HEIGHT, **options)
    for picture, _ in generator:
        if picture is not None:
            yield picture


def _synthtiger(fonts: list[str], texts: list[str]) -> Iterator[Any]:
    """SynthTIGER's components in the order and with the ranges of its own example for horizontal
    lines; without its textures and colour maps, which its wheel does not hold, and without its
    elastic distortion, line behind the line and test of visibility, all of which cost time."""
    from synthtiger import components, layers, utils

    with tempfile.NamedTemporaryFile("w", suffix=".txt") as corpus:
        corpus.write("\n".join(texts))
        corpus.flush()
        words = components.BaseCorpus(paths=[corpus.name], weights=[1])
    weights = [1] * len(fonts)
    font_of = components.BaseFont(paths=fonts, weights=weights, size=[40, 80], bold=0.5)
    colours = components.Gray(gray=[0, 255], alpha=[1, 1], colorize=1)
    layout = components.FlowLayout(space=[-2, 5], line_align=["middle"])
    style = components.Switch(
        components.Selector(
            [components.TextBorder(), components.TextShadow(), components.TextExtrusion()]
        ),
        prob=0.25,
        args={
            "weights": [1, 2, 2],
            "args": [
                {"size": [1, 12], "alpha": [1, 1]},
                {"distance": [1, 6], "angle": [0, 360], "alpha": [0.3, 0.7]},
                {"length": [1, 12], "angle": [0, 360], "alpha": [1, 1]},
            ],
        },
    )
    transform = components.Selector(
        [
            components.Perspective(),
            components.Trapezoidate(),
            components.Skew(),
            components.Rotate(),
        ],
        args=[
            {"percents": [[0.5, 1], [1, 1]], "aligns": [[0, 0], [0, 0]]},
            {"weights": [1, 0, 1, 0], "percent": [0.75, 1], "align": [-1, 1]},
            {"weights": [1, 0], "angle": [0, 30], "ccw": 0.5},
            {"angle": [0, 10], "ccw": 0.5},
        ],
    )
    finish = components.Iterator(
        [components.AdditiveGaussianNoise(), components.Switch(components.GaussianBlur())],
        args=[{"scale": [4, 8]}, {"prob": 0.9, "args": {"sigma": [0, 2]}}],
    )
    while True:
        text = words.data(words.sample())
        font = font_of.sample({"vertical": False})
        characters = [layers.TextLayer(symbol, **font) for symbol in text]
        layout.apply(characters)
        line = layers.Group(characters).merge()
        turn = transform.sample()
        colours.apply([line])
        style.apply([line])
        for part in ([line], characters):  # the characters give the boxes
            transform.apply(part, turn)
        components.Fit().apply([line])
        ground = layers.RectLayer(line.image.shape[1::-1])
        colours.apply([ground])
        picture = layers.Layer(utils.blend_image(line.output(), ground.output(), mode="normal"))
        finish.apply([picture])
        yield picture.output()


MAKERS: dict[str, Callable[[list[str], list[str]], Iterator[Any]]] = {
    "trdg": _trdg_spoilt,
    "trdg-plain": _trdg_plain,
    "synthtiger": _synthtiger,
}

if __name__ == "__main__":
    main()
