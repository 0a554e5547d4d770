"""Problems (RFC 9457): each named error has one type, whose URI never changes, and one status."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from vinreader.cursor import InvalidCursor
from vinreader.faults import ServiceUnavailable
from vinreader.formats import UnreadableImage
from vinreader.idempotency import IdempotencyKeyReused, RequestInProgress
from vinreader.pictures import PhotoNotKept
from vinreader.store import ReadingDeleted, ReadingNotFound, ReadingPending, VersionConflict
from vinreader.vin import InvalidVin

__all__ = ["NAMED_ERRORS", "Problem", "ProblemType", "invalid_request", "problem_of"]

NAMESPACE = "urn:problem-type:vinreader:"

RETRY_AFTER = {"Retry-After": "5"}
"""Seconds: DynamoDB's and S3's throttling passes within that, and a photo in the bucket is read."""

OURS = "Value error, "
"""What pydantic says before the text of an error that a check of ours raised."""

MOST_COMPLAINTS = 10
NAME_LENGTH = 100
"""A body of a thousand unknown members gets no answer of its own size."""


class ProblemType(Enum):
    """Every kind of problem that the API tells of: its status, and what people are told."""

    INVALID_REQUEST = 400, "The request is not as it should be"
    INVALID_CURSOR = 400, "The cursor is none of this listing"
    NO_IDENTITY = 401, "The token names nobody who asks"
    NO_SUCH_ROUTE = 404, "There is no such route"
    READING_NOT_FOUND = 404, "There is no such reading"
    PHOTO_NOT_KEPT = 404, "The photo of this reading is not kept"
    READING_PENDING = 409, "The photo has not been read yet"
    READING_DELETED = 409, "The reading of this request was deleted"
    REQUEST_IN_PROGRESS = 409, "The same request is being answered"
    VERSION_CONFLICT = 412, "The reading has changed"
    PHOTO_TOO_LARGE = 413, "The photo is too large"
    UNSUPPORTED_MEDIA_TYPE = 415, "Content of this type is not read"
    UNREADABLE_IMAGE = 422, "The file is no usable image"
    INVALID_VIN = 422, "This is no vehicle identification number"
    IDEMPOTENCY_KEY_REUSED = 422, "The Idempotency-Key came with another request"
    VERSION_REQUIRED = 428, "If-Match is missing"
    INTERNAL_ERROR = 500, "The request failed on our side"
    UNAVAILABLE = 503, "The request failed for now"

    def __init__(self, status: int, title: str) -> None:
        self.status = status
        self.title = title

    @property
    def uri(self) -> str:
        """Stable: programs compare it."""
        return NAMESPACE + self.name.lower().replace("_", "-")


@dataclass(eq=False)  # exceptions are told apart by identity
class Problem(Exception):
    """A request that cannot be served, and what people and programs are told of it."""

    kind: ProblemType
    detail: str
    members: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.detail

    def to_dict(self) -> dict[str, Any]:
        """The problem details object."""
        return {
            "type": self.kind.uri,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **self.members,
        }


TOLD: dict[type[Exception], ProblemType] = {
    IdempotencyKeyReused: ProblemType.IDEMPOTENCY_KEY_REUSED,
    InvalidCursor: ProblemType.INVALID_CURSOR,
    InvalidVin: ProblemType.INVALID_VIN,
    PhotoNotKept: ProblemType.PHOTO_NOT_KEPT,
    ReadingDeleted: ProblemType.READING_NOT_FOUND,
    ReadingNotFound: ProblemType.READING_NOT_FOUND,
    UnreadableImage: ProblemType.UNREADABLE_IMAGE,
    VersionConflict: ProblemType.VERSION_CONFLICT,
}
"""Errors whose text is meant for people."""

NAMED_ERRORS: tuple[type[Exception], ...] = (
    *TOLD,
    ClientError,
    Problem,
    ReadingPending,
    RequestInProgress,
    ServiceUnavailable,
)
"""Those that `problem_of` knows. Anything else is a bug: the invocation fails."""


def problem_of(error: Exception) -> Problem:
    """The problem that a named error is told as."""
    match error:
        case Problem():
            return error
        case ReadingPending():
            return Problem(ProblemType.READING_PENDING, str(error), headers=RETRY_AFTER)
        case RequestInProgress():
            return Problem(ProblemType.REQUEST_IN_PROGRESS, str(error), headers=RETRY_AFTER)
        case ServiceUnavailable():
            detail = "Try again in a few seconds."
            return Problem(ProblemType.UNAVAILABLE, detail, headers=RETRY_AFTER)
        case ClientError():  # AWS refuses what no repetition changes: a permission, a setting
            return Problem(ProblemType.INTERNAL_ERROR, "Trying again will not help; we have to.")
    return Problem(TOLD[type(error)], str(error))


def invalid_request(complaints: Iterable[tuple[Sequence[str | int], str]]) -> Problem:
    """What is wrong with what: never the value itself, which may be a photo or a VIN.

    Args:
        complaints: where (`("query", "limit")`, `("body", "roi", "x")`) and what, in words.
    """
    wrong = [
        {
            "in": str(place),
            "name": ".".join(map(str, names))[:NAME_LENGTH],
            "detail": what.removeprefix(OURS),
        }
        for (place, *names), what in islice(complaints, MOST_COMPLAINTS)
    ]
    detail = "; ".join(f"{one['name']}: {one['detail']}".removeprefix(": ") for one in wrong)
    return Problem(ProblemType.INVALID_REQUEST, f"{detail}.", {"errors": wrong})
