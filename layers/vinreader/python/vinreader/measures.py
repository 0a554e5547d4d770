"""What is measured of a line in a photo, without reading it: figures with names.

A line is measured part by part, a part for each character: what most parts show is the line, what
few show befell it. `measuring` takes the figures.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

__all__ = ["Measures"]


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
