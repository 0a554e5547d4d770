"""Objects deleted for good, in every version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["delete_objects", "delete_versions"]


def delete_versions(
    client: S3Client, bucket: str, prefix: str, chosen: Callable[[Mapping[str, Any]], bool]
) -> None:
    """Delete the versions and delete markers under a prefix that are `chosen`."""
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        stored: list[Any] = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        delete_objects(
            client,
            bucket,
            [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in stored if chosen(one)],
        )


def delete_objects(client: S3Client, bucket: str, doomed: Iterable[Mapping[str, str]]) -> None:
    """Delete up to a thousand objects by key, and by version where one is named.

    Raises:
        ClientError: also where S3 refuses some of them.
    """
    objects: list[Any] = list(doomed)
    if not objects:
        return
    answer = client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for error in answer.get("Errors", ()):
        raise ClientError(
            {"Error": {"Code": error["Code"], "Message": error.get("Message", "")}},
            "DeleteObjects",
        )
