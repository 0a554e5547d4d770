"""Photo-like pages: a scene with a quad for every character of every line, made from a seed.

A page says also where it does not know: real photographs serve as backdrops, and their own text has
no quads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from training.synthesis.canvas import Label, bent
from training.synthesis.labels import draw_stamped, draw_strip
from training.synthesis.numbers import TAUGHT, Numbers
from training.synthesis.scenes import background, emboss, over_glass, photograph, printed_dots
from training.synthesis.stickers import draw_plate, draw_sticker
from vinreader.vin import LENGTH

__all__ = ["KINDS", "Backdrop", "Page", "make_page", "page_rng"]

KINDS: dict[str, float] = {
    "windshield": 0.3,
    "sticker": 0.34,
    "plate": 0.12,
    "stamped": 0.14,
    "none": 0.10,
}
"""Kinds of scene and how often each is drawn."""

_TILTS = (7, 9, 9, 12, 20, 35)
"""Deviations of a label's tilt in degrees, one of which is drawn."""
_ANY_ANGLE = 0.25
"""Share of labels that lie at any angle at all."""
_DRAWN_LARGER = 1.2
"""Labels are drawn a little larger than they appear, so that the camera's resampling stays soft."""


_BENT = 0.15
"""Share of labels on a curved surface."""
_SECOND_LABEL = {"none": 0.6, "stamped": 0.3}
_DOTS = 0.12
"""How often another label is there too, which a stamped number may be struck over; and how often
dots are printed on what is around."""


@dataclass(frozen=True)
class Backdrop:
    """A real photo to paste on: `image` (H, W) uint8 and `known` (H, W) uint8, 0 where its VIN
    stood; no text but ours is known of anywhere on it."""

    image: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class Page:
    """A picture and the truth about it.

    `image` (H, W) uint8; `quads` (N, 4, 2) float32 in pixels, clockwise from each character's own
    top left; `words` (N,) int, characters of a word share a number; `vin` (N,) bool; `text_known`
    and `line_known` (H, W) uint8, 0 where nothing is known about characters or about the VIN line;
    `box` (4, 2) float32, corners in order around a VIN whose characters are not known, or None;
    `number` the VIN, empty where one of its characters is covered or outside.
    """

    image: np.ndarray
    quads: np.ndarray
    words: np.ndarray
    vin: np.ndarray
    text_known: np.ndarray
    line_known: np.ndarray
    box: np.ndarray | None = None
    number: str = ""


@dataclass(frozen=True)
class _Shot:
    """Where a label lies in the photo: `matrix` 3×3 from label to photo, `height` of its capitals
    there in pixels."""

    label: Label
    matrix: np.ndarray
    height: float


def page_rng(seed: int, index: int) -> np.random.Generator:
    """The stream of random numbers that belongs to one page."""
    return np.random.default_rng([seed, index])


def make_page(
    rng: np.random.Generator,
    shape: tuple[int, int],
    kind: str | None = None,
    backdrop: Backdrop | None = None,
    numbers: Numbers = TAUGHT,
) -> Page:
    """A page of `shape` (height, width); without `kind` one is drawn, without `backdrop` made."""
    if kind is None:
        kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    image = backdrop.image.astype(np.float32) if backdrop else background(rng, shape)
    if rng.random() < _DOTS:
        image = printed_dots(rng, image)
    shots = []
    if rng.random() < _SECOND_LABEL.get(kind, 0.12):
        shots.append(_aim(rng, draw_sticker, shape, False, numbers))
    if kind != "none":
        draw = {
            "windshield": draw_strip,
            "sticker": draw_sticker,
            "plate": draw_plate,
            "stamped": draw_stamped,
        }[kind]
        shots.append(_aim(rng, draw, shape, True, numbers))
    elif rng.random() < 0.4:
        shots.append(_aim(rng, draw_strip, shape, False, numbers))
    for shot in shots:
        image = _paste(rng, image, shot)
    if kind == "windshield" or rng.random() < 0.15:
        image = over_glass(rng, image)
    height = shots[-1].height if shots else 12.0
    known = _known(shape, backdrop, shots)
    quads, words, vin = _truth(shots, shape)
    number = shots[-1].label.number if shots and vin.sum() == LENGTH else ""
    image = photograph(rng, image, height)
    return Page(image, quads, words, vin, known[0], known[1], number=number)


