"""The font faces that the synthesiser writes with, found by file name among the installed ones.

The Debian packages that carry them are listed in `fonts.txt` (`make fonts` installs those). Faces
are grouped into families by what they resemble on vehicles, and a family's weight says how often it
is drawn: plates and labels are mostly grotesque, monospaced, engraved or OCR faces, rarely serifed.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path

from PIL import ImageFont

__all__ = ["FONT_FOLDERS", "HELD_OUT", "Face", "MissingFonts", "faces", "sized_font"]

FONT_FOLDERS = (Path("/usr/share/fonts"), Path.home() / ".local/share/fonts")

LEAST, LEAST_HELD_OUT = 40, 4
"""Faces without which there is nothing to train or to judge with."""

FAMILIES: dict[str, tuple[float, tuple[str, ...]]] = {
    "grotesque": (
        4.0,
        (
            "LiberationSans-[RB]*",
            "Arimo-[RB]*",
            "NimbusSans-[RB]*",
            "FreeSans*",
            "DejaVuSans*",
            "Roboto-[RMBL]*",
            "Inter-[RMBSL]*",
            "OpenSans-[RBSL]*",
            "Lato-[RMBSL]*",
            "ClearSans-[RMBL]*",
            "Cabin-[RMBS]*",
            "Cantarell-[RBL]*",
            "Tuffy*",
            "NanumGothic*",
            "NanumBarunGothic*",
            "Karla-[RMB]*",
            "Manrope-[RMBL]*",
            "Oxygen-Sans*",
            "PTS[57]*",
            "Go-[RMB]*",
            "B612-[RB]*",
            "Quicksand-[RMB]*",
            "Play-*",
        ),
    ),
    "narrow": (
        2.0,
        (
            "LiberationSansNarrow-*",
            "NimbusSansNarrow-*",
            "RobotoCondensed-[RBL]*",
            "PTN*",
            "PTC*",
            "DejaVuSansCondensed*",
            "OpenSans-Cond*",
            "BebasNeue-[BRL]*",
            "YanoneKaffeesatz-[RMB]*",
            "Dosis-[RMSB]*",
            "LeagueSpartan-[RMS]*",
            "3270Condensed*",
        ),
    ),
    "engraved": (
        4.0,
        (
            "osifont*",
            "routed-gothic*",
            "OSP-DIN*",
            "RG2014*",
            "NationalPark-[RH]*",
            "Jura-*",
        ),
    ),
    "ocr": (3.0, ("OCRA*", "OCRB.*", "OCRBL.*")),
    "monospaced": (
        4.0,
        (
            "LiberationMono-*",
            "Cousine-*",
            "NimbusMonoPS-*",
            "FreeMono*",
            "DejaVuSansMono*",
            "NotoMono*",
            "NotoSansMono-[RB]*",
            "Hack-*",
            "FiraCode-[RMBL]*",
            "JetBrainsMono-[RMB]*",
            "Inconsolata*",
            "Anonymous*",
            "B612Mono-*",
            "Go-Mono*",
            "mononoki-*",
            "Hermit-*",
            "LeagueMono-[RMB]*",
            "LeagueMono-*[dew]Regular*",
            "LeagueMono-ExtendedBold*",
            "LeagueMono-NarrowLight*",
            "agave-*",
            "FantasqueSansMono-[RB]*",
            "NanumGothicCoding*",
            "PTM*",
            "OxygenMono*",
            "TlwgMono*",
            "3270-*",
            "3270Semi*",
            "lmmonolt10-*",
            "lmmono10-*",
        ),
    ),
    "typewriter": (
        1.8,
        (
            "GNUTypewriter*",
            "Courier*Prime*",
            "TlwgTypewriter*",
            "RobotoSlab-[RBL]*",
            "DejaVuSerif*",
            "LiberationSerif-*",
            "FreeSerif*",
        ),
    ),
    "bitmap": (0.7, ("spleen-*.otf", "3270*")),
}
UNWANTED = (
    "*Italic*",
    "*Oblique*",
    "*It.*",
    "*BI.*",
    "*Outline*",
    "*Black*",
    "*Hairline*",
    "*Math*",
    "*Ital*",
    "RaghuMalayalam*",
    "*Thin*",
)


HELD_OUT = (
    "PT[SNCM]*",
    "B612*",
    "Go-*",
    "Jura-*",
    "Courier*Prime*",
    "Play-*",
    "NationalPark-*",
    "3270*",
    "Manrope-*",
    "Hermit-*",
)
"""Families that training never draws from: what is read in them shows whether a new face is."""


class MissingFonts(RuntimeError):
    """Too few of the listed faces are installed; the message names the remedy."""


@dataclass(frozen=True)
class Face:
    """One font file, the family it belongs to and its probability of being drawn."""

    path: Path
    family: str
    weight: float


@cache
def faces(held_out: bool = False) -> tuple[Face, ...]:
    """All installed faces for training, or those held out from it, in a stable order, weights
    summing to 1.

    Raises:
        MissingFonts: fewer were found than are worth training or judging with.
    """
    minimum = LEAST_HELD_OUT if held_out else LEAST
    unwanted, reserved = _any_of(UNWANTED), _any_of(HELD_OUT)
    files: dict[str, Path] = {}
    for folder in FONT_FOLDERS:
        found = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
        fonts = [path for path in found if path.suffix.lower() in (".ttf", ".otf")]
        for path in sorted(path for path in fonts if not unwanted.match(path.name)):
            files.setdefault(path.name, path)
    all_faces: list[Face] = []
    for family, (weight, patterns) in FAMILIES.items():
        belongs = _any_of(patterns)
        members = [
            path
            for name, path in sorted(files.items())
            if belongs.match(name) and bool(reserved.match(name)) == held_out
        ]
        all_faces += [Face(path, family, weight / len(members)) for path in members]
    if len(all_faces) < minimum:
        raise MissingFonts(
            f"{len(all_faces)} of at least {minimum} font faces found: run `make fonts`"
        )
    total = sum(face.weight for face in all_faces)
    return tuple(Face(face.path, face.family, face.weight / total) for face in all_faces)


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What matches a file name that one of the shell's patterns matches."""
    return re.compile("|".join(translate(pattern) for pattern in patterns))


@cache
def sized_font(path: Path, cap_height: int) -> ImageFont.FreeTypeFont:
    """The face in the size at which its capital H is `cap_height` pixels high."""
    trial = ImageFont.truetype(str(path), 100)
    height = max(20.0, -trial.getbbox("H", anchor="ls")[1])  # a face without an H is kept small
    return ImageFont.truetype(str(path), max(8, round(100 * cap_height / height)))
