"""Fit what makes a line the likeliest VIN to photos with boxes that the detector never saw.

`python -m training.detection.ranking` prints the weights of `vinreader.merit.Merit`. Softmax over
the lines of a photo, the right ones together against all, as in ListNet (Cao et al. 2007).
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import torch

from training.detection.evaluate import photo_of, verdict_of
from training.detection.real import BoxedPhoto, certain_photos, held_out, unlabelled_photos
from vinreader.detection import Detector
from vinreader.lines import LineConfig, lines_of
from vinreader.merit import Merit, features
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles

__all__ = ["Lines", "fit_merit", "lines_seen"]

_PULL = 1e-3
"""How much the weights, for features of deviation one, are pulled towards zero."""
_SEEN = LineConfig(most_lines=40, same_overlap=0.85)
"""More lines than serving keeps, so that the fit sees what has to be told apart."""


@dataclass(frozen=True)
class Lines:
    """Lines of all photos: `features` (N, 5) as `vinreader.merit` gives them, `photo` (N,) the
    number of the photo that each is from, `right` (N,) whether it is the VIN."""

    features: np.ndarray
    photo: np.ndarray
    right: np.ndarray


def lines_seen(detector: Detector, photos: list[BoxedPhoto]) -> Lines:
    """What the detector finds in the photos, and which of it is the VIN."""
    order = detector.layout.order
    rows, numbers, right = [np.zeros((0, 5), np.float32)], list[int](), list[bool]()
    for number, photo in enumerate(photos):
        for maps, pixel in detector.maps(photo_of(photo)):
            found = lines_of(maps[0, order], detector.layout.sigma, _SEEN)
            quads = np.array([line.quad for line in found], np.float32).reshape(-1, 4, 2)
            rows.append(features(maps[0, order], quads) if len(quads) else rows[0])
            numbers += [number] * len(quads)
            unit = pixel * detector.layout.stride
            right += [verdict_of(quad * unit, photo.box).hit for quad in quads]
    return Lines(np.concatenate(rows), np.array(numbers, int), np.array(right, bool))


def fit_merit(lines: Lines) -> Merit:
    """The weights that put the right lines of each photo first; the constant makes the mean of the
    probabilities the share of right lines."""
    spread = lines.features.std(axis=0) + 1e-6
    seen = torch.tensor(lines.features / spread, dtype=torch.float32)
    photo, right = torch.tensor(lines.photo), torch.tensor(lines.right)
    count = int(photo.max()) + 1
    weights = torch.zeros(seen.shape[1], requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        odds = torch.exp(seen @ weights)
        everything = torch.zeros(count).index_add(0, photo, odds)
        found = torch.zeros(count).index_add(0, photo, odds * right)
        some = found > 0
        value = -torch.log(found[some] / everything[some]).mean() + _PULL * (weights**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)
    fitted = weights.detach().numpy() / spread
    scores = lines.features @ fitted
    low, high = -50.0, 50.0
    while high - low > 1e-3:
        constant = (low + high) / 2
        mean = float((1 / (1 + np.exp(-np.clip(scores + constant, -60, 60)))).mean())
        low, high = (constant, high) if mean < lines.right.mean() else (low, constant)
    return Merit(*(round(float(weight), 2) for weight in (*fitted, low)))


def main() -> None:
    """Print the weights for one model: `python -m training.detection.ranking --model FILE`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--model", type=Path, default=ModelFiles.of(DEFAULT_MODELS_DIR).craft)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    args = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    photos = [photo for photo in unlabelled_photos(args.real) if held_out(photo)]
    lines = lines_seen(Detector(args.model), photos + certain_photos(args.real))
    merit = fit_merit(lines)
    print("  ".join(f"{field.name} {getattr(merit, field.name)}" for field in fields(merit)))


if __name__ == "__main__":
    main()
