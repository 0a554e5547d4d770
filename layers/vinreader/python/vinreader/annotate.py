"""The picture of a reading: what was found, drawn on the photo, and what it says, in a caption."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vinreader.photo import Photo
from vinreader.rectification import Adjustment, adjust
from vinreader.results import CheckDigit, Quad, Reading, Status
from vinreader.stored import StoredReading

__all__ = ["annotate"]

Colour = tuple[int, int, int]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class AnnotationStyle:
    """Sizes are shares of the result's width, so that a thumbnail and a 12-megapixel photo read
    alike."""

    min_width: int = 900
    """Seventeen legible symbols need about that many pixels: narrower photos are enlarged."""
    max_side: int = 2400
    """Nothing that a screen shows is lost by shrinking larger photos."""
    outline: float = 1 / 300
    margin: float = 1 / 60
    vin_size: float = 1 / 18
    text_size: float = 1 / 30
    """Thirteen points on a phone that is held upright."""
    strip_height: float = 1 / 8
    """Most that the enlarged line may take; it keeps its proportions up to there."""
    sure: float = 0.95
    doubtful: float = 0.7
    green: Colour = (30, 200, 90)
    amber: Colour = (250, 170, 20)
    red: Colour = (240, 60, 60)
    line: Colour = (40, 150, 255)
    ground: Colour = (24, 26, 30)
    ink: Colour = (245, 245, 245)


STYLE = AnnotationStyle()
AROUND = Adjustment(before=0, after=0, above=0.3, below=0.3)
"""What the enlarged line shows above and below it."""

_STATUS_COLOUR = {Status.READ: STYLE.green, Status.RETAKE: STYLE.amber}
_CHECK_DIGIT_TEXT = {
    CheckDigit.VALID: "check digit valid",
    CheckDigit.INVALID: "check digit wrong",
    CheckDigit.NOT_APPLICABLE: "no check digit",
}
_PLAIN = str.maketrans({"–": "-", "—": "-", "’": "'", "…": "..."})
"""Signs that Pillow's face draws as an empty box."""


