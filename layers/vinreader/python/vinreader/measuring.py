"""Takes the figures of a line: from its picture, cut out level, to `Measures`."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.levelling import BESIDE, Level
from vinreader.measures import Measures
from vinreader.sharpness import averaged, noise, safe_log, sharpness

__all__ = ["measured"]

Array = NDArray[np.float32]

FLAT = 0.45
"""A part whose strokes are fainter than this share of what the parts mostly show is empty."""
FADED = 0.4
"""A row shows text from this share on between the faintest row and those in the line's middle."""
WIDER = 1.05
"""Text may be higher than the line's band by this factor: more is a neighbour that touches it."""
ODD = 5.0
"""From this distance on a place is far from most."""
BURNT = 250
"""Grey level of what is white altogether."""
NEAR = 0.12
"""Heights from the photo's edge within which a stroke meets it."""


def measured(line: Level) -> Measures:
    """The figures of a line; finite whatever it shows."""
    top, bottom = _rows(line)
    cap = max(bottom - top, 4)
    core = line.pixels[top:bottom]
    inside = _by_part(line.room[top:bottom], line.parts).mean(axis=1) > 0
    if not inside.any():
        inside[:] = True
    ground = averaged(core, cap)
    details = np.sort(_by_part(core - ground, line.parts)[inside], axis=1)
    strokes = details[:, int(0.95 * details.shape[1])] - details[:, int(0.05 * details.shape[1])]
    usual = max(float(np.median(strokes)), 0.5)
    seen = line.pixels[line.room > 0]
    white = max(float(np.quantile(seen if seen.size else line.pixels, 0.98)), 1.0)
    return Measures(
        cap=safe_log(cap * line.scale),
        white=safe_log(white / 255),
        middle=float(np.median(core)) / 255,
        contrast=safe_log(usual / 255),
        relative=safe_log(usual / white),
        noise=safe_log(noise(core) / 255),
        **sharpness(line.pixels[max(top - 1, 0) : bottom + 1], cap, line.scale),
        **_brightness(_by_part(core, line.parts)[inside], strokes, usual),
        **_oddity(core, core - ground, np.repeat(inside, 2)),
        **_shapes(core, cap, usual),
        **_surroundings(line, top, bottom, usual),
    )


def _rows(line: Level) -> tuple[int, int]:
    """First and last row of the capitals: where the strokes of most parts begin and end."""
    tall = line.pixels.shape[0]
    steps = np.abs(np.diff(line.pixels, axis=1, append=line.pixels[:, -1:]))
    profile = np.median(steps.reshape(tall, line.parts, -1).mean(axis=2), axis=1)
    profile = cv2.GaussianBlur(profile.astype(np.float32)[:, None], (0, 0), 0.7)[:, 0]
    band = tall / (1 + 2 * BESIDE)
    middle = slice(int(tall / 2 - 0.2 * band), int(tall / 2 + 0.2 * band) + 1)
    strong, weak = float(np.median(profile[middle])), float(profile.min())
    text = profile > weak + FADED * (strong - weak)
    top = bottom = tall // 2
    least, most = int(tall / 2 - WIDER * band / 2), int(tall / 2 + WIDER * band / 2)
    while top > max(least, 0) and text[top - 1]:
        top -= 1
    while bottom < min(most, tall) and text[bottom]:
        bottom += 1
    if bottom - top < 0.3 * band:  # no rows stand out
        top, bottom = int(tall / 2 - 0.4 * band), int(tall / 2 + 0.4 * band)
    return top, max(bottom, top + 4)


