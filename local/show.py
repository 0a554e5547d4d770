"""A reading for people: a few lines of text, and the photo with what was found drawn on it."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from vinreader.annotate import annotate
from vinreader.photo import open_photo
from vinreader.results import Reading

__all__ = ["as_text", "save_picture"]


def as_text(reading: Reading) -> str:
    """One line for each thing the reading tells."""
    lines = [("status", reading.status.value), ("VIN", reading.vin or "none")]
    if reading.vin:
        lines.append(("confidence", f"{reading.confidence:.3f}"))
    if reading.check_digit:
        lines.append(("check digit", reading.check_digit.value.replace("_", " ")))
    if reading.vehicle:
        years = " or ".join(str(year) for year in reading.vehicle.model_years)
        parts = (reading.vehicle.manufacturer, reading.vehicle.country, years)
        lines.append(("vehicle", ", ".join(part for part in parts if part) or "unknown"))
    if reading.error:
        lines.append(("error", reading.error))
    lines += [("defect", f"{defect.type} ({defect.confidence:.2f})") for defect in reading.defects]
    lines += [("question", reading.question.text)] if reading.question else []
    lines += [("advice", sentence) for sentence in reading.advice]
    steps = ", ".join(f"{name} {ms:.0f} ms" for name, ms in reading.timings_ms.items())
    lines += [("time", steps)] if steps else []
    lines.append(("reading id", reading.reading_id or "none"))
    return "\n".join(f"  {name:<12} {value}" for name, value in lines)


def save_picture(photo: Path, reading: Reading, folder: Path) -> Path:
    """Draw the reading on the photo and save that in `folder`; the path of the picture."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{photo.stem}-annotated.jpg"
    Image.fromarray(annotate(open_photo(photo.read_bytes()), reading)).save(path, quality=90)
    return path
