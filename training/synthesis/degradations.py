"""What a photo does to a line of text: small effects on grey images, each named after what it
imitates.

All take a (H, W) float32 image in 0..1 and a random generator and return a new image of the same
shape; values may leave 0..1 until `as_camera` clips them. Lengths are in pixels, or in cap heights
where said.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

__all__ = [
    "as_camera",
    "bands",
    "blur",
    "brushed",
    "clouds",
    "drops",
    "dust",
    "glare",
    "gradient",
    "grain",
    "jpeg",
    "motion_blur",
    "relief",
    "scratches",
    "shade_edge",
    "sparkle",
]

Image = np.ndarray


def clouds(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> Image:
    """Smooth random field, mean 0, standard deviation about 1, with features of `cell` pixels."""
    height, width = shape
    grid = (max(2, int(height / cell) + 2), max(2, int(width / cell) + 2))
    coarse = rng.standard_normal(grid, dtype=np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def gradient(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """Plane of light across the picture, from -0.5 to 0.5 in a random direction."""
    height, width = shape
    a, b = rng.uniform(-1, 1, 2)
    x, y = _ramp(width) * a, _ramp(height) * b
    return (x[None, :] + y[:, None]) / max(abs(a) + abs(b), 1e-3)


@lru_cache(maxsize=4000)
def _ramp(length: int) -> np.ndarray:
    return np.linspace(-0.5, 0.5, length, dtype=np.float32)


def bands(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """Reflected scene in glass: a few large straight-edged areas of other brightness, edges
    softened."""
    height, width = shape
    scene = np.zeros(shape, np.float32)
    for _ in range(int(rng.integers(1, 4))):
        x = rng.uniform(-0.2, 1.2) * width
        lean = rng.uniform(-3, 3) * height
        reach = rng.uniform(0.1, 1.0) * width
        corners = np.array(
            [[x, -1], [x + reach, -1], [x + reach + lean, height], [x + lean, height]], np.int32
        )
        level = float(rng.uniform(-1, 1))
        layer = np.zeros(shape, np.float32)
        cv2.fillConvexPoly(layer, corners, level)
        scene += layer
    softness = float(rng.uniform(0.5, max(0.6, height / 8)))
    return cv2.GaussianBlur(scene, (0, 0), softness)


def shade_edge(image: Image, rng: np.random.Generator) -> Image:
    """Hard edge of a shadow or reflection across the line."""
    return image + bands(rng, image.shape[:2]) * float(rng.uniform(0.1, 0.5))


def glare(image: Image, rng: np.random.Generator) -> Image:
    """Bright spot or streak of a lamp, added as light is, so that it eats bright characters
    first."""
    height, width = image.shape
    strength = float(rng.uniform(0.3, 1.2))
    x0, y0 = rng.uniform(0, width), rng.uniform(-0.3, 1.3) * height
    long, short = rng.uniform(0.5, 6) * height, rng.uniform(0.1, 0.8) * height
    angle = rng.uniform(0, np.pi)
    x = np.arange(width, dtype=np.float32)[None, :] - np.float32(x0)
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32(y0)
    u = (x * np.cos(angle) + y * np.sin(angle)) / np.float32(long)
    v = (-x * np.sin(angle) + y * np.cos(angle)) / np.float32(short)
    spot = cv2.exp(-np.asarray(u * u + v * v, np.float32))
    return image + strength * spot


def dust(image: Image, rng: np.random.Generator, cap: float) -> Image:
    """Specks, drops and dirt lying on the glass: many small, mostly bright dots."""
    out = image.copy()
    height, width = image.shape
    level = float(rng.uniform(0.4, 1.0) if rng.random() < 0.7 else rng.uniform(0, 0.3))
    for _ in range(int(rng.integers(5, 80))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        radius = max(0.5, float(rng.gamma(1.5, 0.03)) * cap)
        value = level * float(rng.uniform(0.5, 1.1))
        if radius < 0.9:
            out[centre[1], centre[0]] = 0.5 * (out[centre[1], centre[0]] + value)
        else:
            cv2.circle(out, centre, round(radius), value, -1, cv2.LINE_AA)
    return out


def scratches(image: Image, rng: np.random.Generator, cap: float) -> Image:
    """A few thin straight lines, dark or bright."""
    height, width = image.shape
    layer = np.zeros(image.shape, np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        start = (int(rng.integers(width)), int(rng.integers(height)))
        reach = rng.uniform(-3, 3, 2) * cap
        end = (int(start[0] + reach[0]), int(start[1] + reach[1]))
        cv2.line(layer, start, end, 255, max(1, int(cap / 20)), cv2.LINE_AA)
    amount = float(rng.uniform(-0.4, 0.4)) / 255
    return image + layer.astype(np.float32) * amount


def brushed(rng: np.random.Generator, shape: tuple[int, int], length: float) -> Image:
    """Sheet metal as rolled, milled or brushed: streaks of about `length` pixels, one pixel thin,
    mean 0, standard deviation about 1."""
    height, width = shape
    along = max(1, int(width / max(length, 2.0)))
    streaks = rng.standard_normal((height, along + 1), dtype=np.float32)
    return cv2.resize(streaks, (width, height), interpolation=cv2.INTER_LINEAR)


def drops(image: Image, rng: np.random.Generator, cap: float) -> Image:
    """Rain on the glass: round lenses, dark on one side, bright on the other."""
    height, width = image.shape
    layer = np.zeros(image.shape, np.float32)
    for _ in range(int(rng.integers(3, 25))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        radius = max(1, round(float(rng.gamma(3, 0.06)) * cap))
        cv2.circle(layer, centre, radius, float(rng.uniform(0.5, 1)), -1, cv2.LINE_AA)
    shaded = relief(cv2.GaussianBlur(layer, (0, 0), max(0.5, cap * 0.05)), rng, 0.5)
    return image + shaded + layer * float(rng.uniform(-0.05, 0.15))


def sparkle(image: Image, rng: np.random.Generator, cap: float) -> Image:
    """Sun on metal or glass: a point so bright that it draws a star of four to eight rays."""
    height, width = image.shape
    layer = np.zeros(image.shape, np.float32)
    centre = np.array([rng.uniform(0, width), rng.uniform(0, height)])
    rays, first = int(rng.choice([4, 6, 8])), rng.uniform(0, np.pi)
    for k in range(rays):
        reach = rng.uniform(0.5, 3) * cap
        angle = first + 2 * np.pi * k / rays
        tip = centre + reach * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(layer, centre.astype(int).tolist(), tip.astype(int).tolist(), 0.6, 1, cv2.LINE_AA)
    radius = max(1, round(float(rng.uniform(0.1, 0.4)) * cap))
    cv2.circle(layer, centre.astype(int).tolist(), radius, 1.6, -1, cv2.LINE_AA)
    return image + cv2.GaussianBlur(layer, (0, 0), max(0.6, 0.08 * cap))


def relief(
    height_map: Image, rng: np.random.Generator, depth: float, angle: float | None = None
) -> Image:
    """Shading of a pressed surface lit from one side (`angle` radians, any if not given): the slope
    of `height_map` towards the light."""
    if angle is None:
        angle = float(rng.uniform(0, 2 * np.pi))
    dx = cv2.Sobel(height_map, cv2.CV_32F, 1, 0, ksize=3)
    dy = cv2.Sobel(height_map, cv2.CV_32F, 0, 1, ksize=3)
    return (dx * np.float32(np.cos(angle)) + dy * np.float32(np.sin(angle))) * np.float32(depth)


def blur(image: Image, rng: np.random.Generator, sigma: float) -> Image:
    """Out of focus by `sigma` pixels, not quite the same in both directions."""
    return cv2.GaussianBlur(
        image, (0, 0), sigmaX=sigma * float(rng.uniform(0.7, 1.3)), sigmaY=sigma
    )


def motion_blur(image: Image, rng: np.random.Generator, length: float) -> Image:
    """The hand moved by `length` pixels in a random direction."""
    size = max(3, int(length) | 1)
    kernel = np.zeros((size, size), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * (size / 2 - 0.5)
    centre = size / 2 - 0.5
    start, end = np.round(centre - reach).astype(int), np.round(centre + reach).astype(int)
    cv2.line(kernel, tuple(map(int, start)), tuple(map(int, end)), 1.0)
    return cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def grain(image: Image, rng: np.random.Generator, sigma: float) -> Image:
    """Sensor noise of standard deviation `sigma`; half of it survives as correlated blotches."""
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    if rng.random() < 0.5:
        noise = cv2.GaussianBlur(noise, (0, 0), 0.7) * 2.0
    return image + noise * np.float32(sigma)


def as_camera(image: Image) -> np.ndarray:
    """(H, W) uint8, clipped as a sensor clips."""
    return cv2.convertScaleAbs(np.maximum(image, 0.0), alpha=255.0)


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    """(H, W) uint8 after JPEG compression."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
