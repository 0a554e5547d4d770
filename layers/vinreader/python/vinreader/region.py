"""A region of interest: where in the photo the number should be, as apps that show a frame know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from vinreader.advice import FOUND_OUTSIDE
from vinreader.results import Point, Quad, Reading

__all__ = ["FOUND_OUTSIDE", "FRACTION_SLACK", "Region", "elsewhere", "located", "parted"]


FRACTION_SLACK = 1e-6
"""A frame at the photo's edge may end beyond it by what floating point loses."""


@dataclass(frozen=True)
class Region:
    """A rectangle in fractions of the upright photo: x and width of its width, y and height of its
    height. So it means the same whatever size the photo was scaled to."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def from_text(cls, text: str) -> Region | None:
        """What `to_text` wrote; None for anything else, or what is no part of a photo."""
        try:
            region = cls(*map(float, text.split(",")))
        except (TypeError, ValueError):  # too few, too many, or no numbers
            return None
        sides = ((region.x, region.width), (region.y, region.height))
        inside = (
            start >= 0 and length > 0 and start + length <= 1 + FRACTION_SLACK
            for start, length in sides
        )
        return region if all(inside) else None

    def to_text(self) -> str:
        """`x,y,width,height`, as the metadata of an upload carries it."""
        return ",".join(map(str, (self.x, self.y, self.width, self.height)))

    def holds(self, points: Sequence[Point], photo_width: int, photo_height: int) -> bool:
        """Whether the centre of a line, by points on it in pixels of the photo, lies inside."""
        across, down = _centre(points)
        across, down = across / photo_width, down / photo_height
        return self.x <= across <= self.x + self.width and self.y <= down <= self.y + self.height

    def pixels(self, photo_width: int, photo_height: int, margin: float) -> tuple[slice, slice]:
        """Rows and columns of the photo that show it and, all around, `margin` times its longer
        side: a number often stands a little beside the frame."""
        left, right = self.x * photo_width, (self.x + self.width) * photo_width
        top, bottom = self.y * photo_height, (self.y + self.height) * photo_height
        more = margin * max(right - left, bottom - top)
        rows = slice(max(0, int(top - more)), min(photo_height, int(bottom + more) + 1))
        columns = slice(max(0, int(left - more)), min(photo_width, int(right + more) + 1))
        return rows, columns


def parted(
    quads: Sequence[Quad], region: Region | None, photo_width: int, photo_height: int
) -> tuple[list[Quad], list[Quad]]:
    """Lines inside of the region (all where there is none) and outside, each in their order."""
    if region is None:
        return list(quads), []
    inside = [quad for quad in quads if region.holds(quad, photo_width, photo_height)]
    return inside, [quad for quad in quads if quad not in inside]


def elsewhere(quads: Sequence[Quad], known: Sequence[Quad]) -> list[Quad]:
    """Lines whose centre lies in none of the `known` ones: what was looked at is no second witness
    of itself."""
    return [quad for quad in quads if not any(_within(_centre(quad), line) for line in known)]


def located(
    reading: Reading, region: Region | None, photo_width: int, photo_height: int
) -> Reading:
    """The reading that says whether its number lies in the region: the line or, where a bar code
    alone says it, that bar code."""
    if region is None or reading.vin is None:
        return reading
    codes = [code.quad for code in reading.barcodes if code.vin == reading.vin]
    places = [reading.quad] if reading.quad else codes
    inside = any(region.holds(place, photo_width, photo_height) for place in places)
    advice = reading.advice if inside else (*reading.advice, FOUND_OUTSIDE)
    return replace(reading, inside_region=inside, advice=advice)


def _centre(points: Sequence[Point]) -> Point:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _within(point: Point, quad: Quad) -> bool:
    """Whether a point lies in a convex quad, clockwise as y goes down: right of all its sides."""
    sides = zip(quad, (*quad[1:], quad[0]), strict=True)
    return all(
        (bx - ax) * (point[1] - ay) >= (by - ay) * (point[0] - ax) for (ax, ay), (bx, by) in sides
    )
