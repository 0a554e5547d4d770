"""Fit what makes a line the likeliest VIN to photos with boxes that the detector never saw.

`python -m training.detection.ranking` prints the weights of `vinreader.merit.Merit`, and for how
many photos they put the VIN first when fitted without those photos. Softmax over the lines of a
photo, the right ones together against all, as in ListNet (Cao et al. 2007).
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import cv2
import numpy as np
import torch

from training.detection.evaluate import photo_of, verdict_of
from training.detection.real import BoxedPhoto, certain_photos, held_out, unlabelled_photos
from vinreader.detection import Detector
from vinreader.lines import LineConfig, lines_of
from vinreader.merit import Merit, features, weighed
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.turning import back_to_photo, turned_photo

__all__ = ["Lines", "cross_validated", "fit_merit", "lines_seen", "won"]

_PULL = 1e-3
"""How much the weights, for features of deviation one, are pulled towards zero."""
_SEEN = LineConfig(most_lines=40, same_overlap=0.85)
"""More lines than serving keeps, so that the fit sees what has to be told apart."""


@dataclass(frozen=True)
class Lines:
    """Lines of all views of photos: `features` (N, 5) as `vinreader.merit` gives them, `view` (N,)
    the number of the view that each is from, `right` (N,) whether it is the VIN; `photo` (views,)
    the photo that each view shows, turned or not."""

    features: np.ndarray
    view: np.ndarray
    right: np.ndarray
    photo: np.ndarray

    def of(self, views: np.ndarray) -> Lines:
        """The lines of some of the views, bool (views,); all keep their numbers."""
        mine = views[self.view]
        return Lines(self.features[mine], self.view[mine], self.right[mine], self.photo)


def lines_seen(
    detector: Detector, photos: list[BoxedPhoto], turns: Sequence[float] = (0.0,)
) -> Lines:
    """What the detector finds in the photos turned by so many degrees, and which of it is the
    VIN."""
    order = detector.layout.order
    rows, views, right = [np.zeros((0, 5), np.float32)], list[int](), list[bool]()
    shown = [(n, photo, degrees) for n, photo in enumerate(photos) for degrees in turns]
    for view, (_, photo, degrees) in enumerate(shown):
        turned, back = turned_photo(photo_of(photo), degrees)
        for maps, pixel in detector.maps(turned):
            found = lines_of(maps[0, order], detector.layout.sigma, _SEEN)
            quads = np.array([line.quad for line in found], np.float32).reshape(-1, 4, 2)
            rows.append(features(maps[0, order], quads) if len(quads) else rows[0])
            views += [view] * len(quads)
            unit = pixel * detector.layout.stride
            right += [verdict_of(back_to_photo(q * unit, back), photo.box).hit for q in quads]
    return Lines(
        np.concatenate(rows),
        np.array(views, int),
        np.array(right, bool),
        np.array([number for number, _, _ in shown], int),
    )


def fit_merit(lines: Lines) -> Merit:
    """The weights that put the right lines of each photo first; the constant makes the mean of the
    probabilities the share of right lines."""
    spread = lines.features.std(axis=0) + 1e-6
    seen = torch.tensor(lines.features / spread, dtype=torch.float64)
    view, right = torch.tensor(lines.view), torch.tensor(lines.right)
    zeros = torch.zeros(len(lines.photo), dtype=torch.float64)
    weights = torch.zeros(seen.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        odds = torch.exp(seen @ weights)
        everything = zeros.index_add(0, view, odds)
        found = zeros.index_add(0, view, odds * right)
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


def won(lines: Lines, merit: Merit) -> np.ndarray:
    """(views,) bool: whether the line of most merit is right; False where none was found."""
    scores = weighed(lines.features, merit)
    order = np.lexsort((scores, lines.view))  # the best of each view comes last
    first = np.zeros(len(lines.photo), bool)
    first[lines.view[order]] = lines.right[order]
    return first


def cross_validated(lines: Lines, folds: int = 5) -> np.ndarray:
    """(views,) bool as `won`, each photo judged by weights that were fitted without it."""
    first = np.zeros(len(lines.photo), bool)
    for fold in range(folds):
        mine = lines.photo % folds == fold
        first |= won(lines.of(mine), fit_merit(lines.of(~mine))) & mine
    return first


def main() -> None:
    """Print the weights for one model: `python -m training.detection.ranking --model FILE`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--model", type=Path, default=ModelFiles.of(DEFAULT_MODELS_DIR).craft)
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--turns", type=float, nargs="*", default=[0.0], help="degrees")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    photos = [photo for photo in unlabelled_photos(args.real) if held_out(photo)]
    lines = lines_seen(Detector(args.model), photos + certain_photos(args.real), args.turns)
    merit = fit_merit(lines)
    print("  ".join(f"{field.name} {getattr(merit, field.name)}" for field in fields(merit)))
    now, then = won(lines, Merit()), cross_validated(lines)
    for n, degrees in enumerate(args.turns):
        old, new = (float(first[n :: len(args.turns)].mean()) for first in (now, then))
        print(f"first line at {degrees:g}°: now {old:.1%}, cross-validated {new:.1%}")


if __name__ == "__main__":
    main()
