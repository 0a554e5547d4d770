"""Photos that come into S3: a place to upload one to, the way to its bytes, and its end.

Besides `shelf`, `table`, `idempotency` and `dead_letters`, the only module that speaks to AWS.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from vinreader.clients import make_client
from vinreader.deletion import delete_versions
from vinreader.faults import passing_faults_named
from vinreader.region import Region
from vinreader.s3_faults import (
    BucketUnavailable,
    PhotoGone,
    PhotoUnavailable,
    faults_named,
    gone_is_well,
)

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

GIVEN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
"""A random UUID (version 4), as the API gives them out; or a derived one (version 5): a photo that
is put under the id of a reading is read into that reading again."""

REJECTED_TAGS = {"TagSet": [{"Key": "vinreader", "Value": "rejected"}]}
"""By these the bucket's lifecycle knows a file that is no usable image."""


ROI = "roi"
"""Metadata of an upload (`x-amz-meta-roi`): where in the photo the number should be."""


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
    region: Region | None = None
    """Where in the photo the number should be, as whoever uploaded it says."""


@dataclass(frozen=True)
class UploadPlace:
    """An HTML form's target and hidden fields: who has them may upload a photo, for a while."""

    url: str
    fields: dict[str, str]
    expires_at: datetime


class PhotoTooLarge(ValueError):
    """The object is larger than any photo we read; the text is for people."""


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
        self.custom_endpoint = custom_endpoint

    @cached_property
    def client(self) -> S3Client:
        """Made by its first use: a request without a photo does not wait for it."""
        client: S3Client = make_client(
            "s3",
            # Forms for encrypted buckets need version 4, and only a virtual host makes botocore
            # name the bucket's own region in them: the global address answers a new bucket's
            # upload with a redirect that browsers do not follow with the photo.
            signature_version="s3v4",
            # In us-east-1 it would name the global address, which the pages may not call.
            s3={
                "addressing_style": "path" if self.custom_endpoint else "virtual",
                "us_east_1_regional_endpoint": "regional",
            },
            # An S3 that hangs must not use up the time of the function: the queue tries again.
            connect_timeout=2,
            read_timeout=5,
            retries={"mode": "standard", "total_max_attempts": 2},
        )
        return client

    def give_place(
        self, reading_id: str, content_type: str, region: Region | None = None
    ) -> UploadPlace:
        """A place for one photo, which bears the region from then on; S3 refuses another type, an
        empty file and a huge one."""
        fixed = {"Content-Type": content_type}
        if region is not None:
            fixed[f"x-amz-meta-{ROI}"] = region.to_text()
        expires_at = datetime.now(UTC) + timedelta(seconds=self.presign_seconds)
        form = self.client.generate_presigned_post(
            self.name,
            f"{self.prefix}{reading_id}",
            Fields=dict(fixed),  # botocore adds the others to it
            Conditions=[
                *({name: value} for name, value in fixed.items()),
                ["content-length-range", self.limits.smallest, self.limits.largest],
            ],
            ExpiresIn=self.presign_seconds,
        )
        return UploadPlace(url=form["url"], fields=form["fields"], expires_at=expires_at)

    def find(
        self, bucket: str, key: str, version: str | None = None, etag: str | None = None
    ) -> StoredPhoto:
        """Look at an object without fetching it; the newest version where none is named.

        Raises:
            PhotoGone: where it is no longer there, or no longer the one of this `etag`.
            PhotoUnavailable: when it is worth trying again.
        """
        wanted = {"VersionId": version} if version else {}
        with faults_named(bucket, key):
            head = self.client.head_object(Bucket=bucket, Key=key, **wanted)  # type: ignore[arg-type]
        found = StoredPhoto(
            bucket=bucket,
            key=key,
            etag=head["ETag"].strip('"'),
            version=head.get("VersionId"),
            size=head["ContentLength"],
            region=Region.from_text(head["Metadata"].get(ROI, "")),
        )
        if etag is not None and etag != found.etag:
            raise PhotoGone(f"s3://{bucket}/{key} was replaced")
        return found

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
        with faults_named(photo.bucket, photo.key):
            answer = self.client.get_object(Bucket=photo.bucket, Key=photo.key, **which)  # type: ignore[arg-type]
            return answer["Body"].read()

    def is_upload(self, photo: StoredPhoto) -> bool:
        """Whether it lies where photos are uploaded to. What lies elsewhere is not ours."""
        return photo.bucket == self.name and photo.key.startswith(self.prefix)

    def remove(self, photo: StoredPhoto) -> None:
        """Delete an upload, but not one that has taken its place. What is gone is no error.

        Raises:
            BucketUnavailable: when it is worth trying again.
        """
        which = {"VersionId": photo.version} if photo.version else {"IfMatch": photo.etag}
        with gone_is_well(), passing_faults_named("S3", BucketUnavailable):
            self.client.delete_object(Bucket=photo.bucket, Key=photo.key, **which)  # type: ignore[arg-type]

    def mark_rejected(self, photo: StoredPhoto) -> None:
        """Give an upload that is no usable image a shorter life. What is gone is no error.

        Raises:
            BucketUnavailable: when it is worth trying again.
        """
        which = {"VersionId": photo.version} if photo.version else {}
        with gone_is_well(), passing_faults_named("S3", BucketUnavailable):
            self.client.put_object_tagging(
                Bucket=photo.bucket,
                Key=photo.key,
                Tagging=REJECTED_TAGS,  # type: ignore[arg-type]
                **which,  # type: ignore[arg-type]
            )

    def erase(self, reading_id: str, photo: StoredPhoto | None) -> None:
        """Delete what was uploaded to the place of a reading, in every version, and the photo that
        was read, where it lies in this bucket. What is gone already is no error.

        Raises:
            BucketUnavailable: S3 throttles or does not answer; some may be deleted by then.
        """
        place = f"{self.prefix}{reading_id}"
        with passing_faults_named("S3", BucketUnavailable):
            delete_versions(self.client, self.name, place, lambda stored: stored["Key"] == place)
            if photo and photo.bucket == self.name and self.reading_id(photo) == reading_id:
                # Another version under the same key is another photo, with a reading of its own.
                delete_versions(
                    self.client, self.name, photo.key, lambda stored: _is_version(stored, photo)
                )

    def reading_id(self, photo: StoredPhoto) -> str:
        """The id of the reading of this object: the one its place was given for, else derived."""
        given = photo.key.removeprefix(self.prefix)
        if self.is_upload(photo) and GIVEN_ID.fullmatch(given):
            return given
        identity = "\n".join((photo.bucket, photo.key, photo.version or photo.etag))
        return str(uuid.uuid5(ID_NAMESPACE, identity))


def _is_version(stored: Mapping[str, Any], photo: StoredPhoto) -> bool:
    """Whether an entry of a list of versions is this object."""
    if stored["Key"] != photo.key:
        return False
    if photo.version:
        return bool(stored["VersionId"] == photo.version)
    return bool(stored.get("ETag", "").strip('"') == photo.etag)
