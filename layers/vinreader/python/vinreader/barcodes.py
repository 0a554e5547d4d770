"""Bar codes that hold a VIN: Code 39, Code 128, DataMatrix and QR, as `zxing-cpp` reads them.

Two ways of looking. `BarcodeReader.read` takes the photo as it is, on reduced copies where it is
large: a few milliseconds, for every photo. `BarcodeReader.read_closer` cuts out what looks like
bars (`stripes`) and what stands beside the lines that the detector found, enlarged: for photos
whose text is not believed. Both take a bounded time, whatever the photo shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import zxingcpp
from numpy.typing import NDArray

from vinreader.claims import Claim, Weight, claims_of
from vinreader.halving import halved
from vinreader.rectification import Adjustment, adjust
from vinreader.results import Barcode, Quad, Symbology, as_quad
from vinreader.stripes import StripesConfig, find_stripes, profiles

__all__ = ["BarcodeConfig", "BarcodeReader", "FoundClaim", "merged"]

Array = NDArray[np.float32]
Grey = NDArray[np.uint8]

_FORMATS = {
    zxingcpp.BarcodeFormat.Code39: Symbology.CODE_39,
    zxingcpp.BarcodeFormat.Code128: Symbology.CODE_128,
    zxingcpp.BarcodeFormat.DataMatrix: Symbology.DATA_MATRIX,
    zxingcpp.BarcodeFormat.QRCode: Symbology.QR_CODE,
}
_LINEAR = (zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.Code128)
_MATRIX = (zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.QRCode)
_ROWS = 6
"""Rows that one row is repeated to: the library wants to see a linear code in several."""


@dataclass(frozen=True)
class BarcodeConfig:
    """How hard bar codes are looked for."""

    linear_side: int = 2400
    """Pixels of a photo's longer side over which it is halved before linear codes are looked for: a
    code over a sixth of the photo still has more than a pixel for a bar."""
    matrix_side: int = 1200
    """The same for matrix codes, whose search takes about five times as long."""
    agreeing: int = 2
    """Drawings of a patch of stripes that have to show the identical content."""
    lines: int = 2
    """Lines of text that matrix codes are looked for beside."""
    beside: float = 5.0
    """Side of the square beside a line that may hold one, in heights of the line."""
    enlarged: int = 240
    """Pixels of the side that this square is drawn with."""
    stripes: StripesConfig = field(default_factory=StripesConfig)


@dataclass(frozen=True)
class FoundClaim:
    """A claim, and the bar code that makes it."""

    barcode: Barcode
    weight: Weight

    @property
    def vin(self) -> str:
        """The number claimed."""
        return self.barcode.vin


class BarcodeReader:
    """Reads bar codes in photos (H, W) uint8."""

    def __init__(self, config: BarcodeConfig | None = None) -> None:
        self.config = config or BarcodeConfig()

    def read(self, grey: Grey) -> tuple[FoundClaim, ...]:
        """What bar codes in the photo claim, each number once."""
        linear, linear_scale = halved(grey, self.config.linear_side)
        matrix, matrix_scale = halved(linear, self.config.matrix_side)
        found = _decoded(linear, _LINEAR, linear_scale)
        return merged(found + _decoded(matrix, _MATRIX, linear_scale * matrix_scale))

    def read_closer(self, grey: Grey, lines: Sequence[Quad] = ()) -> tuple[FoundClaim, ...]:
        """The same from enlarged cuts: patches of stripes, and the squares beside lines of text
        (likeliest first)."""
        found: list[FoundClaim] = []
        for quad in find_stripes(grey, self.config.stripes):
            found += self._striped(grey, quad)
        for line in lines[: self.config.lines]:
            found += self._beside(grey, np.array(line, np.float32))
        return merged(found)

    def _striped(self, grey: Grey, quad: Array) -> list[FoundClaim]:
        """What a patch of stripes claims, where `agreeing` drawings of it show the same and none
        shows anything else before."""
        seen: Counter[tuple[str, Symbology]] = Counter()
        for row in profiles(grey, quad, self.config.stripes):
            drawing = np.repeat(row[None], _ROWS, axis=0)
            for code in zxingcpp.read_barcodes(
                drawing,
                formats=zxingcpp.BarcodeFormats(_LINEAR),
                try_rotate=False,
                try_downscale=False,
                text_mode=zxingcpp.TextMode.Plain,
                binarizer=zxingcpp.Binarizer.FixedThreshold,
            ):
                seen[code.text, _FORMATS[code.format]] += 1
            if seen and max(seen.values()) >= self.config.agreeing:
                break
        if len(seen) != 1 or max(seen.values()) < self.config.agreeing:
            return []
        ((content, symbology),) = seen
        return _found(claims_of(content, symbology), symbology, as_quad(quad, 1))

    def _beside(self, grey: Grey, line: Array) -> list[FoundClaim]:
        """What matrix codes before and after a line claim."""
        side, half = self.config.beside, (self.config.beside - 1) / 2
        length = float(np.hypot(*(line[1] - line[0])) / (np.hypot(*(line[3] - line[0])) or 1.0))
        found: list[FoundClaim] = []
        for change in (
            Adjustment(before=side, after=-length, above=half, below=half),
            Adjustment(before=-length, after=side, above=half, below=half),
        ):
            pixels = self.config.enlarged
            source = adjust(line, change)
            target = np.array([[0, 0], [pixels, 0], [pixels, pixels], [0, pixels]], np.float32)
            there = cv2.getPerspectiveTransform(source, target)
            square = cv2.warpPerspective(
                grey,
                there,
                (pixels, pixels),
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REPLICATE,
            )
            found += [
                FoundClaim(Barcode(one.vin, one.barcode.symbology, as_quad(source, 1)), one.weight)
                for one in _decoded(np.asarray(square, np.uint8), _MATRIX, 1)
            ]
        return found


def _decoded(grey: Grey, formats: Sequence[zxingcpp.BarcodeFormat], scale: int) -> list[FoundClaim]:
    """What bar codes in a picture claim; quads in pixels of the photo that is `scale` times as
    large."""
    found: list[FoundClaim] = []
    for code in zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(formats), text_mode=zxingcpp.TextMode.Plain
    ):
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        quad = np.array([[scale * corner.x, scale * corner.y] for corner in corners], np.float32)
        symbology = _FORMATS[code.format]
        found += _found(claims_of(code.text, symbology), symbology, as_quad(quad, 1))
    return found


def _found(claims: Iterable[Claim], symbology: Symbology, quad: Quad) -> list[FoundClaim]:
    return [FoundClaim(Barcode(claim.vin, symbology, quad), claim.weight) for claim in claims]


def merged(found: Iterable[FoundClaim]) -> tuple[FoundClaim, ...]:
    """Each number once, by the claim that weighs most; the weightiest first."""
    best: dict[str, FoundClaim] = {}
    for claim in sorted(found, key=lambda claim: -claim.weight):
        best.setdefault(claim.vin, claim)
    return tuple(best.values())
