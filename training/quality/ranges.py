"""Which defects a photo may have, and how strong each is."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFECTS", "LIT", "SOFT_PIXELS", "Range", "drawn_from"]


@dataclass(frozen=True)
class Range:
    """What a property is in clean photos and in those with the defect, and its unit."""

    clean: tuple[float, float]
    spoilt: tuple[float, float]
    unit: str

    @property
    def falling(self) -> bool:
        """Whether less of it is the worse."""
        return self.spoilt[0] < self.clean[0]


DEFECTS: dict[str, Range] = {
    "blurry": Range((0.0, 0.065), (0.13, 0.4), "standard deviation of the blur, cap heights"),
    "glare": Range((0.0, 0.0), (0.06, 0.7), "share of the characters' area lit by 0.25 or more"),
    "dark": Range((0.5, 1.0), (0.05, 0.2), "brightest hundredth, share of white"),
    "low_contrast": Range((0.22, 0.85), (0.02, 0.09), "characters against ground, share of white"),
    "too_small": Range((13.0, 48.0), (4.5, 10.5), "cap height, pixels"),
    "cut_off": Range((0.0, 0.0), (0.03, 0.5), "share of the number outside of the photo"),
    "obstructed": Range((0.0, 0.0), (0.06, 0.7), "share of the characters' area covered"),
}
LIT = 0.25
"""Light added, as a share of white, from which on a place counts as lit by a reflection."""
SOFT_PIXELS = 0.6
"""Standard deviation of the blur that even the sharpest small picture may have, pixels."""


def drawn_from(name: str, defects: set[str]) -> tuple[float, float]:
    return DEFECTS[name].spoilt if name in defects else DEFECTS[name].clean
