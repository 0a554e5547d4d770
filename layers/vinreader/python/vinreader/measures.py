"""What can be measured of a line in a photo, without reading it: each a figure with a name.

It is measured part by part, a part for each character: what most parts show is the line, what few
show befell it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.levelling import BESIDE, Level
from vinreader.sharpness import averaged, noise, safe_log, sharpness

__all__ = ["Measures", "measured"]

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


@dataclass(frozen=True)
class Measures:
    """Figures of one line. Levels are grey levels over 255, logarithms natural; the strokes of a
    part are the difference between its ink and its ground."""

    cap: float
    """Logarithm of the capitals' height in pixels of the photo."""
    white: float
    """Logarithm of the level of the brightest fiftieth."""
    middle: float
    """Median level."""
    contrast: float
    """Logarithm of the strokes of most parts."""
    relative: float
    """The same over the brightest fiftieth."""
    noise: float
    """Logarithm of the noise's standard deviation (Immerkær, Fast noise variance estimation,
    1996)."""
    along: float
    """What blurring once more leaves of the edges met along the line, 0 to 1: all where they are
    blurred already (Crété et al., The blur effect, 2007)."""
    across: float
    """The same across the line."""
    softest: float
    sharpest: float
    """The highest and the lowest of these two and both diagonals: motion blurs one way most."""
    edge: float
    """Logarithm of the blur's standard deviation in pixels of the photo, from the sharpest edges
    (Zhuo and Sim, Defocus map estimation from a single image, 2011)."""
    breadth: float
    """Logarithm of the blur's standard deviation in cap heights, after the same, from edges that
    noise does not hide: those of the picture blurred by a tenth."""
    fine: float
    """Logarithm of the detail finer than strokes over that as coarse as they are."""
    bright: float
    """By how much the brightest part is brighter than most."""
    brightest: float
    """Level of the brightest part."""
    darkest: float
    """By how much the darkest part is darker than most."""
    bright_flat: float
    """Brightness beyond that of most parts, of all parts together, as far as their strokes are
    missing."""
    burnt: float
    """Share of the line that is white altogether, where most parts are not."""
    steep: float
    """Steps of brightness from part to part, their sum."""
    empty: float
    """Share of parts without strokes."""
    emptiest: float
    """Strokes of the faintest part over those of most."""
    empty_bright: float
    """How bright the parts without strokes are against most, over the strokes."""
    fullest: float
    """Logarithm of the strokes of the fullest part over those of most."""
    uneven: float
    """Spread of the parts' brightness over the strokes."""
    blob: float
    """Share of the line under shapes wider than strokes that differ from the ground by half of
    what strokes do."""
    blob_dark: float
    """The same of the dark ones alone."""
    blob_edge: float
    """The steepest edges of such shapes over the strokes."""
    blob_sharp: float
    """The same over what they differ by: low where their edges are soft."""
    plain_edge: float
    plain_sharp: float
    """Both of the line after a median that takes strokes away and leaves the edges of what is
    larger."""
    odd: float
    """How far the oddest half part is from most by brightness, strokes and edges, each over its
    spread among them."""
    odd_share: float
    """Share of half parts that are far from most."""
    odd_edges: float
    """Logarithm of the most edges of a part over those of most."""
    few_edges: float
    """Logarithm of the fewest."""
    bright_edges: float
    """The same of the brightest part."""
    dark_edges: float
    """The same of the darkest part."""
    jump: float
    """The largest step of brightness between half parts, over the strokes."""
    local: float
    """How far the brightness of one strays from those about it, over the strokes."""
    abrupt: float
    """The largest step over the whole range of brightness: low where it changes softly."""
    end: float
    side: float
    """Room between the line's ends and sides and the photo's edges, in heights of its band, between
    -1 and 1; negative where the line goes on outside."""
    outside: float
    """Share of the line beyond the photo's edges."""
    to_edge: float
    """Differences along the photo's edge where the line meets it, over the strokes."""

    def vector(self) -> NDArray[np.float64]:
        """All of them, in order."""
        return np.array([getattr(self, field.name) for field in fields(self)], np.float64)


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
