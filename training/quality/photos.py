"""Small photos of a VIN line with known defects, or with none.

A line is set and painted as for the strips, but how dark it is, how much its characters stand out,
how sharp and how large they are is set exactly, and what a defect adds is known: the truth is a
strength in the defect's own unit (`DEFECTS`). Between clean and defective a range is left out in
which people differ. Each photo depends on (seed, index), the faces and the code alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.quality.aiming import Shot, aimed, told
from training.quality.ranges import DEFECTS, LIT, SOFT_PIXELS, drawn_from
from training.quality.spoiling import OBSTRUCTIONS, covered, lit, obstruct, reflect, smeared
from training.synthesis import degradations as effect
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.geometry import Camera, corners, project
from training.synthesis.lines import LineConfig, set_vin_line
from training.synthesis.styles import STYLES, draw_style
from training.synthesis.styles.base import Paint
from training.synthesis.styles.metal import struck_steel
from training.synthesis.styles.printed import reversed_film

__all__ = ["LinePhoto", "LinePhotoConfig", "LinePhotos"]


CLEAN: dict[str, Paint] = {"windshield": reversed_film, "stamped_steel": struck_steel}
"""Surfaces without the reflections, dirt and rust of the style's own, which would not be known."""


@dataclass(frozen=True)
class LinePhoto:
    """`image` (H, W) uint8; `characters` (N, 4, 2) float32 quads as a reader would tell them, not
    quite right; `cap` true height of the capitals in pixels; `strengths` of the defects it has."""

    image: np.ndarray
    characters: np.ndarray
    cap: float
    strengths: dict[str, float]
    style: str


@dataclass(frozen=True)
class LinePhotoConfig:
    """Shares of what is drawn."""

    clean: float = 0.2
    double: float = 0.0
    """Photos with two defects, which real photos often have; the others have one."""
    held_out: bool = False
    """Faces that training never sees, or never those."""


class LinePhotos:
    """Photos by index."""

    def __init__(self, seed: int, config: LinePhotoConfig | None = None) -> None:
        self.seed = seed
        self.config = config or LinePhotoConfig()
        self.lines = LineConfig(two_rows=0.0, held_out=self.config.held_out)
        self.surfaces = Backgrounds(None)

    def make(self, index: int) -> LinePhoto:
        """The photo number `index` of this seed."""
        rng = np.random.default_rng([self.seed, index])
        while True:  # a reflection may miss every character, a cover hide nothing
            defects = self._draw_defects(rng)
            photo = self._photograph(rng, defects)
            if set(photo.strengths) == defects:
                return photo

    def _draw_defects(self, rng: np.random.Generator) -> set[str]:
        draw = rng.random()
        if draw < self.config.clean:
            return set()
        count = 2 if draw > 1 - self.config.double else 1
        return {str(name) for name in rng.choice(list(DEFECTS), count, replace=False)}

    def _photograph(self, rng: np.random.Generator, defects: set[str]) -> LinePhoto:
        style = draw_style(rng, tuple(STYLES))
        line = set_vin_line(rng, style.script, self.lines)
        paint = CLEAN.get(style.name, style.paint)
        shot = aimed(rng, line, defects)
        picture = self._painted(rng, shot, paint, defects)
        if "obstructed" in defects:
            picture = _obstructed(rng, shot, picture)
        picture = _exposed(rng, shot, picture, defects)
        image = _taken(rng, shot, picture, defects)
        return LinePhoto(image, told(rng, shot), shot.cap, shot.strengths, style.name)

    def _painted(
        self, rng: np.random.Generator, shot: Shot, paint: Paint, defects: set[str]
    ) -> np.ndarray:
        """The surface, its brightest hundredth at 1, its characters as clear as is drawn."""
        quad = project(corners(shot.size), np.linalg.inv(shot.to_photo)).astype(np.float32)
        line, scale = shot.line, shot.cap / shot.line.cap
        camera = Camera(quad, shot.size, scale)
        ink, own = camera.show(line.ink), camera.show(line.own)
        seed = int(rng.integers(2**32))
        full, bare = (
            paint(np.random.default_rng(seed), part, shot.cap, self.surfaces)
            for part in (ink, np.zeros_like(ink))
        )
        letters = full - bare
        faded = 1.0
        wanted = float(rng.uniform(*drawn_from("low_contrast", defects)))
        if "low_contrast" in defects:
            shot.strengths["low_contrast"] = wanted
            faded = float(rng.uniform(0.3, 1.0))  # as haze takes away all differences
        ground = bare.mean() + (bare - bare.mean()) * faded
        return np.asarray(
            ground + letters * _amount(letters[own > 0.5], ground, wanted), np.float32
        )


