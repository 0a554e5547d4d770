"""Photos in S3: a place to upload one to, and the way back to its bytes.

Besides `table`, `idempotency` and `dead_letters`, the only module that speaks to AWS.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from vinreader.faults import ServiceUnavailable, passing_faults_named

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = [
    "BucketUnavailable",
    "PhotoBucket",
    "PhotoGone",
    "PhotoTooLarge",
    "PhotoUnavailable",
    "StoredPhoto",
    "UploadLimits",
    "UploadPlace",
]

ID_NAMESPACE = uuid.UUID("5f6d3a43-2a0c-4c39-8b3f-0f7c2a7d9e61")
"""Never to be changed: every id of an object that the API gave no place hangs on it."""

GIVEN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A random UUID (version 4), as the API gives them out."""

GONE_CODES = frozenset({"404", "NoSuchKey", "NoSuchVersion", "NotFound"})
REPLACED_CODES = frozenset({"412", "PreconditionFailed"})
DELETED_CODES = frozenset({"405", "MethodNotAllowed"})
"""What S3 answers to the version number of a delete marker."""


@dataclass(frozen=True)
class UploadLimits:
    """What a photo in the bucket may weigh."""

    smallest: int = 1
    largest: int = 25 * 2**20
    """Bytes. A phone's JPEG of 50 megapixels stays under 20 MB."""


@dataclass(frozen=True)
class StoredPhoto:
    """An object as it lies in the bucket now."""

    bucket: str
    key: str
    etag: str
    """Without the quotation marks of the HTTP header."""
    version: str | None
    """None where the bucket keeps no versions."""
    size: int
    """Bytes."""