def _by_part(values: Array, parts: int) -> Array:
    """(N, pixels) values (H, W) of each part."""
    tall, wide = values.shape
    return values.reshape(tall, parts, wide // parts).swapaxes(0, 1).reshape(parts, -1)


def _brightness(parts: Array, strokes: Array, usual: float) -> dict[str, float]:
    """Of parts (N, pixels) with their `strokes` (N,)."""
    levels = parts.mean(axis=1)
    middle = float(np.median(levels))
    beyond = levels - middle
    missing = np.clip(1 - strokes / usual, 0, 1)
    white = (parts >= BURNT).mean(axis=1)
    empty = strokes < FLAT * usual
    return {
        "bright": float(beyond.max()) / 255,
        "brightest": float(levels.max()) / 255,
        "darkest": float(-beyond.min()) / 255,
        "bright_flat": float((np.maximum(beyond, 0) * missing).sum()) / 255,
        "burnt": float(np.maximum(white - np.median(white), 0).mean()),
        "steep": float(np.abs(np.diff(levels)).sum()) / 255,
        "empty": float(empty.mean()),
        "emptiest": float(strokes.min()) / usual,
        "empty_bright": float(np.clip(beyond[empty].mean() / usual, -5, 5)) if empty.any() else 0.0,
        "fullest": safe_log(float(strokes.max()) / usual),
        "uneven": float(np.clip(np.median(np.abs(beyond)) / usual, 0, 5)),
    }


def _oddity(core: Array, details: Array, inside: NDArray[np.bool_]) -> dict[str, float]:
    """What sets places along the line (H, W) apart, such as something that lies on them: judged by
    half parts, those that are `inside` of the photo."""
    count = len(inside)
    steps = np.abs(np.diff(core, axis=1, append=core[:, -1:]))
    edges = np.log(_by_part(steps, count)[inside].mean(axis=1) + 1)
    strokes = np.log(_by_part(details, count)[inside].std(axis=1) + 1)
    levels = _by_part(core, count)[inside].mean(axis=1)
    distance = np.zeros(len(levels))
    for values, least in ((edges, 0.1), (strokes, 0.1), (levels, 4.0)):
        apart = np.abs(values - np.median(values))
        distance += np.clip(apart / max(1.5 * float(np.median(apart)), least), 0, 12) ** 2
    usual = float(np.median(edges))
    around = np.stack([np.roll(levels, by) for by in (-3, -2, 2, 3)])
    changes = np.abs(np.diff(levels))
    contrast = float(np.exp(np.median(strokes))) + 2
    return {
        "odd": float(np.sqrt(distance.max())),
        "odd_share": float((distance > ODD**2).mean()),
        "odd_edges": float(edges.max()) - usual,
        "few_edges": float(edges.min()) - usual,
        "bright_edges": float(edges[levels.argmax()]) - usual,
        "dark_edges": float(edges[levels.argmin()]) - usual,
        "jump": float(np.clip(changes.max() / contrast, 0, 8)),
        "local": float(np.clip(np.abs(levels - np.median(around, axis=0)).max() / contrast, 0, 8)),
        "abrupt": float(changes.max() / (np.ptp(levels) + 2)),
    }


def _shapes(core: Array, cap: int, usual: float) -> dict[str, float]:
    """What stays of the line without its strokes: dark ones are filled, bright ones taken off,
    whichever leaves the more even ground."""
    side = max(3, int(0.5 * cap) | 1)
    kernel = np.ones((side, side), np.uint8)
    soft = cv2.GaussianBlur(core, (0, 0), 0.6).astype(np.uint8)  # as float it takes ten times long
    ways = [cv2.morphologyEx(soft, way, kernel) for way in (cv2.MORPH_OPEN, cv2.MORPH_CLOSE)]
    apart = [way.astype(np.float32) - np.float32(np.median(way)) for way in ways]
    rest = min(apart, key=lambda one: float(np.median(np.abs(one))))
    steepest, widest = _steepness(rest)
    plain_steepest, plain_widest = _steepness(cv2.medianBlur(soft, side).astype(np.float32))
    return {
        "blob": float((np.abs(rest) > 0.5 * usual).mean()),
        "blob_dark": float((rest < -0.5 * usual).mean()),
        "blob_edge": float(np.clip(steepest / usual, 0, 5)),
        "blob_sharp": steepest * cap / widest,
        "plain_edge": float(np.clip(plain_steepest / usual, 0, 5)),
        "plain_sharp": plain_steepest * cap / plain_widest,
    }


def _steepness(image: Array) -> tuple[float, float]:
    """How steep its steepest places are, in grey levels a pixel, and how far it strays from its
    median."""
    slope = np.hypot(cv2.Sobel(image, cv2.CV_32F, 1, 0), cv2.Sobel(image, cv2.CV_32F, 0, 1)) / 8
    apart = np.abs(image - np.median(image))
    return float(np.quantile(slope, 0.98)), float(np.quantile(apart, 0.98)) + 4


def _surroundings(line: Level, top: int, bottom: int, usual: float) -> dict[str, float]:
    room = line.room[top:bottom]
    at_edge = (room > 0) & (room < NEAR)
    met = line.pixels[top:bottom][at_edge]
    differs = float(np.quantile(met, 0.95) - np.quantile(met, 0.05)) if met.size > 3 else 0.0
    return {
        "end": float(np.clip(line.end, -1, 1)),
        "side": float(np.clip(line.side, -1, 1)),
        "outside": float((room <= 0).mean()),
        "to_edge": float(np.clip(differs / usual, 0, 3)),
    }
