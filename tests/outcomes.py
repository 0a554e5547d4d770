"""Outcomes of an evaluation, made up."""

from training.evaluation.outcomes import PhotoOutcome, StripOutcome

VIN = "1M8GDM9AXKP042788"
SURE = 0.9
"""Confidence of every character that is seen."""


def photo(
    name: str, vin: str, status: str, label: str = VIN, track: str = "low", seconds: float = 0.2
) -> PhotoOutcome:
    """A sticker that says `label` and was read as `vin`."""
    return PhotoOutcome(
        name=name,
        label=label,
        vin=vin,
        confidences=(SURE,) * len(vin),
        track=track,
        location="sticker",
        status=status,
        confidence=0.8,
        check_digit="valid",
        seconds=seconds,
        cpu_seconds=seconds / 2,
        quad=((0.0, 0.0), (100.0, 0.0), (100.0, 10.0), (0.0, 10.0)),
    )


def strip(index: int, vin: str, legibility: float = 1.0, style: str = "dot_peen") -> StripOutcome:
    """A strip that says `VIN` and was read as `vin`."""
    return StripOutcome(
        name=f"{style}/{index}",
        label=VIN,
        vin=vin,
        confidences=(SURE,) * len(vin),
        style=style,
        index=index,
        legibility=legibility,
        checksum=index,
    )


PHOTOS = (
    photo("a.jpg", VIN, "read", seconds=0.1),
    photo("b.jpg", VIN, "retake", seconds=0.3),
    photo("c.jpg", VIN[:-1] + "3", "read", seconds=0.4),
    photo("d.jpg", "", "not_found", seconds=0.2),
    photo("e.jpg", VIN, "retake", label="", track="unreadable"),
    photo("f.jpg", VIN, "read", label="", track="unreadable"),
)
"""Of four labelled ones: exact, right but doubted, wrong and called right, not found."""
