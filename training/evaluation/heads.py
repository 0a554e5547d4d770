"""Which heads of the recogniser are heard."""

from __future__ import annotations

from typing import Literal

from vinreader.decoding import DecodingConfig

__all__ = ["ALL_HEADS", "Heads", "heard"]

Heads = Literal["boxes", "frames", "both"]
ALL_HEADS: tuple[Heads, ...] = ("boxes", "frames", "both")


def heard(heads: Heads) -> DecodingConfig:
    """How a strip is decoded where only these are heard."""
    return DecodingConfig(heads=heads)
