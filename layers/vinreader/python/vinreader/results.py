"""What the reader answers: frozen dataclasses that export to plain dicts and come back from them.

Coordinates are pixels of the upright photo (EXIF orientation applied), x to the right, y down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from vinreader.advice import kind_of

__all__ = [
    "Alternative",
    "Barcode",
    "Character",
    "CheckDigit",
    "Defect",
    "Point",
    "Quad",
    "Question",
    "Reading",
    "Source",
    "Status",
    "Symbology",
    "TextLine",
    "Vehicle",
    "VinCandidate",
    "as_quad",
]

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Four corners, clockwise from the top left of the text as it is read."""


class Status(StrEnum):
    """How far a reading can be trusted; `PENDING` exists in the store alone."""

    READ = "read"
    RETAKE = "retake"
    NOT_FOUND = "not_found"
    REJECTED = "rejected"
    PENDING = "pending"


class CheckDigit(StrEnum):
    """Verdict on position 9: not every maker outside North America and China codes it."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_APPLICABLE = "not_applicable"


class Source(StrEnum):
    """Who spoke for the VIN."""

    TEXT = "text"
    BARCODE = "barcode"
    BOTH = "both"


class Symbology(StrEnum):
    """The kinds of bar codes that labels of vehicles bear."""

    CODE_39 = "code_39"
    CODE_128 = "code_128"
    DATA_MATRIX = "data_matrix"
    QR_CODE = "qr_code"


@dataclass(frozen=True)
class TextLine:
    """A line of text in the photo, and how much it looks like the VIN line (higher is more)."""

    quad: Quad
    score: float


@dataclass(frozen=True)
class Alternative:
    """Another symbol that the recogniser held possible, with its probability."""

    symbol: str
    confidence: float


@dataclass(frozen=True)
class Character:
    """One of the seventeen: the symbol, its probability, where it stands, what else it may be."""

    symbol: str
    confidence: float
    box: Quad
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class VinCandidate:
    """A whole number that the photo may show; `differs_at` are the positions, from 1, in which it
    is another than the first of them."""

    vin: str
    confidence: float
    check_digit: CheckDigit
    differs_at: tuple[int, ...] = ()


@dataclass(frozen=True)
class Question:
    """What a person should be asked who sees the number: which of the symbols, likeliest first,
    stands at the position, from 1. `text` is the whole question."""

    position: int
    symbols: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Barcode:
    """A bar code that holds a VIN, stripped of what labels add to it, and where it stands."""

    vin: str
    symbology: Symbology
    quad: Quad


@dataclass(frozen=True)
class Defect:
    """What is wrong with the photo of the line (`blurry`, `glare`, …), confidence 0 to 1."""

    type: str
    confidence: float


@dataclass(frozen=True)
class Vehicle:
    """What the number says about the vehicle; unknown parts are None or empty."""

    wmi: str
    manufacturer: str | None = None
    country: str | None = None
    model_years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reading:
    """The answer for one photo."""

    status: Status
    vin: str | None = None
    confidence: float = 0.0
    check_digit: CheckDigit | None = None
    source: Source | None = None
    characters: tuple[Character, ...] = ()
    corrected_positions: tuple[int, ...] = ()
    candidates: tuple[VinCandidate, ...] = ()
    """Up to three numbers that the photo may show, best first, `vin` the first of them. Only one of
    them can be right: their confidences are at most 1 together."""
    question: Question | None = None
    """Where one answer of a person would do instead of another photo."""
    quad: Quad | None = None
    inside_region: bool | None = None
    """Whether the number lies in the region of interest; None where there is no region or no
    number."""
    barcodes: tuple[Barcode, ...] = ()
    """All that hold a VIN. Where the reader found one that differs, the reading is a retake."""
    defects: tuple[Defect, ...] = ()
    advice: tuple[str, ...] = ()
    advice_kinds: tuple[str, ...] = field(init=False, default=())
    """Of each sentence of `advice`, the kind, which never changes: for programs."""
    vehicle: Vehicle | None = None
    models: dict[str, str] = field(default_factory=dict)
    timings_ms: dict[str, float] = field(default_factory=dict)
    error: str | None = None
    reading_id: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "advice_kinds", tuple(map(kind_of, self.advice)))

    @classmethod
    def rejected(cls, error: str) -> Reading:
        """The reading of a file that is no usable image; `error` is shown to people."""
        return cls(status=Status.REJECTED, error=error)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, every field present, in the order of the public contract."""
        return {
            "reading_id": self.reading_id,
            "status": self.status.value,
            "vin": self.vin,
            "confidence": self.confidence,
            "check_digit": self.check_digit.value if self.check_digit else None,
            "source": self.source.value if self.source else None,
            "characters": [
                {
                    "symbol": c.symbol,
                    "confidence": c.confidence,
                    "box": [list(p) for p in c.box],
                    "alternatives": [
                        {"symbol": a.symbol, "confidence": a.confidence} for a in c.alternatives
                    ],
                }
                for c in self.characters
            ],
            "corrected_positions": list(self.corrected_positions),
            "candidates": [
                {
                    "vin": c.vin,
                    "confidence": c.confidence,
                    "check_digit": c.check_digit.value,
                    "differs_at": list(c.differs_at),
                }
                for c in self.candidates
            ],
            "question": {
                "position": self.question.position,
                "symbols": list(self.question.symbols),
                "text": self.question.text,
            }
            if self.question
            else None,
            "quad": [list(p) for p in self.quad] if self.quad else None,
            "inside_region": self.inside_region,
            "barcodes": [
                {"vin": b.vin, "symbology": b.symbology.value, "quad": [list(p) for p in b.quad]}
                for b in self.barcodes
            ],
            "defects": [{"type": d.type, "confidence": d.confidence} for d in self.defects],
            "advice": list(self.advice),
            "advice_kinds": list(self.advice_kinds),
            "vehicle": {
                "wmi": self.vehicle.wmi,
                "manufacturer": self.vehicle.manufacturer,
                "country": self.vehicle.country,
                "model_years": list(self.vehicle.model_years),
            }
            if self.vehicle
            else None,
            "models": dict(self.models),
            "timings_ms": dict(self.timings_ms),
            "error": self.error,
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Reading:
        """The inverse of `to_dict`; numbers may be Decimal (DynamoDB) and come back as float."""
        vehicle, question = data.get("vehicle"), data.get("question")
        return cls(
            status=Status(data["status"]),
            vin=data.get("vin"),
            confidence=float(data.get("confidence") or 0.0),
            check_digit=CheckDigit(data["check_digit"]) if data.get("check_digit") else None,
            source=Source(data["source"]) if data.get("source") else None,
            characters=tuple(
                Character(
                    symbol=c["symbol"],
                    confidence=float(c["confidence"]),
                    box=as_quad(c["box"]),
                    alternatives=tuple(
                        Alternative(a["symbol"], float(a["confidence"])) for a in c["alternatives"]
                    ),
                )
                for c in data.get("characters", ())
            ),
            corrected_positions=tuple(int(p) for p in data.get("corrected_positions", ())),
            candidates=tuple(
                VinCandidate(
                    c["vin"],
                    float(c["confidence"]),
                    CheckDigit(c["check_digit"]),
                    tuple(int(p) for p in c["differs_at"]),
                )
                for c in data.get("candidates", ())
            ),
            question=Question(
                int(question["position"]), tuple(question["symbols"]), question["text"]
            )
            if question
            else None,
            quad=as_quad(data["quad"]) if data.get("quad") else None,
            inside_region=data.get("inside_region"),
            barcodes=tuple(
                Barcode(b["vin"], Symbology(b["symbology"]), as_quad(b["quad"]))
                for b in data.get("barcodes", ())
            ),
            defects=tuple(
                Defect(d["type"], float(d["confidence"])) for d in data.get("defects", ())
            ),
            advice=tuple(data.get("advice", ())),
            vehicle=Vehicle(
                wmi=vehicle["wmi"],
                manufacturer=vehicle["manufacturer"],
                country=vehicle["country"],
                model_years=tuple(int(y) for y in vehicle["model_years"]),
            )
            if vehicle
            else None,
            models=dict(data.get("models", {})),
            timings_ms={k: float(v) for k, v in data.get("timings_ms", {}).items()},
            error=data.get("error"),
            reading_id=data.get("reading_id"),
        )


def as_quad(points: Any, decimals: int | None = None) -> Quad:
    """Four points x y, of an array or of JSON, as plain numbers, rounded where `decimals` says."""
    a, b, c, d = ((_plain(x, decimals), _plain(y, decimals)) for x, y in points)
    return (a, b, c, d)


def _plain(value: Any, decimals: int | None) -> float:
    return float(value) if decimals is None else round(float(value), decimals)