def _aim(
    rng: np.random.Generator,
    draw: Callable[[np.random.Generator, float, bool, Numbers], Label],
    shape: tuple[int, int],
    with_vin: bool,
    numbers: Numbers,
) -> _Shot:
    """Draw a label for a place in the photo that is chosen first."""
    angle, along, across = _direction(rng, shape)
    reach = along * float(rng.uniform(0.2, 0.95)) ** 1.1
    cap = float(np.clip(reach / 17 / 0.8, 5, 40))
    label = draw(rng, cap * _DRAWN_LARGER, with_vin, numbers)
    if rng.random() < _BENT:
        label = bent(label, cap * _DRAWN_LARGER * float(rng.uniform(-1.2, 1.2)))
    boxes = label.boxes[label.vin] if with_vin else label.boxes
    tall, wide = label.value.shape
    if with_vin:
        low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        if len(set(label.words[label.vin])) > 1:
            reach *= 0.6  # two rows, half as long
        centre, scale = (low + high) / 2, reach / (high[0] - low[0])
    else:
        centre, scale = np.array([wide, tall]) / 2, 1 / _DRAWN_LARGER
        reach = 0.5 * along
    squeeze = np.exp(rng.normal(0.0, 0.3))
    matrix = np.diag([scale, scale * squeeze, 1.0]) @ _moved(-centre)
    cos, sin = np.cos(angle), np.sin(angle)
    turned = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    slant = np.array([[1, rng.normal(0, 0.12), 0], [rng.normal(0, 0.06), 1, 0], [0, 0, 1]])
    lens = np.eye(3)
    lens[2, :2] = rng.normal(0, 0.22, 2) / (along, across)
    room = np.array([shape[1], shape[0]], float)
    extent = np.abs(np.array([cos, sin])) * reach / 2 + 4
    slack = np.maximum(room / 2 - extent, 0.04 * room)
    spot = room / 2 + rng.uniform(-1, 1, 2) * slack
    full = _moved(spot) @ lens @ turned @ slant @ matrix
    height = float(np.median(boxes[:, 3] - boxes[:, 1])) * scale if len(boxes) else 12.0
    return _Shot(label, full, height)


def _direction(rng: np.random.Generator, shape: tuple[int, int]) -> tuple[float, float, float]:
    """The angle of a label, radians, and the room along and across its lines, pixels."""
    if rng.random() < _ANY_ANGLE:
        angle = float(rng.uniform(0, 2 * np.pi))
        cos, sin = abs(np.cos(angle)) + 1e-6, abs(np.sin(angle)) + 1e-6
        along, across = (min(shape[1] / a, shape[0] / b) for a, b in ((cos, sin), (sin, cos)))
        return angle, along, across
    turn = int(rng.choice([0, 1, 2, 3], p=[0.61, 0.14, 0.11, 0.14]))
    tilt = float(np.clip(rng.normal(0, rng.choice(_TILTS)), -55, 55))
    along, across = shape[:: -1 if turn % 2 == 0 else 1]
    return float(np.deg2rad(tilt + 90 * turn)), float(along), float(across)


def _moved(by: np.ndarray) -> np.ndarray:
    matrix = np.eye(3)
    matrix[:2, 2] = by
    return matrix


def _paste(rng: np.random.Generator, image: np.ndarray, shot: _Shot) -> np.ndarray:
    """The image with the label in it, printed parts blended, stamped parts shaded."""
    size, label = image.shape[::-1], shot.label
    if label.alpha.any():
        value = cv2.warpPerspective(label.value, shot.matrix, size, borderMode=cv2.BORDER_REPLICATE)
        alpha = cv2.warpPerspective(label.alpha, shot.matrix, size).astype(np.float32)
        alpha *= float(rng.uniform(0.75, 1.0)) / 255
        image = image + (value - image) * alpha
    if label.relief.any():
        relief = cv2.warpPerspective(label.relief, shot.matrix, size).astype(np.float32) / 255
        image = emboss(rng, image, relief, shot.height)
    return image


def _known(
    shape: tuple[int, int], backdrop: Backdrop | None, shots: list[_Shot]
) -> tuple[np.ndarray, np.ndarray]:
    """Where characters and where the VIN line are known: the two masks of `Page`."""
    everywhere = np.full(shape, 255, np.uint8)
    if backdrop is None:
        return everywhere, everywhere
    covered = np.zeros(shape, np.uint8)
    for shot in shots:
        cv2.fillConvexPoly(covered, _outline(shot).astype(np.int32), 255)
    return covered, np.maximum(covered, backdrop.known)


def _outline(shot: _Shot) -> np.ndarray:
    """The corners (4, 2) float32 of the label in the photo."""
    tall, wide = shot.label.value.shape
    corners = np.array([[[0, 0], [wide, 0], [wide, tall], [0, tall]]], np.float32)
    return np.clip(cv2.perspectiveTransform(corners, shot.matrix)[0], -9999, 9999)


def _truth(shots: list[_Shot], shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Quads, words and VIN flags of all characters that are seen: their centre is in the picture
    and under no later label, and they are no larger than the picture, as those are that the lens
    shows edge on."""
    quads, words, vin = [np.zeros((0, 4, 2), np.float32)], [np.zeros(0, int)], [np.zeros(0, bool)]
    first = 0
    for n, shot in enumerate(shots):
        label = shot.label
        if len(label.boxes) == 0:
            continue
        corners = label.boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 1, 2)
        seen = cv2.perspectiveTransform(corners, shot.matrix).reshape(-1, 4, 2)
        centre = seen.mean(axis=1)
        inside = np.all((centre > 0) & (centre < (shape[1], shape[0])), axis=1)
        inside &= np.ptp(seen, axis=1).max(axis=1) <= max(shape)
        for later in shots[n + 1 :]:
            if later.label.alpha.any():
                over = _outline(later)
                inside &= [
                    cv2.pointPolygonTest(over, (float(x), float(y)), False) < 0 for x, y in centre
                ]
        quads.append(seen[inside].astype(np.float32))
        words.append(label.words[inside] + first)
        vin.append(label.vin[inside])
        first += int(label.words.max()) + 1
    return np.concatenate(quads), np.concatenate(words), np.concatenate(vin)
