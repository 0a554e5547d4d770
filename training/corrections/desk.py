"""What the review desk has settled: readings of the table and the copies of their photos.

Of `training`, the only module that speaks to AWS. It only reads: `dynamodb:Scan` on the table and
`s3:GetObject` on `photos/*` are all it needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError

from vinreader.results import Status
from vinreader.s3_faults import PhotoGone, is_gone

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_s3 import S3Client

__all__ = ["Desk", "Settled"]

HAS_PHOTO = Attr("kept").exists() & Attr("deleted_at").not_exists()


@dataclass(frozen=True)
class Settled:
    """A reading with a copy of its photo, `copy` being the key of that; `vin` is the number that a
    person gave it, None where only the reader has spoken."""

    reading_id: str
    vin: str | None
    copy: str


class Desk:
    """Table and bucket of a stack, found by the credentials and the endpoint of the environment."""

    def __init__(self, table: str, bucket: str) -> None:
        self.table: Table = boto3.resource("dynamodb").Table(table)
        self.client: S3Client = boto3.client("s3")
        self.bucket = bucket

    def readings(self) -> Iterator[Settled]:
        """All that show a number and have a photo, whose time is not over."""
        now = int(datetime.now(UTC).timestamp())
        # Its client takes conditions as they are, and gives plain values; the stubs know neither.
        scan: Any = self.table.meta.client.get_paginator("scan")
        standing = HAS_PHOTO & Attr("expires_at").gt(now)
        for page in scan.paginate(TableName=self.table.name, FilterExpression=standing):
            for item in page["Items"]:
                corrected = "corrected_at" in item
                if corrected and "vin" not in item:
                    continue  # a person found no number to read
                if not corrected and item["status"] not in (Status.READ, Status.RETAKE):
                    continue
                vin = str(item["vin"]) if corrected else None
                yield Settled(str(item["reading_id"]), vin, str(item["kept"]))

    def photo(self, settled: Settled) -> bytes:
        """The copy of its photo.

        Raises:
            PhotoGone: its time is over, or it was deleted meanwhile.
        """
        try:
            return self.client.get_object(Bucket=self.bucket, Key=settled.copy)["Body"].read()
        except ClientError as error:
            if is_gone(error):
                raise PhotoGone(f"s3://{self.bucket}/{settled.copy} is no longer there") from error
            raise
