"""What comes in: bodies become validated models, photos become bytes, or a problem is raised."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from vinreader.api.problems import Problem, ProblemType, invalid_request
from vinreader.formats import MEDIA_TYPES
from vinreader.region import FRACTION_SLACK, Region

__all__ = [
    "LIMITS",
    "PHOTO_TYPES",
    "CorrectionRequest",
    "PhotoRequest",
    "ReadingRequest",
    "RegionOfInterest",
    "UploadRequest",
    "caller",
    "json_body",
    "photo_of_request",
    "version_of",
]

PHOTO_TYPES = tuple(MEDIA_TYPES)

ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')
"""As `ETag` gives it; a proxy that compresses may have made it weak."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Limits:
    """What a request may carry."""

    photo_bytes: int = 4_500_000
    """Lambda takes 6 MB a request, and the gateway hands the photo over as base64 (4/3)."""


LIMITS = Limits()


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

    content_type: str = Field("image/jpeg", json_schema_extra={"enum": list(PHOTO_TYPES)})
    roi: RegionOfInterest | None = None


class CorrectionRequest(_Body):
    """What really stands on the vehicle."""

    vin: Annotated[str, Field(min_length=1, max_length=100)] | None
    """17 characters without I, O and Q; separators and small letters do no harm. Null where a
    person looked at the photo and cannot read the number either."""


@dataclass(frozen=True)
class PhotoRequest:
    """A photo to read."""

    photo: bytes
    region: Region | None

    @property
    def digest(self) -> str:
        """Of everything that the reading depends on."""
        return hashlib.sha256(repr(self.region).encode() + self.photo).hexdigest()


def photo_of_request(event: APIGatewayProxyEventV2, roi: str | None) -> PhotoRequest:
    """The photo: the body itself where it is an image, or `photo` of a JSON object.

    Args:
        roi: the region of interest, `x,y,width,height`, for a body that is an image.
    """
    content_type = _content_type(event)
    if content_type in PHOTO_TYPES:
        region = _region(roi) if roi is not None else None
        request = PhotoRequest(_body(event), region)
    elif content_type == "application/json":
        if roi is not None:
            raise Problem(ProblemType.INVALID_REQUEST, "With JSON, roi is a member of the body.")
        body = json_body(event, ReadingRequest)
        request = PhotoRequest(_decoded(body.photo), body.roi.region() if body.roi else None)
    else:
        raise Problem(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            f"Send the photo itself with its content-type ({', '.join(PHOTO_TYPES)}), "
            'or application/json with {"photo": "<base64>"}.',
        )
    if len(request.photo) > LIMITS.photo_bytes:
        raise Problem(
            ProblemType.PHOTO_TOO_LARGE,
            f"The photo has {len(request.photo):,} bytes, {LIMITS.photo_bytes:,} are possible "
            "here. POST /uploads gives a place for larger ones.",
            {"uploads": "/uploads"},
        )
    return request


def json_body(event: APIGatewayProxyEventV2, model: type[Model]) -> Model:
    """The JSON object of the body, as `model`; an empty one where there is no body."""
    content_type = _content_type(event)
    if content_type not in ("", "application/json"):
        raise Problem(
            ProblemType.UNSUPPORTED_MEDIA_TYPE, f"Send application/json, not {content_type[:100]}."
        )
    try:
        return model.model_validate_json(_body(event) or b"{}")
    except ValidationError as error:
        raise _invalid_body(error) from error


def version_of(if_match: str | None) -> int:
    """The version that `If-Match` names."""
    if if_match is None:
        raise Problem(
            ProblemType.VERSION_REQUIRED,
            "Send If-Match with the ETag of the reading that was looked at, so that nobody "
            "overwrites what he has not seen.",
        )
    tag = ETAG.fullmatch(if_match.strip())
    if not tag:
        raise Problem(
            ProblemType.INVALID_REQUEST, 'If-Match must be an ETag of a reading, such as "3".'
        )
    return int(tag[1])


def caller(event: APIGatewayProxyEventV2) -> str:
    """Who asks: the subject of the token that the gateway has checked."""
    authorizer = event.request_context.authorizer
    claims: dict[str, Any] = (authorizer.jwt_claim if authorizer else None) or {}
    name = claims.get("sub") or claims.get("client_id")
    if not name:
        raise Problem(
            ProblemType.NO_IDENTITY, "The token has neither of the claims sub and client_id."
        )
    return str(name)


def _content_type(event: APIGatewayProxyEventV2) -> str:
    return (event.headers.get("content-type") or "").partition(";")[0].strip().lower()


def _body(event: APIGatewayProxyEventV2) -> bytes:
    """The body as it was sent; the gateway hands anything but text over as base64."""
    body = event.body or ""
    if event.is_base64_encoded:
        return base64.b64decode(body)
    return body.encode(errors="replace")


def _decoded(photo: str) -> bytes:
    try:
        return base64.b64decode(photo, validate=True)
    except ValueError as error:
        raise Problem(ProblemType.INVALID_REQUEST, f'"photo" is not base64: {error}.') from error


def _region(roi: str) -> Region:
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
