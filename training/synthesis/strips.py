"""Strips as the rectifier cuts them: (32, 960) grey images of a VIN line with a box for each
character.

A strip is made the way a real one comes about: glyphs are set into a line with its neighbours, the
line is cut out by a not quite right quad at the resolution the photo has there, the surface, glass,
light and camera do their work at that resolution, and the result is stretched to the strip. Every
strip depends on (seed, index), the configuration and the installed fonts alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.chance import cumulative, pick
from training.synthesis.geometry import Camera, corners, edges_in_strip, project, window
from training.synthesis.legibility import READABLE, legibility, sampling
from training.synthesis.lines import LineConfig, SetLine, set_other_line, set_vin_line
from training.synthesis.lookalikes import differences
from training.synthesis.numbers import TAUGHT, Numbers
from training.synthesis.styles import STYLES, Style, draw_style
from training.synthesis.styles.metal import added
from training.synthesis.surroundings import plate_outline, set_on_ground, textured
from vinreader.vin import ALPHABET

__all__ = ["READABLE", "STRIP_HEIGHT", "STRIP_WIDTH", "Strip", "StripConfig", "StripSynthesiser"]

STRIP_HEIGHT = 32
STRIP_WIDTH = 960
PIXEL = 0.4
"""Standard deviation of what a pixel and its resampling blur, pixels."""
SLOPE = 0.7
"""Standard deviation over which relief takes a slope, pixels."""
NEGATIVES = cumulative([0.4, 0.4, 0.2])
"""Of strips without a VIN those that are upside down, of other text, of nothing."""
HALVED = np.array([0.5, 1.0])
"""Places in a strip of half the width."""


@dataclass(frozen=True)
class StripConfig:
    """Shares of what is drawn; the ranges follow what real photos show (low resolution
    dominates)."""

    negative: float = 0.12
    """Strips without a VIN: upside down, other text, plain background. Their grid stays empty."""
    low_resolution: float | None = None
    """Strips whose capitals are 5.8 to 14 pixels high in the photo, the others having 14 to 44;
    each style has its own share unless one is given."""
    numbers: Numbers = TAUGHT
    two_rows: float = 0.06
    """Strips of one row of a number that is set in two: 4 to 13 characters."""
    two_hands: float = 0.03
    """Strips of a number whose end another tool added to what the plate began with."""
    styles: tuple[str, ...] = ()
    """Only these ways of making, by their shares; all of them if none is named."""
    held_out: bool = False
    """Only font families that training never sees; otherwise never those."""

    def __post_init__(self) -> None:
        if unknown := set(self.styles) - set(STYLES):
            raise ValueError(f"no such style: {', '.join(sorted(unknown))}")


@dataclass(frozen=True)
class Strip:
    """`image` (32, 960) uint8; `boxes` (N, 2) float32 left and right edge in strip pixels; `labels`
    (N,) int64 indices into the alphabet, which spell `text`. Negatives have N = 0.

    `style` names the way the number is made; `legibility`, 0 to 1, says how well a person could
    read it: without doubt from `READABLE` on. `photo` (H, W) uint8 is what the image was stretched
    from."""

    image: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    text: str
    style: str
    photo: np.ndarray
    legibility: float = 1.0


class StripSynthesiser:
    """Strips by index; the same (seed, index) gives the same strip on any machine with the same
    fonts."""

    def __init__(
        self, seed: int, real: Path | None = None, config: StripConfig | None = None
    ) -> None:
        self.seed = seed
        self.config = config or StripConfig()
        self.backgrounds = Backgrounds(real)
        self.lines = LineConfig(
            self.config.numbers,
            self.config.two_rows,
            self.config.two_hands,
            self.config.held_out,
        )

    def make(self, index: int) -> Strip:
        """The strip number `index` of this seed."""
        rng = np.random.default_rng([self.seed, index])
        kind = "vin"
        if rng.random() < self.config.negative:
            kind = ("upside_down", "other_text", "background")[pick(rng, NEGATIVES)]
        style = draw_style(rng, self.config.styles)
        if kind in ("other_text", "background"):
            line = set_other_line(rng, style.script, self.lines, empty=kind == "background")
        else:
            line = set_vin_line(rng, style.script, self.lines)
        image, photo, boxes, clarity = self._photograph(rng, line, style)
        if kind == "upside_down":
            image, photo, boxes, clarity = _upside_down(image), _upside_down(photo), boxes[:0], 0.0
        middles = boxes.mean(axis=1)
        inside = np.flatnonzero((middles > 0) & (middles < STRIP_WIDTH))
        text = "".join(line.text[i] for i in inside)
        labels = np.array([ALPHABET.index(symbol) for symbol in text], np.int64)
        return Strip(image, boxes[inside], labels, text, style.name, photo, clarity)

    def _photograph(
        self, rng: np.random.Generator, line: SetLine, style: Style
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """The strip (32, 960), the photo (H, W) under it, the characters' edges in the strip (N, 2)
        and its legibility."""
        share = style.low if self.config.low_resolution is None else self.config.low_resolution
        low = rng.random() < share
        cap = float(rng.uniform(5.8, 14) if low else np.exp(rng.uniform(np.log(14), np.log(44))))
        quad, size = window(rng, line, cap, style.slant)
        to_photo = cv2.getPerspectiveTransform(quad, corners(size))
        camera = Camera(quad, size, cap / line.cap)
        ink = camera.show(line.ink)
        picture = style.paint(rng, ink, cap, self.backgrounds)
        if line.serial:
            picture = added(rng, picture, camera.show(line.serial.ink), cap)
        if rng.random() < 0.25:
            outline = cv2.perspectiveTransform(plate_outline(rng, line)[None], to_photo)[0]
            picture = set_on_ground(rng, picture, outline, self.backgrounds)
        if rng.random() < 0.1:
            picture = textured(rng, picture, self.backgrounds)
        picture = _weather(rng, picture, cap)
        photo, blur = _take_photo(rng, picture, cap)
        how = cv2.INTER_LINEAR if rng.random() < 0.5 else cv2.INTER_CUBIC
        if photo.shape[0] > STRIP_HEIGHT * 1.5:
            how = cv2.INTER_AREA
        shape = (STRIP_WIDTH, STRIP_HEIGHT)
        strip = cv2.resize(photo, shape, interpolation=how)
        scale = np.array([STRIP_WIDTH / size[0], STRIP_HEIGHT / size[1]])
        boxes = edges_in_strip(line, to_photo, scale)
        if not len(boxes):
            return strip, photo, boxes, 0.0
        own = ink if line.own is line.ink else camera.show(line.own)
        own = cv2.GaussianBlur(own, (0, 0), blur)
        half = (STRIP_WIDTH // 2, STRIP_HEIGHT)  # as much is seen in half of the columns
        narrow = cv2.resize(strip, half, interpolation=cv2.INTER_AREA)
        points, widths = sampling(line)
        points = project(points, to_photo) * scale * HALVED
        soft = _softness(line, boxes, scale, cap, blur)
        apart = _apart(line, soft, float(np.hypot(soft, SLOPE / cap)))
        clarity = legibility(narrow, cv2.resize(own, half), points, widths, apart)
        return strip, photo, boxes, clarity


def _upside_down(image: np.ndarray) -> np.ndarray:
    return image[::-1, ::-1].copy()


def _softness(
    line: SetLine, boxes: np.ndarray, scale: np.ndarray, cap: float, blur: float
) -> float:
    """Standard deviation of the blur of photo and strip against the cap height; where the number is
    squeezed, as it is across."""
    drawn = float((line.edges[:, 1, 0] - line.edges[:, 0, 0]).mean()) * cap / line.cap
    squeeze = float((boxes[:, 1] - boxes[:, 0]).mean()) / float(scale[0]) / drawn
    return float(np.hypot(blur / min(squeeze, 1.0), PIXEL / float(scale[1])) / cap)


def _apart(line: SetLine, soft: float, slopes: float) -> np.ndarray:
    """The `differences` of each character from others of its own alphabet."""
    if not line.serial:
        return differences(line.alphabet, line.text, soft, slopes)
    split = len(line.text) - line.serial.count
    return np.concatenate(
        [
            differences(line.alphabet, line.text[:split], soft, slopes),
            differences(line.serial.alphabet, line.text[split:], soft, slopes),
        ]
    )


def _weather(rng: np.random.Generator, picture: np.ndarray, cap: float) -> np.ndarray:
    """Light and wear that may befall any surface."""
    if rng.random() < 0.18:
        picture = effect.shade_edge(picture, rng)
    if rng.random() < 0.06:
        picture = effect.glare(picture, rng)
    if rng.random() < 0.07:
        picture = effect.scratches(picture, rng, cap)
    return picture


def _take_photo(
    rng: np.random.Generator, picture: np.ndarray, cap: float
) -> tuple[np.ndarray, float]:
    """Camera and file: focus, motion, noise, exposure, compression, sharpening. The photo (H, W)
    uint8 and the standard deviation of its blur, pixels."""
    spread = PIXEL**2
    if rng.random() < 0.7:
        sigma = max(0.3, abs(float(rng.normal(0, 0.042))) * cap)
        picture = effect.blur(picture, rng, sigma)
        spread += sigma**2
    if rng.random() < 0.12:
        length = max(3.0, float(rng.uniform(0.08, 0.28)) * cap)
        picture = effect.motion_blur(picture, rng, length)
        spread += length**2 / 6
    if rng.random() < 0.6:  # apps that shrink photos average their noise away
        picture = effect.grain(picture, rng, float(rng.gamma(1.5, 0.004 if cap < 14 else 0.008)))
    gain, lift = float(np.exp(rng.normal(-0.08, 0.18))), float(rng.normal(0, 0.05))
    photo = effect.as_camera(picture * gain + lift)
    if rng.random() < 0.7:
        photo = effect.jpeg(photo, int(rng.integers(26, 96)))
    if cap < 14 and rng.random() < 0.3:  # sharpened by the phone
        soft = cv2.GaussianBlur(photo, (0, 0), 1.0)
        photo = cv2.addWeighted(photo, 1.7, soft, -0.7, 0)
    return photo, float(np.sqrt(spread))
