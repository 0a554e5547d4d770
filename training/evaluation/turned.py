"""Labelled photos turned by any angle: what the reader makes of them then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2

from training.evaluation.outcomes import PhotoOutcome
from training.evaluation.photos import labelled_photos, outcome_of
from vinreader.photo import UnreadableImage, open_grey
from vinreader.reader import Reader
from vinreader.turning import turned_photo

__all__ = ["read_turned"]


def read_turned(reader: Reader, real: Path, degrees: float) -> Iterator[PhotoOutcome]:
    """Outcomes of the labelled photos of a folder, each turned clockwise; none where it is not
    there, nor of broken files. Interpolation costs a little sharpness, but at quarters."""
    if not (real / "labels.csv").exists():
        return
    for row in labelled_photos(real):
        try:
            grey = open_grey((real / row["file"]).read_bytes())
        except UnreadableImage:
            continue
        turned, _ = turned_photo(grey, degrees)
        written, data = cv2.imencode(".png", turned)
        if not written:
            raise RuntimeError("OpenCV writes no PNG")
        track = f"{row['track']}, {degrees:g}°"
        of = (track, row["location"])
        yield outcome_of(reader, data.tobytes(), row["file"], row["vin"], of)
