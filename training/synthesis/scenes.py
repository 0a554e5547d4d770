"""What surrounds a label in a photo and what the camera makes of it; grey images, float32 0–255."""

from __future__ import annotations

import cv2
import numpy as np

__all__ = ["background", "emboss", "over_glass", "photograph", "printed_dots"]


def _clouds(rng: np.random.Generator, shape: tuple[int, int], cells: int) -> np.ndarray:
    """Smooth noise of mean 0 and deviation about 1, `cells` across."""
    coarse = rng.standard_normal((max(2, cells * shape[0] // shape[1]), cells)).astype(np.float32)
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)


def background(rng: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    """Bodywork, glass or plain metal: broad shading, panels with soft edges, holes, grain."""
    height, width = shape
    base = float(rng.choice([rng.uniform(8, 70), rng.uniform(40, 240)]))
    image = np.full(shape, base, np.float32)
    image += _clouds(rng, shape, 3) * rng.uniform(2, 25)
    for _ in range(int(rng.integers(0, 6))):
        centre = rng.uniform(-0.3, 1.3, 2) * (width, height)
        around = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
        reach = rng.uniform(0.1, 1.0) * width
        points = centre + reach * np.stack([np.cos(around), np.sin(around)], 1)
        mask = np.zeros(shape, np.uint8)
        cv2.fillPoly(mask, [points.astype(np.int32)], 255)
        if rng.random() < 0.6:
            size = int(rng.integers(1, 15)) * 2 + 1
            mask = cv2.blur(mask, (size, size))
        image += mask * np.float32(rng.normal(0, 50) / 255)
    for _ in range(int(rng.integers(0, 4))):
        at = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        grey = float(rng.uniform(0, 255))
        if rng.random() < 0.5:
            axes = (int(rng.integers(3, 30)), int(rng.integers(3, 30)))
            cv2.ellipse(image, at, axes, float(rng.uniform(0, 180)), 0, 360, grey, -1, cv2.LINE_AA)
        else:
            to = (int(rng.integers(0, width)), int(rng.integers(0, height)))
            cv2.line(image, at, to, grey, int(rng.integers(1, 6)), cv2.LINE_AA)
    if rng.random() < 0.12:
        image = printed_dots(rng, image)
    if rng.random() < 0.12:
        image = _speckled(rng, image)
    if rng.random() < 0.4:
        grain = rng.standard_normal(shape).astype(np.float32)
        if rng.random() < 0.5:
            grain = cv2.blur(grain, (int(rng.integers(3, 25)), 1)) * 2
        else:
            grain = cv2.blur(grain, (3, 3)) * 2
        image += grain * rng.uniform(1, 12)
    return np.clip(image, 0, 255)


def printed_dots(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The band of printed dots along a windshield's edge, or a grille: regular, but no text. A
    band of few rows, straight or bent, is as long and thin as a line of text."""
    height, width = image.shape
    step, angle = rng.uniform(4, 16), rng.uniform(0, np.pi)
    turn = np.float32(2 * np.pi / step) * np.array([np.cos(angle), np.sin(angle)])
    across_x, down_x = turn[:, None] * np.arange(width)
    across_y, down_y = turn[:, None] * np.arange(height)
    u = across_x + down_y[:, None]
    v = across_y[:, None] - down_x
    waves = _waves(down_y, across_x, -1) + _waves(across_y, down_x, 1)
    dots = np.clip(waves * 1.5 + rng.uniform(-1, 1), 0, 1)
    across = v * np.float32(step / (2 * np.pi)) - rng.uniform(-0.5, 0.8) * height
    along = u * np.float32(step / (2 * np.pi))
    across = across + along**2 * np.float32(rng.normal(0, 0.0004))
    few = rng.random() < 0.5
    dots *= np.abs(across) < (step * rng.uniform(0.5, 2.5) if few else rng.uniform(10, 90))
    return image + dots * np.float32(rng.normal(0, 60))


def _waves(down: np.ndarray, across: np.ndarray, sign: int) -> np.ndarray:
    """(H, W) cos(down - sign * across), of as many cosines as there are rows and columns."""
    even = np.multiply.outer(np.cos(down), np.cos(across))
    return even + sign * np.multiply.outer(np.sin(down), np.sin(across))


def _speckled(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Snow, ice, sand, dried drops: bright and dark grains, denser in places."""
    grains = _clouds(rng, image.shape, int(rng.integers(40, 160)))
    where = np.clip(_clouds(rng, image.shape, 4) + 0.3, 0, 1)
    return image + np.clip(grains - rng.uniform(0, 1.2), 0, 1.5) * where * np.float32(
        rng.normal(0, 60)
    )


def emboss(
    rng: np.random.Generator, image: np.ndarray, relief: np.ndarray, height: float
) -> np.ndarray:
    """Light falling from a side on characters pressed `relief` (H, W, 0–1) deep."""
    sigma = max(0.4, height * rng.uniform(0.02, 0.07))
    bump = cv2.GaussianBlur(relief, (0, 0), sigma)
    angle = rng.uniform(0, 2 * np.pi)
    slope = cv2.Sobel(bump, cv2.CV_32F, 1, 0) * np.cos(angle)
    slope += cv2.Sobel(bump, cv2.CV_32F, 0, 1) * np.sin(angle)
    strength = np.exp(rng.uniform(np.log(12), np.log(110)))
    shaded = image + slope * strength * min(2.0, sigma)
    return shaded + bump * float(rng.normal(0, 22))


def over_glass(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Reflections in the windshield over everything: bright bands, shapes with soft edges, dirt."""
    shape = image.shape
    height, width = shape
    for _ in range(int(rng.integers(1, 5))):
        mask = np.zeros(shape, np.uint8)
        if rng.random() < 0.5:
            centre = rng.uniform(0, 1, 2) * (width, height)
            around = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 8))))
            points = centre + rng.uniform(0.05, 0.6) * width * np.stack(
                [np.cos(around), np.sin(around)], 1
            )
            cv2.fillPoly(mask, [points.astype(np.int32)], 255)
        else:
            ends = (rng.uniform(-0.2, 1.2, (2, 2)) * (width, height)).astype(int)
            thick = int(rng.integers(2, max(3, width // 8)))
            cv2.line(mask, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 255, thick)
        soft = int(rng.integers(0, 10)) * 2 + 1
        mask = cv2.blur(mask, (soft, soft))
        cover = mask * np.float32(rng.uniform(0.05, 0.5) / 255)
        image = image + (float(rng.uniform(60, 255)) - image) * cover
    for _ in range(int(rng.integers(0, 60)) if rng.random() < 0.5 else 0):
        at = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        cv2.circle(image, at, int(rng.integers(1, 3)), float(rng.uniform(30, 255)), -1, cv2.LINE_AA)
    return image


def photograph(rng: np.random.Generator, image: np.ndarray, height: float) -> np.ndarray:
    """Light, lens, sensor and file: (H, W) float32 in, uint8 out. `height` is the cap height of the
    VIN in pixels, so that it stays just readable."""
    shape = image.shape
    if rng.random() < 0.5:
        shade = 1 + _clouds(rng, shape, 2) * rng.uniform(0.03, 0.3)
        image = image * np.clip(shade, 0.3, 1.8)
    if rng.random() < 0.15:
        image = _flare(rng, image)
    blurs = rng.random()
    if blurs < 0.35:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, max(0.5, 0.11 * height)))
    elif blurs < 0.5:
        image = _shake(rng, image, rng.uniform(1.5, max(2.0, 0.3 * height)))
    if rng.random() < 0.45:
        keep = float(np.clip(rng.uniform(4.5, 14) / height, 0.3, 1.0))
        size = (max(8, round(shape[1] * keep)), max(8, round(shape[0] * keep)))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        ways = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA)
        image = cv2.resize(small, shape[::-1], interpolation=ways[int(rng.integers(3))])
    gain, lift = np.exp(rng.normal(0, 0.25)), rng.normal(0, 18)
    image = (image - 128) * gain + 128 + lift
    if rng.random() < 0.6:
        noise = rng.standard_normal(shape, np.float32)
        if rng.random() < 0.4:
            noise = cv2.blur(noise, (2, 2)) * 1.6
        image = image + noise * np.float32(rng.gamma(1.5, 3.5))
    grey = np.clip(image, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = int(rng.integers(20, 90))
        coded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        grey = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    return grey


def _flare(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """A lamp or the sun mirrored in the surface."""
    height, width = image.shape
    x = (np.arange(width, dtype=np.float32) - rng.uniform(0, width)) / rng.uniform(8, width / 4)
    y = (np.arange(height, dtype=np.float32) - rng.uniform(0, height)) / rng.uniform(8, height / 3)
    return image + rng.uniform(60, 260) * np.exp(-0.5 * (x[None] ** 2 + y[:, None] ** 2))


def _shake(rng: np.random.Generator, image: np.ndarray, length: float) -> np.ndarray:
    """The camera moved `length` pixels during the exposure."""
    side = int(length) // 2 * 2 + 3
    kernel = np.zeros((side, side), np.float32)
    middle, angle = side // 2, rng.uniform(0, np.pi)
    reach = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    a, b = np.round(middle - reach).astype(int), np.round(middle + reach).astype(int)
    cv2.line(kernel, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1.0, 1)
    return cv2.filter2D(image, -1, kernel / kernel.sum())
