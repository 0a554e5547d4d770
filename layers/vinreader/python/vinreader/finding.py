"""Where in one photo the number may be: in the frame, in the whole photo, in the photo turned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vinreader.detection import Detector
from vinreader.halving import halved
from vinreader.region import Region, elsewhere, parted
from vinreader.results import Quad, TextLine, as_quad
from vinreader.turning import back_to_photo, frame_around, turned_photo, turned_size

__all__ = ["FindingConfig", "Found", "LineFinder", "lean"]

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class FindingConfig:
    """How lines are looked for."""

    lines: int = 6
    """Candidate lines that are read at all."""
    region_margin: float = 0.15
    """What is looked at around a region of interest, in shares of its longer side."""
    least_gain: float = 1.25
    """A region is looked at alone where it appears larger by that than in the whole photo."""
    level: float = 18.0
    """Degrees up to which lines are found as they stand: the detector finds level ones best, and
    sees dense ones at a slant as one blot. Nine of ten real photos, as they were taken, lean by
    less."""
    turned_side: int = 1280
    """Pixels of a turned photo's longer side that are enough: the detector sees half."""
    turned_margin: float = 0.3
    """What of a turned photo is shown around the lines that are known, in shares of the longer side
    of what they span. A photo at a slant is shown smaller than one that stands level, as its
    corners need room; closer, dense lines come apart again."""
    turned_least: float = 0.5
    """Share of a turned photo's longer side that is shown at least: the number may be none of the
    lines that are known."""


@dataclass(frozen=True)
class Found:
    """Lines of a photo, likeliest first: those of the photo turned so that they stand `level`, or
    as it stands. With a `glance`, they are what its smallest size shows."""

    quads: list[Quad]
    level: bool = False
    glance: bool = False


class LineFinder:
    """Lines of a photo (H, W) uint8 that may be the VIN, as quads in its pixels: those inside of
    the region first, likeliest first."""

    def __init__(
        self, detector: Detector, config: FindingConfig, grey: Grey, region: Region | None = None
    ) -> None:
        self.detector = detector
        self.config = config
        self.grey = grey
        self.region = region

    def in_region(self) -> list[Quad]:
        """Those found where the region is looked at alone: it shows smaller characters than the
        whole photo. None where there is no region, or one too large to show more."""
        if self.region is None:
            return []
        height, width = self.grey.shape
        rows, columns = self.region.pixels(width, height, self.config.region_margin)
        part = self.grey[rows, columns]
        if max(part.shape) * self.config.least_gain > max(height, width):
            return []
        found = _quads(self.detector.detect(np.ascontiguousarray(part)))
        corner = np.array([columns.start, rows.start], np.float32)
        return [as_quad(np.array(quad) + corner) for quad in found[: self.config.lines]]

    def course(self, known: Sequence[Quad] = ()) -> Iterator[Found]:
        """All that there is to be found, without the `known` lines, each when it is asked for: what
        takes little first, then level lines before the others, as those that run across them show
        junk."""
        steps = self.steps(known)
        standing = next(steps)
        yield Found(standing, glance=True)
        # whether nothing leans or nothing is there, the smallest size alone does not tell
        turned = self.levelled([*known, *standing]) if standing else iter(())
        level = next(turned, [])
        if level:
            yield Found(level, level=True, glance=True)
        *_, standing = standing, *steps
        if not level:
            turned = self.levelled([*known, *standing])
        *_, level = level, *turned
        if level:
            yield Found(level, level=True)
        yield Found(standing)

    def steps(self, known: Sequence[Quad] = ()) -> Iterator[list[Quad]]:
        """Those found in the whole photo, without the `known` ones: after each size that the
        detector looks at it in, the quickest first, and as soon as it is asked for."""
        for found in self.detector.steps(self.grey):
            yield self._foremost(elsewhere(_quads(found), known))

    def levelled(self, known: Sequence[Quad]) -> Iterator[list[Quad]]:
        """Those found in the photo turned so far that the `known` lines stand level, by steps as
        well; no step where they about do so as it is. Where nothing is known, it is turned by a
        quarter."""
        degrees = lean(known) if known else 90.0
        if abs(degrees) > self.config.level:
            yield from self._found_at(-degrees, known)

    def _found_at(self, degrees: float, known: Sequence[Quad]) -> Iterator[list[Quad]]:
        """Those found in the photo turned clockwise, closer where lines are `known`."""
        most, frame = self.config.turned_side, None
        whole = closer = float(max(turned_size(self.grey, degrees)))
        if known:
            points = np.array(known, np.float32).reshape(-1, 2)
            margin, least = self.config.turned_margin, self.config.turned_least
            frame = frame_around(points, self.grey, degrees, margin, least)
            closer = float(max(frame[1] - frame[0]))
        if closer * self.config.least_gain > whole:
            frame, closer = None, whole
        small, factor = halved(self.grey, int((2 * most - 1) * whole / closer))
        turned, back = turned_photo(small, degrees, most, None if frame is None else frame / factor)
        for lines in self.detector.steps(turned):
            found = np.array(_quads(lines), np.float32).reshape(-1, 4, 2)
            quads = factor * back_to_photo(found, back)
            yield self._foremost([as_quad(quad, 1) for quad in quads])

    def _foremost(self, quads: list[Quad]) -> list[Quad]:
        inside, outside = parted(quads, self.region, self.grey.shape[1], self.grey.shape[0])
        return (inside + outside)[: self.config.lines]


def lean(quads: Sequence[Quad]) -> float:
    """Degrees between -90 and 90 by which most lines lean, falling to the right where positive; one
    counts by its length times its length in heights, as short ones have no sure direction."""
    corners = np.array(quads, np.float64).reshape(-1, 4, 2)
    along = (corners[:, 1] + corners[:, 2] - corners[:, 0] - corners[:, 3]) @ (0.5, 0.5j)
    down = (corners[:, 2] + corners[:, 3] - corners[:, 0] - corners[:, 1]) @ (0.5, 0.5j)
    # squared, both directions along a line are one
    return float(np.degrees(np.angle((along**2 / np.maximum(np.abs(down), 1.0)).sum())) / 2)


def _quads(lines: Iterable[TextLine]) -> list[Quad]:
    return [line.quad for line in lines]
