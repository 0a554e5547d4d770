"""What comes in: photos become bytes, and who asks a name, or a problem is raised."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from vinreader.api.problems import Problem, ProblemType
from vinreader.api.routing import Request
from vinreader.formats import MEDIA_TYPES
from vinreader.region import Region

__all__ = ["LIMITS", "PHOTO_TYPES", "PhotoRequest", "caller", "photo_of_request", "version_of"]

PHOTO_TYPES = tuple(MEDIA_TYPES)

ETAG = re.compile(r'(?:W/)?"(\d{1,9})"')
"""As `ETag` gives it; a proxy that compresses may have made it weak."""


@dataclass(frozen=True)
class Limits:
    """What a request may carry."""

    photo_bytes: int = 4_500_000
    """Lambda takes 6 MB a request, and the gateway hands the photo over as base64 (4/3)."""


LIMITS = Limits()


@dataclass(frozen=True)
class PhotoRequest:
    """A photo to read."""

    photo: bytes
    region: Region | None

    @property
    def digest(self) -> str:
        """Of everything that the reading depends on."""
        return hashlib.sha256(repr(self.region).encode() + self.photo).hexdigest()


def photo_of_request(request: Request, roi: str | None) -> PhotoRequest:
    """The photo: the body itself where it is an image, or `photo` of a JSON object.

    Args:
        roi: the region of interest, `x,y,width,height`, for a body that is an image.
    """
    if request.content_type in PHOTO_TYPES:
        asked = PhotoRequest(request.body, _region(roi))
    elif request.content_type == "application/json":
        if roi is not None:
            raise Problem(ProblemType.INVALID_REQUEST, "With JSON, roi is a member of the body.")
        asked = _photo_of_json(request)
    else:
        raise Problem(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            f"Send the photo itself with its content-type ({', '.join(PHOTO_TYPES)}), "
            'or application/json with {"photo": "<base64>"}.',
        )
    if len(asked.photo) > LIMITS.photo_bytes:
        raise Problem(
            ProblemType.PHOTO_TOO_LARGE,
            f"The photo has {len(asked.photo):,} bytes, {LIMITS.photo_bytes:,} are possible "
            "here. POST /uploads gives a place for larger ones.",
            {"uploads": "/uploads"},
        )
    return asked


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


def caller(request: Request) -> str:
    """Who asks: the subject of the token that the gateway has checked."""
    name = request.claims.get("sub") or request.claims.get("client_id")
    if not name:
        raise Problem(
            ProblemType.NO_IDENTITY, "The token has neither of the claims sub and client_id."
        )
    return str(name)


def _photo_of_json(request: Request) -> PhotoRequest:
    from vinreader.api.bodies import ReadingRequest, json_body

    body = json_body(request, ReadingRequest)
    try:
        photo = base64.b64decode(body.photo, validate=True)
    except ValueError as error:
        raise Problem(ProblemType.INVALID_REQUEST, f'"photo" is not base64: {error}.') from error
    return PhotoRequest(photo, body.roi.region() if body.roi else None)


def _region(roi: str | None) -> Region | None:
    if roi is None:
        return None
    from vinreader.api.bodies import region_of_text

    return region_of_text(roi)