def _amount(letters: np.ndarray, ground: np.ndarray, wanted: float) -> float:
    """Times the letters' own brightness against the ground (N,), so that they differ from it by
    `wanted` of what is brightest then."""
    shown = float(np.quantile(np.abs(letters), 0.75)) if letters.size else 1.0
    brightest = max(float(np.quantile(ground, 0.99)), 0.05)
    if letters.size and float(letters.mean()) > 0:
        brightest /= max(1 - wanted, 0.1)
    return wanted * brightest / max(shown, 0.005)


def _obstructed(rng: np.random.Generator, shot: Shot, picture: np.ndarray) -> np.ndarray:
    kind = str(rng.choice(list(OBSTRUCTIONS)))
    spoilt, cover = obstruct(picture, rng, shot.characters, shot.cap, kind)
    share = float(covered(cover, shot.characters).mean())
    low, high = DEFECTS["obstructed"].spoilt
    if low <= share <= high:
        shot.strengths["obstructed"] = share
    return spoilt


def _exposed(
    rng: np.random.Generator, shot: Shot, picture: np.ndarray, defects: set[str]
) -> np.ndarray:
    """Light as it falls, reflections, and what of it the camera lets in."""
    shade = 1 + effect.gradient(rng, picture.shape) * float(rng.uniform(0, 0.5))
    if rng.random() < 0.15:
        shade = shade + effect.bands(rng, picture.shape) * float(rng.uniform(0.02, 0.12))
    white = float(rng.uniform(*drawn_from("dark", defects)))
    if "dark" in defects:
        shot.strengths["dark"] = white
    picture = lit(picture * shade, white)
    if "glare" in defects:
        inside = [q.mean(axis=0) for q in shot.characters]
        middle = inside[int(rng.integers(len(inside)))]
        before = picture
        picture = reflect(picture / white, rng, middle, shot.cap) * white
        share = float(
            covered((picture - before > LIT * white).astype(float), shot.characters).mean()
        )
        low, high = DEFECTS["glare"].spoilt
        if low <= share <= high:
            shot.strengths["glare"] = share
    return picture + float(rng.uniform(0, 0.03))


def _taken(
    rng: np.random.Generator, shot: Shot, picture: np.ndarray, defects: set[str]
) -> np.ndarray:
    """Focus, motion, noise, file: (H, W) uint8."""
    softest = max(DEFECTS["blurry"].clean[1] * shot.cap, SOFT_PIXELS)
    if "blurry" not in defects:
        picture = effect.blur(picture, rng, float(rng.uniform(0.25, softest)))
    else:
        low, high = DEFECTS["blurry"].spoilt
        sigma = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        shot.strengths["blurry"] = sigma
        if rng.random() < 0.5:
            picture = effect.blur(picture, rng, max(sigma * shot.cap, 2 * SOFT_PIXELS))
        else:
            picture = effect.blur(picture, rng, float(rng.uniform(0.25, softest)))
            length = np.sqrt(12) * max(sigma * shot.cap, 2 * SOFT_PIXELS)
            picture = smeared(picture, rng, float(length))
    picture = effect.grain(picture, rng, float(rng.gamma(1.5, 0.005)))
    image = effect.as_camera(picture)
    if rng.random() < 0.8:
        image = effect.jpeg(image, int(rng.integers(40, 96)))
    return image
