"""What is kept beside uploads: put once, found again, shown for a while, and gone for good."""

import uuid
from datetime import UTC, datetime, timedelta

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from local.faults import Fault, failing
from local.stack import Stack
from tests.faults import without_pauses
from vinreader.bucket import BucketUnavailable, PhotoBucket, PhotoGone
from vinreader.shelf import Shelf


@pytest.fixture(params=[False, True], ids=["no versions", "versions"])
def shelf(stack: Stack, request: pytest.FixtureRequest) -> Shelf:
    name = f"kept-{uuid.uuid4()}"
    client = boto3.client("s3")
    client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    if request.param:
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return Shelf(PhotoBucket(name, "uploads/", presign_seconds=60, custom_endpoint=True))


def keys(shelf: Shelf) -> set[str]:
    """Of all that lies there, in every version."""
    listed = shelf.client.list_object_versions(Bucket=shelf.name)
    return {one["Key"] for one in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]}


def test_the_same_photo_kept_twice_is_one_copy(shelf: Shelf) -> None:
    first = shelf.keep("a", "1:01", b"one")
    assert first.startswith("photos/a/")
    assert shelf.keep("a", "1:01", b"one") == first
    second = shelf.keep("a", "1:02", b"two")
    assert keys(shelf) == {first, second}
    assert (shelf.fetch(first), shelf.fetch(second)) == (b"one", b"two")


def test_what_is_not_there_is_told(shelf: Shelf) -> None:
    assert not shelf.has("photos/a/x.jpg")
    with pytest.raises(PhotoGone, match=r"photos/a/x\.jpg is no longer there"):
        shelf.fetch("photos/a/x.jpg")
    key = shelf.keep("a", "1:01", b"one")
    assert shelf.has(key)
    shelf.discard([key, "photos/a/x.jpg"])
    assert not shelf.has(key)
    shelf.discard([])


def test_a_link_shows_the_object_for_a_while(shelf: Shelf) -> None:
    key = shelf.picture_key("a", 3)
    assert key == "pictures/a/3.jpg"
    shelf.put(key, b"picture")
    before = datetime.now(UTC)
    link = shelf.link(key)
    assert before <= link.expires_at - timedelta(seconds=60) <= datetime.now(UTC)
    shown = urllib3.request("GET", link.url)
    assert (shown.status, shown.data) == (200, b"picture")
    assert shown.headers["content-type"] == "image/jpeg"
    assert "X-Amz-Expires=60" in link.url


def test_nothing_is_left_of_a_reading_and_others_stay(shelf: Shelf) -> None:
    gone = [shelf.keep("a", arrival, b"x") for arrival in ("1", "2")]
    shelf.put(shelf.picture_key("a", 1), b"x")
    shelf.discard(gone[:1])  # where versions are kept, this leaves a marker and what was there
    neighbours = {shelf.keep("ab", "1", b"x"), shelf.picture_key("ab", 1)}
    shelf.put(shelf.picture_key("ab", 1), b"x")
    shelf.clear("a")
    assert keys(shelf) == neighbours
    shelf.clear("a")


CALLS = {
    "PutObject": lambda shelf: shelf.keep("a", "1", b"x"),
    "HeadObject": lambda shelf: shelf.has("photos/a/x.jpg"),
    "GetObject": lambda shelf: shelf.fetch("photos/a/x.jpg"),
    "DeleteObjects": lambda shelf: shelf.discard(["photos/a/x.jpg"]),
    "ListObjectVersions": lambda shelf: shelf.clear("a"),
}


@pytest.mark.parametrize("operation", CALLS)
def test_what_s3_says_is_named(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    without_pauses(monkeypatch)
    for fault in (Fault.THROTTLED, Fault.BROKEN, Fault.TIMEOUT):
        with failing(shelf.client, operation, fault), pytest.raises(BucketUnavailable):
            CALLS[operation](shelf)
    with (
        failing(shelf.client, operation, Fault.DENIED),
        pytest.raises(ClientError, match=r"403|AccessDenied"),
    ):
        CALLS[operation](shelf)


def test_an_answer_that_breaks_off_is_named(shelf: Shelf) -> None:
    with (
        failing(shelf.client, "GetObject", Fault.CUT_OFF),
        pytest.raises(BucketUnavailable, match="S3 broke off"),
    ):
        shelf.fetch("photos/a/x.jpg")
