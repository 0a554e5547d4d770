"""Bodies of requests, as models that check them. pydantic comes with them: they are imported when a
request has such a body, not at the start.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vinreader.api.problems import Problem, ProblemType, invalid_request
from vinreader.api.routing import Request
from vinreader.formats import MEDIA_TYPES
from vinreader.region import FRACTION_SLACK, Region

__all__ = [
    "CorrectionRequest",
    "ReadingRequest",
    "RegionOfInterest",
    "UploadRequest",
    "json_body",
    "region_of_text",
]

Model = TypeVar("Model", bound=BaseModel)


class _Body(BaseModel):
    """A misspelt member is told, not ignored."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class RegionOfInterest(_Body):
    """Where in the photo the number should be, in fractions of the upright photo, from its top
    left. It is looked for there first."""

    x: float = Field(ge=0, lt=1)
    y: float = Field(ge=0, lt=1)
    width: float = Field(gt=0, le=1)
    height: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _ends_inside(self) -> RegionOfInterest:
        if max(self.x + self.width, self.y + self.height) > 1 + FRACTION_SLACK:
            raise ValueError("the region ends outside of the photo")
        return self

    def region(self) -> Region:
        return Region(self.x, self.y, self.width, self.height)


class ReadingRequest(_Body):
    """A photo inside of JSON."""

    photo: str = Field(json_schema_extra={"contentEncoding": "base64"})
    """The image file, in base64."""
    roi: RegionOfInterest | None = None


class UploadRequest(_Body):
    """What will be uploaded."""

    content_type: str = Field("image/jpeg", json_schema_extra={"enum": list(MEDIA_TYPES)})
    roi: RegionOfInterest | None = None


class CorrectionRequest(_Body):
    """What really stands on the vehicle."""

    vin: Annotated[str, Field(min_length=1, max_length=100)] | None
    """17 characters without I, O and Q; separators and small letters do no harm. Null where a
    person looked at the photo and cannot read the number either."""


def json_body(request: Request, model: type[Model]) -> Model:
    """The JSON object of the body, as `model`; an empty one where there is no body."""
    if request.content_type not in ("", "application/json"):
        raise Problem(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            f"Send application/json, not {request.content_type[:100]}.",
        )
    try:
        return model.model_validate_json(request.body or b"{}")
    except ValidationError as error:
        raise _invalid_body(error) from error


def region_of_text(roi: str) -> Region:
    """The region of `x,y,width,height`."""
    try:
        x, y, width, height = map(float, roi.split(","))
        return RegionOfInterest(x=x, y=y, width=width, height=height).region()
    except ValidationError as error:
        raise _invalid_body(error, "roi", "query") from error
    except ValueError as error:
        raise Problem(
            ProblemType.INVALID_REQUEST, "roi must be x,y,width,height in fractions."
        ) from error


def _invalid_body(error: ValidationError, name: str = "", place: str = "body") -> Problem:
    return invalid_request(
        ((place, *(one["loc"] or (name,))), one["msg"])
        for one in error.errors(include_url=False, include_input=False, include_context=False)
    )