@dataclass(frozen=True)
class UploadPlace:
    """An HTML form's target and hidden fields: who has them may upload a photo, for a while."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class PhotoGone(LookupError):
    """The object was deleted or replaced since; its successor, if any, has an event of its own."""


class PhotoUnavailable(Exception):
    """S3 does not answer or does not give the object: the same call may succeed later."""


class PhotoTooLarge(ValueError):
    """The object is larger than any photo we read; the text is for people."""


class BucketUnavailable(ServiceUnavailable):
    """S3 throttles or does not answer: the same call may succeed later."""


class PhotoBucket:
    """The bucket that photos are uploaded to, under `prefix`.

    Args:
        name: the bucket that places are given out in.
        prefix: what keys of given places start with, for example `uploads/`.
        presign_seconds: how long a given place stays open.
        custom_endpoint: S3 is spoken to at another address, where buckets have no host names.
    """

    def __init__(
        self,
        name: str,
        prefix: str,
        presign_seconds: int,
        custom_endpoint: bool = False,
        limits: UploadLimits | None = None,
    ) -> None:
        self.name = name
        self.prefix = prefix
        self.presign_seconds = presign_seconds
        self.limits = limits or UploadLimits()
        self.client: S3Client = boto3.client(
            "s3",
            config=Config(
                # Forms for encrypted buckets need version 4, and only a virtual host makes boto3
                # name the bucket's own region in them: the global address answers a new bucket's
                # upload with a redirect that browsers do not follow with the photo.
                signature_version="s3v4",
                s3={"addressing_style": "path" if custom_endpoint else "virtual"},
                # An S3 that hangs must not use up the time of the function: the queue tries again.
                connect_timeout=2,
                read_timeout=5,
                retries={"mode": "standard", "total_max_attempts": 2},
            ),
        )

    def give_place(self, reading_id: str, content_type: str) -> UploadPlace:
        """A place for one photo; S3 refuses another type, an empty file and a huge one."""
        expires_at = datetime.now(UTC) + timedelta(seconds=self.presign_seconds)
        form = self.client.generate_presigned_post(
            self.name,
            f"{self.prefix}{reading_id}",
            Fields={"Content-Type": content_type},
            Conditions=[
                {"Content-Type": content_type},
                ["content-length-range", self.limits.smallest, self.limits.largest],
            ],
            ExpiresIn=self.presign_seconds,
        )
        return UploadPlace(url=form["url"], fields=form["fields"], expires_at=expires_at)

    def find(self, bucket: str, key: str, version: str | None = None) -> StoredPhoto:
        """Look at an object without fetching it; the newest version where none is named.

        Raises:
            PhotoGone: where it is no longer there.
            PhotoUnavailable: when it is worth trying again.
        """
        wanted = {"VersionId": version} if version else {}
        with _faults_named(bucket, key):
            head = self.client.head_object(Bucket=bucket, Key=key, **wanted)  # type: ignore[arg-type]
        return StoredPhoto(
            bucket=bucket,
            key=key,
            etag=head["ETag"].strip('"'),
            version=head.get("VersionId"),
            size=head["ContentLength"],
        )

    def download(self, photo: StoredPhoto) -> bytes:
        """The bytes of exactly this object.

        Raises:
            PhotoTooLarge: before a byte is fetched.
            PhotoGone: where it was deleted or replaced since it was found.
            PhotoUnavailable: when it is worth trying again.
        """
        if photo.size > self.limits.largest:
            raise PhotoTooLarge(
                f"The file has {photo.size / 2**20:.1f} MB; "
                f"photos of up to {self.limits.largest / 2**20:.0f} MB are read."
            )
        which = {"VersionId": photo.version} if photo.version else {"IfMatch": photo.etag}
        with _faults_named(photo.bucket, photo.key):
            answer = self.client.get_object(Bucket=photo.bucket, Key=photo.key, **which)  # type: ignore[arg-type]
            return answer["Body"].read()

    def erase(self, reading_id: str, photo: StoredPhoto | None) -> None:
        """Delete what was uploaded to the place of a reading, in every version, and the photo that
        was read, where it lies in this bucket. What is gone already is no error.

        Raises:
            BucketUnavailable: S3 throttles or does not answer; some may be deleted by then.
        """
        with passing_faults_named("S3", BucketUnavailable):
            self._delete(f"{self.prefix}{reading_id}", lambda _stored: True)
            if photo and photo.bucket == self.name and self.reading_id(photo) == reading_id:
                # Another version under the same key is another photo, with a reading of its own.
                self._delete(photo.key, lambda stored: _is_version(stored, photo))

    def _delete(self, key: str, chosen: Callable[[Mapping[str, Any]], bool]) -> None:
        """Delete the versions and delete markers of a key that are `chosen`."""
        for page in self.client.get_paginator("list_object_versions").paginate(
            Bucket=self.name, Prefix=key
        ):
            stored: list[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            doomed = [one for one in stored if one["Key"] == key and chosen(one)]
            if not doomed:
                continue
            answer = self.client.delete_objects(
                Bucket=self.name,
                Delete={
                    "Objects": [{"Key": key, "VersionId": one["VersionId"]} for one in doomed],
                    "Quiet": True,
                },
            )
            for error in answer.get("Errors", ()):
                raise ClientError(
                    {"Error": {"Code": error["Code"], "Message": error.get("Message", "")}},
                    "DeleteObjects",
                )

    def reading_id(self, photo: StoredPhoto) -> str:
        """The id of the reading of this object: the one its place was given for, else derived."""
        given = photo.key.removeprefix(self.prefix)
        in_a_place = photo.bucket == self.name and photo.key.startswith(self.prefix)
        if in_a_place and GIVEN_ID.fullmatch(given):
            return given
        identity = "\n".join((photo.bucket, photo.key, photo.version or photo.etag))
        return str(uuid.uuid5(ID_NAMESPACE, identity))


def _is_version(stored: Mapping[str, Any], photo: StoredPhoto) -> bool:
    """Whether an entry of a list of versions is this object."""
    if photo.version:
        return bool(stored["VersionId"] == photo.version)
    return bool(stored.get("ETag", "").strip('"') == photo.etag)


@contextmanager
def _faults_named(bucket: str, key: str) -> Iterator[None]:
    """Turn what S3 answers, and its silence, into `PhotoGone` and `PhotoUnavailable`."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in GONE_CODES | DELETED_CODES:
            raise PhotoGone(f"s3://{bucket}/{key} is no longer there") from error
        if code in REPLACED_CODES:
            raise PhotoGone(f"s3://{bucket}/{key} was replaced") from error
        raise PhotoUnavailable(f"s3://{bucket}/{key}: {error}") from error
    except BotoCoreError as error:
        raise PhotoUnavailable(f"s3://{bucket}/{key}: {error}") from error
