"""What spoils a photo of a line, each with a strength that is known afterwards.

All take a (H, W) float32 image, 1 being white, and return a new one. Lengths are in pixels, `cap`
is the height of the capitals; characters are quads (N, 4, 2).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from training.synthesis import degradations as effect

__all__ = ["OBSTRUCTIONS", "covered", "lit", "obstruct", "reflect", "smeared"]

Image = np.ndarray


def lit(image: Image, white: float) -> Image:
    """The image exposed so that its brightest hundredth reaches `white`."""
    brightest = float(np.quantile(image[::2, ::2], 0.99))
    return np.maximum(image, 0.0) * np.float32(white / max(brightest, 0.02))


def smeared(image: Image, rng: np.random.Generator, length: float) -> Image:
    """The hand moved by `length` pixels: along a line, or in a slight bow; half of the time
    sideways or up and down."""
    size = int(length) // 2 * 2 + 3
    kernel = np.zeros((4 * size, 4 * size), np.float32)
    angle, bow = rng.uniform(0, np.pi), rng.normal(0, 0.12) * length
    if rng.random() < 0.5:
        angle = float(rng.choice([0, np.pi / 2])) + rng.normal(0, 0.1)
    t = np.linspace(-0.5, 0.5, 33)
    x, y = t * length, bow * (4 * t * t - 0.5)
    path = np.stack([x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)])
    points = np.round((path.T + size / 2) * 4 * 16).astype(np.int32)
    cv2.polylines(kernel, [points.reshape(-1, 1, 2)], False, 1.0, 3, cv2.LINE_8, 4)
    kernel = cv2.resize(kernel, (size, size), interpolation=cv2.INTER_AREA)
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def reflect(image: Image, rng: np.random.Generator, middle: np.ndarray, cap: float) -> Image:
    """A lamp, the sun or the sky mirrored at `middle` (x, y): light is added, up to beyond
    white."""
    veil = _lamp if rng.random() < 0.7 else _sky
    light = veil(rng, image.shape, middle, cap)
    mirrored = float(rng.uniform(0.5, 1.6) if veil is _lamp else rng.uniform(0.4, 0.9))
    return image * (1 - np.float32(0.4 * min(mirrored, 1.0)) * light) + np.float32(mirrored) * light


def _lamp(
    rng: np.random.Generator, shape: tuple[int, int], middle: np.ndarray, cap: float
) -> Image:
    """(H, W) 0 to 1: a spot or a streak with soft edges."""
    long, short = cap * float(rng.uniform(0.8, 6)), cap * float(rng.uniform(0.5, 1.6))
    angle = rng.uniform(0, np.pi)
    x = np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(middle[0])
    y = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(middle[1])
    u = (x * np.cos(angle) + y * np.sin(angle)) / np.float32(long)
    v = (-x * np.sin(angle) + y * np.cos(angle)) / np.float32(short)
    steep = float(rng.choice([1, 1, 2]))  # the second is a disc with a softened edge
    return np.exp(-((u * u + v * v) ** steep)).astype(np.float32)


def _sky(rng: np.random.Generator, shape: tuple[int, int], middle: np.ndarray, cap: float) -> Image:
    """(H, W) 0 to 1: a stretch of the line mirrors something bright with straight edges."""
    half, lean = cap * rng.uniform(0.8, 5), cap * rng.normal(0, 1.5)
    tall = shape[0] + 1
    corners = np.array(
        [
            [middle[0] - half + lean, -1],
            [middle[0] + half + lean, -1],
            [middle[0] + half - lean, tall],
            [middle[0] - half - lean, tall],
        ]
    )
    light = np.zeros(shape, np.float32)
    cv2.fillConvexPoly(light, np.round(corners).astype(np.int32), 1.0)
    return cv2.GaussianBlur(light, (0, 0), cap * float(rng.uniform(0.05, 0.4)))


def obstruct(
    image: Image, rng: np.random.Generator, characters: np.ndarray, cap: float, kind: str
) -> tuple[Image, Image]:
    """The image with something in front of some characters, and (H, W) 0 to 1 where it is."""
    return OBSTRUCTIONS[kind](image, rng, characters, cap)


def _hand(
    image: Image, rng: np.random.Generator, characters: np.ndarray, cap: float
) -> tuple[Image, Image]:
    """One or two fingers reaching in, rounded, shaded towards their edges."""
    cover = np.zeros(image.shape, np.uint8)
    start = characters[int(rng.integers(len(characters)))].mean(axis=0)
    wide = cap * float(rng.uniform(1.2, 4))
    side = float(rng.choice([-1, 1])) * np.pi / 2 + float(rng.normal(0, 0.5))
    away = np.array([np.cos(side), np.sin(side)]) * 30 * cap
    tip = start - away / np.hypot(*away) * cap * rng.uniform(-0.9, 0.3) + away * wide / cap / 60
    for n in range(int(rng.integers(1, 3))):
        beside = np.array([1.0, 0.0]) * n * wide * rng.uniform(0.9, 1.2)
        a, b = np.round(tip + beside).astype(int), np.round(tip + beside + away).astype(int)
        cv2.line(cover, a.tolist(), b.tolist(), 255, max(2, round(wide)), cv2.LINE_AA)
    cover = cv2.GaussianBlur(cover, (0, 0), max(0.5, cap * float(rng.uniform(0.02, 0.12))))
    skin = float(rng.uniform(0.15, 0.85))
    depth = cv2.GaussianBlur(cover, (0, 0), wide / 5).astype(np.float32) / 255
    tone = skin * (0.6 + 0.4 * depth) + 0.02 * effect.clouds(rng, image.shape, max(2.5, cap / 3))
    return _over(image, cover, tone)


def _sticker(
    image: Image, rng: np.random.Generator, characters: np.ndarray, cap: float
) -> tuple[Image, Image]:
    """A label, tape or tag stuck over characters, plain or printed on."""
    middle = characters[int(rng.integers(len(characters)))].mean(axis=0)
    size = cap * np.array([rng.uniform(1.2, 7), rng.uniform(1.0, 2.5)])
    box = cv2.boxPoints((middle.tolist(), size.tolist(), float(rng.normal(0, 15))))
    cover = np.zeros(image.shape, np.uint8)
    cv2.fillConvexPoly(cover, np.round(box).astype(np.int32), 255, cv2.LINE_AA)
    tone = float(rng.uniform(0.05, 1.0)) + 0.02 * effect.clouds(rng, image.shape, max(2.5, cap / 2))
    if rng.random() < 0.4:
        ink = float(rng.uniform(-0.7, 0.7))
        rows = np.sin(np.arange(image.shape[0]) * 2 * np.pi / (cap * rng.uniform(0.4, 1.5))) > 0.3
        words = effect.clouds(rng, image.shape, max(2.5, cap * 0.25)) > 0
        tone = tone + np.float32(ink) * (rows[:, None] & words)
    return _over(image, cover, np.clip(tone, 0, 1))


def _dirt(
    image: Image, rng: np.random.Generator, characters: np.ndarray, cap: float
) -> tuple[Image, Image]:
    """Mud, rust, paint or snow in blotches with ragged edges."""
    rough = effect.clouds(rng, image.shape, cap * float(rng.uniform(0.5, 2.5)))
    rough = rough + 0.4 * effect.clouds(rng, image.shape, max(1.5, cap * 0.15))
    level = float(rng.uniform(0.3, 1.3))
    cover = np.clip((rough - level) * float(rng.uniform(3, 10)), 0, 1) * 255
    tone = float(rng.uniform(0.05, 0.45) if rng.random() < 0.65 else rng.uniform(0.6, 0.95))
    grit = effect.clouds(rng, image.shape, max(1.5, cap * 0.1)) * float(rng.uniform(0.01, 0.08))
    return _over(image, (cover * float(rng.uniform(0.85, 1))).astype(np.uint8), tone + grit)


def _damage(
    image: Image, rng: np.random.Generator, characters: np.ndarray, cap: float
) -> tuple[Image, Image]:
    """A stretch of the line ground off, scored or torn away, stroke over stroke."""
    middle = characters[int(rng.integers(len(characters)))].mean(axis=0)
    cover = np.zeros(image.shape, np.uint8)
    spread = cap * np.array([rng.uniform(0.5, 2.5), rng.uniform(0.25, 0.5)])
    way = rng.uniform(0, np.pi)
    for _ in range(int(rng.integers(12, 50))):
        start = middle + rng.normal(0, 1, 2) * spread
        angle = way + rng.normal(0, 0.25)
        reach = np.array([np.cos(angle), np.sin(angle)]) * cap * rng.uniform(0.3, 1.6)
        a, b = np.round(start - reach / 2).astype(int), np.round(start + reach / 2).astype(int)
        thick = max(1, round(cap * float(rng.uniform(0.06, 0.22))))
        cv2.line(cover, a.tolist(), b.tolist(), 255, thick, cv2.LINE_AA)
    grain = effect.clouds(rng, image.shape, max(1.5, cap * 0.12)) * float(rng.uniform(0.02, 0.12))
    return _over(image, cover, float(rng.uniform(0.1, 0.95)) + grain)


def _over(image: Image, cover: np.ndarray, tone: Image | float) -> tuple[Image, Image]:
    share = cover.astype(np.float32) / 255
    return (image + (tone - image) * share).astype(np.float32), share


OBSTRUCTIONS: dict[
    str, Callable[[Image, np.random.Generator, np.ndarray, float], tuple[Image, Image]]
] = {"hand": _hand, "sticker": _sticker, "dirt": _dirt, "damage": _damage}
"""By what is in the way."""


def covered(cover: Image, characters: np.ndarray) -> np.ndarray:
    """(N,) share of each character that lies under `cover` (H, W) 0 to 1."""
    shares = []
    for quad in characters:
        patch = np.zeros(cover.shape, np.uint8)
        cv2.fillConvexPoly(patch, np.round(quad).astype(np.int32), 1)
        shares.append(float(cover[patch > 0].mean()) if patch.any() else 0.0)
    return np.array(shares)
