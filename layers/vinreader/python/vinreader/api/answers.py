"""What goes out, as models that describe it, not that write it: `openapi` makes schemas of them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vinreader.api.problems import ProblemType
from vinreader.results import CheckDigit, Vehicle
from vinreader.stored import StoredReading

__all__ = ["ANSWERS", "GatewayMessage", "ProblemDetails"]


class Form(BaseModel):
    """An HTML form's target and hidden fields; the file comes last, in the field `file`."""

    url: str
    fields: dict[str, str]


class Upload(BaseModel):
    """A place to upload one photo to."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    reading_id: str
    upload: Form
    expires_at: str = Field(json_schema_extra={"format": "date-time"})


class PictureLink(BaseModel):
    """Where a picture can be fetched, without a token."""

    url: str = Field(json_schema_extra={"format": "uri"})
    expires_at: str = Field(json_schema_extra={"format": "date-time"})


class ReadingPage(BaseModel):
    """Readings, newest first."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    readings: list[StoredReading]
    cursor: str | None
    """For the next page; null on the last. A page may hold fewer than were asked for."""


class VinCheck(BaseModel):
    """What a number says about itself."""

    vin: str
    check_digit: CheckDigit
    expected_check_digit: str
    vehicle: Vehicle


PROBLEM_TYPES: list[Any] = [kind.uri for kind in ProblemType]


class ProblemDetails(BaseModel):
    """RFC 9457."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    type: str = Field(json_schema_extra={"enum": PROBLEM_TYPES})
    title: str
    status: int
    detail: str
    """For people."""


class GatewayMessage(BaseModel):
    """What the gateway says itself."""

    message: str


ANSWERS: tuple[type[BaseModel], ...] = (
    Upload,
    PictureLink,
    ReadingPage,
    VinCheck,
    ProblemDetails,
    GatewayMessage,
)
"""With what they hold, every schema of an answer."""
