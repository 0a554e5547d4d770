"""What S3 answers instead of what it was asked for, and its silence, by names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from vinreader.faults import ServiceUnavailable

__all__ = [
    "BucketUnavailable",
    "PhotoGone",
    "PhotoUnavailable",
    "faults_named",
    "gone_is_well",
    "is_gone",
]

GONE_CODES = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
REPLACED_CODES = frozenset({"412", "PreconditionFailed"})
DELETED_CODES = frozenset({"405", "MethodNotAllowed"})
"""What S3 answers to the version number of a delete marker."""


class PhotoGone(LookupError):
    """The object was deleted or replaced since; its successor, if any, has an event of its own."""


class PhotoUnavailable(Exception):
    """S3 does not answer or does not give the object: the same call may succeed later."""


class BucketUnavailable(ServiceUnavailable):
    """S3 throttles or does not answer: the same call may succeed later."""


def is_gone(error: ClientError) -> bool:
    """Whether S3 says that there is no such object."""
    return _code(error) in GONE_CODES


@contextmanager
def gone_is_well() -> Iterator[None]:
    """Pass over S3's word that there is no such object, or another in its place."""
    try:
        yield
    except ClientError as error:
        if _code(error) not in GONE_CODES | REPLACED_CODES:
            raise


@contextmanager
def faults_named(bucket: str, key: str) -> Iterator[None]:
    """Turn what S3 answers, and its silence, into `PhotoGone` and `PhotoUnavailable`."""
    try:
        yield
    except ClientError as error:
        code = _code(error)
        if code in GONE_CODES | DELETED_CODES:
            raise PhotoGone(f"s3://{bucket}/{key} is no longer there") from error
        if code in REPLACED_CODES:
            raise PhotoGone(f"s3://{bucket}/{key} was replaced") from error
        raise PhotoUnavailable(f"s3://{bucket}/{key}: {error}") from error
    except BotoCoreError as error:
        raise PhotoUnavailable(f"s3://{bucket}/{key}: {error}") from error


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")