def annotate(photo: Photo, reading: Reading) -> Photo:
    """The photo with the line and its characters outlined, above a caption with the line enlarged,
    the symbols under their characters, the VIN, its status, what is wrong and what to do.

    `photo` (H, W, 3) uint8 RGB, upright, the one that `reading` was made from. The result has a
    size of its own. Colours tell how sure a character is: green, amber, red. Defects stand in
    amber, beside the line that they are of and, with their confidences, in the caption.
    """
    picture = _marked(photo, reading)
    width = max(picture.width, STYLE.min_width)
    ground = Image.new("RGB", (width, picture.height), STYLE.ground)
    ground.paste(picture, ((width - picture.width) // 2, 0))
    parts = [ground, *_strip_with_symbols(photo, reading, width), _caption(reading, width)]
    return np.vstack([np.asarray(part) for part in parts])


def _marked(photo: Photo, reading: Reading) -> Image.Image:
    """The photo at a size to look at, with the quads drawn."""
    height, width = photo.shape[:2]
    enlarged = max(1.0, STYLE.min_width / width)
    scale = min(enlarged, STYLE.max_side / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = Image.fromarray(photo).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    stroke = max(2, round(picture.width * STYLE.outline))
    for character in reading.characters:
        _outline(draw, character.box, scale, _colour(character.confidence), max(1, stroke // 2))
    for barcode in reading.barcodes:
        colour = STYLE.line if barcode.vin == reading.vin else STYLE.red
        _outline(draw, barcode.quad, scale, colour, stroke)
    if reading.quad is not None:
        _outline(draw, _widened(reading.quad, 2 * stroke / scale), scale, STYLE.line, stroke)
    if reading.defects:
        _tag(draw, picture.size, reading, scale, 3 * stroke)
    return picture


def _tag(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], reading: Reading, scale: float, gap: int
) -> None:
    """The defects on a tag below the line, or above where the photo ends there, or at the bottom of
    a photo without a line. None where there is no room: the caption tells them, too."""
    text = ", ".join(_plain_name(defect.type) for defect in reading.defects)
    font = _font(max(size[0], STYLE.min_width) * STYLE.text_size)
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    width, height = math.ceil(right + 2 * gap), math.ceil(bottom - top + 2 * gap)
    x, y = gap, size[1] - height - gap
    if reading.quad is not None:
        across, down = ([point[axis] * scale for point in reading.quad] for axis in (0, 1))
        x = max(0, min(round(min(across)), size[0] - width))
        y = round(max(down)) + gap
        if y + height > size[1]:
            y = round(min(down)) - gap - height
    if y < 0 or width > size[0]:
        return
    draw.rectangle((x, y, x + width, y + height), fill=STYLE.ground)
    draw.text((x + gap - left, y + gap - top), text, fill=STYLE.amber, font=font)


def _outline(
    draw: ImageDraw.ImageDraw, quad: Quad, scale: float, colour: Colour, width: int
) -> None:
    corners = [(x * scale, y * scale) for x, y in quad]
    draw.line([*corners, corners[0]], fill=colour, width=width, joint="curve")


def _widened(quad: Quad, by: float) -> Quad:
    """Each corner moved outwards along both its sides, so that the stroke leaves the text free."""
    moved = []
    for before, corner, after in zip(quad[-1:] + quad[:-1], quad, quad[1:] + quad[:1], strict=True):
        x, y = corner
        for neighbour in (before, after):
            dx, dy = corner[0] - neighbour[0], corner[1] - neighbour[1]
            length = math.hypot(dx, dy) or 1.0
            x, y = x + by * dx / length, y + by * dy / length
        moved.append((x, y))
    return (moved[0], moved[1], moved[2], moved[3])


def _colour(confidence: float) -> Colour:
    if confidence >= STYLE.sure:
        return STYLE.green
    return STYLE.amber if confidence >= STYLE.doubtful else STYLE.red


def _strip_with_symbols(photo: Photo, reading: Reading, width: int) -> list[Image.Image]:
    """The line turned level and enlarged, and below it each symbol under its character."""
    if reading.quad is None:
        return []
    quad = adjust(np.array(reading.quad, np.float32), AROUND)
    length = float(np.linalg.norm(quad[1] - quad[0]))
    thickness = float(np.linalg.norm(quad[3] - quad[0]))
    if min(length, thickness) < 1:
        return []
    height = math.ceil(min(width * thickness / length, width * STYLE.strip_height))
    level = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    to_strip = cv2.getPerspectiveTransform(quad, level)
    strip = cv2.warpPerspective(photo, to_strip, (width, height), flags=cv2.INTER_CUBIC)

    symbols = Image.new("RGB", (width, round(width * STYLE.vin_size * 1.2)), STYLE.ground)
    draw = ImageDraw.Draw(symbols)
    font = _font(width * STYLE.vin_size)
    for character in reading.characters:
        centre = np.array(character.box, np.float32).mean(axis=0)
        x = float(cv2.perspectiveTransform(centre[None, None], to_strip)[0, 0, 0])
        draw.text(
            (min(max(x, 0), width), symbols.height / 2),
            character.symbol,
            fill=_colour(character.confidence),
            font=font,
            anchor="mm",
        )
    return [Image.fromarray(strip), symbols]


def _caption(reading: Reading, width: int) -> Image.Image:
    """Status and VIN in large letters, the details and the advice below, wrapped to the width."""
    margin = round(width * STYLE.margin)
    headline, text = _font(width * STYLE.vin_size), _font(width * STYLE.text_size)
    title = reading.status.value.replace("_", " ").upper()
    rows = [
        (f"{title}  {reading.vin}" if reading.vin else title, headline, _status_colour(reading)),
        *(
            (row, text, colour)
            for paragraph, colour in _details(reading)
            for row in _wrapped(paragraph, text, width - 2 * margin)
        ),
    ]
    heights = [round(font.getbbox("Ag")[3] * 1.3) for _, font, _ in rows]
    caption = Image.new("RGB", (width, sum(heights) + 2 * margin), STYLE.ground)
    draw = ImageDraw.Draw(caption)
    y = margin
    for (row, font, colour), height in zip(rows, heights, strict=True):
        draw.text((margin, y), row, fill=colour, font=font)
        y += height
    return caption


def _status_colour(reading: Reading) -> Colour:
    return _STATUS_COLOUR.get(reading.status, STYLE.red)


def _details(reading: Reading) -> list[tuple[str, Colour]]:
    """What the caption says below the number, a paragraph each, and in which colour."""
    facts = []
    if reading.vin is not None:
        facts.append(f"confidence {reading.confidence:.1%}")
    if reading.check_digit is not None:
        facts.append(_CHECK_DIGIT_TEXT[reading.check_digit])
    if reading.vehicle is not None:
        years = " or ".join(str(year) for year in reading.vehicle.model_years)
        made = (reading.vehicle.manufacturer, reading.vehicle.country, years)
        facts.extend(part for part in made if part)
    defects = ", ".join(
        f"{_plain_name(defect.type)} ({defect.confidence:.0%})" for defect in reading.defects
    )
    codes = ", ".join(f"bar code {barcode.vin}" for barcode in reading.barcodes)
    paragraphs = [
        (", ".join(facts), STYLE.ink),
        (_corrected(reading), STYLE.ink),
        (codes, STYLE.ink),
        (f"Wrong with the photo: {defects}" if defects else "", STYLE.amber),
        *((sentence, STYLE.ink) for sentence in (*reading.advice, reading.error or "")),
    ]
    return [(text.translate(_PLAIN), colour) for text, colour in paragraphs if text]


def _corrected(reading: Reading) -> str:
    """Whose number this is, where it is not the reader's."""
    if not isinstance(reading, StoredReading) or reading.correction is None:
        return ""
    original = reading.correction.original
    return f"Corrected by a person; the reader said {original.vin or _plain_name(original.status)}"


def _plain_name(name: str) -> str:
    return name.replace("_", " ")


def _wrapped(paragraph: str, font: Font, width: int) -> list[str]:
    rows = []
    row = ""
    for word in paragraph.split():
        longer = f"{row} {word}".strip()
        if row and font.getlength(longer) > width:
            rows.append(row)
            row = word
        else:
            row = longer
    return [*rows, row]


def _font(size: float) -> Font:
    """Pillow's own scalable face: nothing to install."""
    return ImageFont.load_default(size)
