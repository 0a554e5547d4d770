"""What the bucket keeps beside uploads: cleaned copies of photos that were read, and pictures of
readings. All keys of a reading begin with its id, so that nothing of it is left when it is deleted.

Besides `bucket`, `table`, `idempotency` and `dead_letters`, the only module that speaks to AWS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError, IncompleteReadError

from vinreader.bucket import PhotoBucket
from vinreader.deletion import delete_objects, delete_versions
from vinreader.faults import passing_faults_named
from vinreader.s3_faults import BucketUnavailable, PhotoGone, is_gone

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Link", "Shelf"]

PHOTOS, PICTURES = "photos/", "pictures/"
"""template.yaml has a lifecycle for each, and no notification: what is put here is not read."""

JPEG = "image/jpeg"


@dataclass(frozen=True)
class Link:
    """An address that shows one object to whoever has it, for a while."""

    url: str
    expires_at: datetime


class Shelf:
    """Copies and pictures, in the bucket that photos come into.

    Every method that asks S3 may raise `BucketUnavailable`.
    """

    def __init__(self, bucket: PhotoBucket) -> None:
        self.bucket = bucket
        self.name = bucket.name
        self.presign_seconds = bucket.presign_seconds

    @property
    def client(self) -> S3Client:
        """The bucket's own."""
        return self.bucket.client

    def keep(self, reading_id: str, arrival: str, photo: bytes) -> str:
        """Keep a copy of a photo, fit for that; its key.

        Args:
            arrival: what tells this photo from others of the same reading. The same one kept twice
                is one copy, and a late one takes the place of no other.
        """
        name = hashlib.sha256(arrival.encode()).hexdigest()[:16]
        key = f"{PHOTOS}{reading_id}/{name}.jpg"
        self.put(key, photo)
        return key

    def picture_key(self, reading_id: str, version: int) -> str:
        """Where the picture of a reading lies, once it was drawn."""
        return f"{PICTURES}{reading_id}/{version}.jpg"

    def put(self, key: str, jpeg: bytes) -> None:
        """Put an object, in the place of the one that may be there."""
        with passing_faults_named("S3", BucketUnavailable):
            self.client.put_object(Bucket=self.name, Key=key, Body=jpeg, ContentType=JPEG)

    def has(self, key: str) -> bool:
        """Whether the object is there."""
        try:
            with passing_faults_named("S3", BucketUnavailable):
                self.client.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if is_gone(error):
                return False
            raise
        return True

    def fetch(self, key: str) -> bytes:
        """The object's bytes.

        Raises:
            PhotoGone: its time is over, or it was deleted.
        """
        try:
            with passing_faults_named("S3", BucketUnavailable):
                return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except ClientError as error:
            if is_gone(error):
                raise PhotoGone(f"s3://{self.name}/{key} is no longer there") from error
            raise
        except IncompleteReadError as error:
            raise BucketUnavailable(f"S3 broke off: {error}") from error

    def link(self, key: str) -> Link:
        """An address to fetch the object from. S3 is not asked: it may not be there."""
        expires_at = datetime.now(UTC) + timedelta(seconds=self.presign_seconds)
        url = self.client.generate_presigned_url(
            "get_object",
            Params={"Bucket": self.name, "Key": key},
            ExpiresIn=self.presign_seconds,
        )
        return Link(url, expires_at)

    def discard(self, keys: Iterable[str]) -> None:
        """Delete objects. What is gone already is no error."""
        with passing_faults_named("S3", BucketUnavailable):
            delete_objects(self.client, self.name, [{"Key": key} for key in keys])

    def clear(self, reading_id: str) -> None:
        """Delete every copy and every picture of a reading, in every version."""
        with passing_faults_named("S3", BucketUnavailable):
            for prefix in (PHOTOS, PICTURES):
                delete_versions(self.client, self.name, f"{prefix}{reading_id}/", lambda _: True)
