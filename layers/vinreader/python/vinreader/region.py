"""A region of interest: where in the photo the number should be, as apps that show a frame know."""

from __future__ import annotations

from dataclasses import dataclass

from vinreader.results import Quad

__all__ = ["Region"]


@dataclass(frozen=True)
class Region:
    """A rectangle in fractions of the upright photo: x and width of its width, y and height of its
    height. So it means the same whatever size the photo was scaled to."""

    x: float
    y: float
    width: float
    height: float

    def holds(self, quad: Quad, photo_width: int, photo_height: int) -> bool:
        """Whether the centre of a line (pixels of the photo) lies inside."""
        across = sum(x for x, _ in quad) / len(quad) / photo_width
        down = sum(y for _, y in quad) / len(quad) / photo_height
        return self.x <= across <= self.x + self.width and self.y <= down <= self.y + self.height
