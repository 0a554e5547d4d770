"""Photos deleted for good: every version of a place, and of any other key the one that was read."""

import uuid

import boto3
import pytest

from local.faults import Fault, failing
from local.stack import Stack
from tests.faults import without_pauses
from vinreader.bucket import BucketUnavailable, PhotoBucket


@pytest.fixture
def bucket(stack: Stack) -> PhotoBucket:
    """One that keeps versions."""
    client = boto3.client("s3")
    name = f"versioned-{uuid.uuid4()}"
    client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return PhotoBucket(name, "uploads/", 60, custom_endpoint=True)


def put(bucket: PhotoBucket, key: str, *photos: bytes) -> list[str]:
    """Put photos one after the other under a key; their versions."""
    return [
        bucket.client.put_object(Bucket=bucket.name, Key=key, Body=photo)["VersionId"]
        for photo in photos
    ]


def versions(bucket: PhotoBucket, key: str) -> list[str]:
    listed = bucket.client.list_object_versions(Bucket=bucket.name, Prefix=key)
    stored = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
    return [one["VersionId"] for one in stored if one["Key"] == key]


def test_every_version_of_a_place_goes(bucket: PhotoBucket) -> None:
    reading_id, key = "a", "uploads/a"
    put(bucket, key, b"first", b"second")
    bucket.client.delete_object(Bucket=bucket.name, Key=key)  # leaves a marker
    neighbour = put(bucket, "uploads/ab", b"x")
    assert len(versions(bucket, key)) == 3
    bucket.erase(reading_id, None)
    assert versions(bucket, key) == []
    assert versions(bucket, "uploads/ab") == neighbour


def test_of_another_key_the_version_that_was_read_goes(bucket: PhotoBucket) -> None:
    key = "uploads/own name.jpg"
    first, second = put(bucket, key, b"first", b"second")
    photo = bucket.find(bucket.name, key, first)
    bucket.erase(bucket.reading_id(photo), photo)
    assert versions(bucket, key) == [second]


def test_what_is_gone_already_is_no_error(bucket: PhotoBucket) -> None:
    bucket.erase("nothing", None)
    bucket.erase("nothing", None)


def test_a_version_that_cannot_be_deleted_is_told(
    bucket: PhotoBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_pauses(monkeypatch)
    put(bucket, "uploads/a", b"x")
    with (
        failing(bucket.client, "DeleteObjects", Fault.THROTTLED),
        pytest.raises(BucketUnavailable, match="S3 asks to try again"),
    ):
        bucket.erase("a", None)
    with (
        failing(bucket.client, "DeleteObjects", Fault.DENIED),
        pytest.raises(bucket.client.exceptions.ClientError, match="AccessDenied"),
    ):
        bucket.erase("a", None)
    assert len(versions(bucket, "uploads/a")) == 1
