import base64
import json
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3
from botocore.exceptions import ClientError

from local.faults import Fault, failing
from local.stack import Stack
from tests.faults import without_pauses
from vinreader.bucket import (
    BucketUnavailable,
    PhotoBucket,
    PhotoGone,
    PhotoTooLarge,
    PhotoUnavailable,
    StoredPhoto,
    UploadLimits,
)

ID = "7d9f7a52-4b1e-4a57-9d43-6f3b1c2a8e90"
LIMITS = UploadLimits(largest=1000)


@pytest.fixture
def bucket(stack: Stack) -> PhotoBucket:
    return PhotoBucket(stack.bucket, "uploads/", 900, custom_endpoint=True, limits=LIMITS)


@pytest.fixture
def versioned(bucket: PhotoBucket) -> str:
    """The name of another bucket, which keeps versions."""
    name = f"versioned-{uuid.uuid4()}"
    bucket.client.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    bucket.client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def put(bucket: PhotoBucket, data: bytes, name: str = "") -> str:
    """Outside of `uploads/`, so that nothing tells the queue of it."""
    key = f"kept/{uuid.uuid4()}"
    bucket.client.put_object(Bucket=name or bucket.name, Key=key, Body=data)
    return key


def test_finds_and_downloads_what_is_there(bucket: PhotoBucket) -> None:
    key = put(bucket, b"abc")
    photo = bucket.find(bucket.name, key)
    assert photo == StoredPhoto(
        bucket.name, key, etag="900150983cd24fb0d6963f7d28e17f72", version=None, size=3
    )
    assert bucket.download(photo) == b"abc"


def test_finds_what_an_event_tells_of_and_nothing_else(bucket: PhotoBucket) -> None:
    key = put(bucket, b"abc")
    photo = bucket.find(bucket.name, key, etag="900150983cd24fb0d6963f7d28e17f72")
    assert photo.size == 3
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"def")
    with pytest.raises(PhotoGone, match="was replaced"):
        bucket.find(bucket.name, key, etag=photo.etag)


def test_an_upload_is_removed_but_not_one_that_took_its_place(bucket: PhotoBucket) -> None:
    key = put(bucket, b"abc")
    first = bucket.find(bucket.name, key)
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"def")
    bucket.remove(first)
    second = bucket.find(bucket.name, key)
    assert bucket.download(second) == b"def"
    bucket.remove(second)
    with pytest.raises(PhotoGone):
        bucket.find(bucket.name, key)
    bucket.remove(second)  # it is gone: that is well


def test_of_a_versioned_bucket_the_version_is_removed(bucket: PhotoBucket, versioned: str) -> None:
    key = put(bucket, b"abc", versioned)
    first = bucket.find(versioned, key)
    bucket.client.put_object(Bucket=versioned, Key=key, Body=b"def")
    bucket.remove(first)
    bucket.remove(first)
    with pytest.raises(PhotoGone):
        bucket.find(versioned, key, first.version)
    assert bucket.download(bucket.find(versioned, key)) == b"def"


@pytest.mark.parametrize("keeps_versions", [True, False])
def test_a_rejected_upload_is_marked(
    bucket: PhotoBucket, versioned: str, keeps_versions: bool
) -> None:
    name = versioned if keeps_versions else bucket.name
    key = put(bucket, b"abc", name)
    photo = bucket.find(name, key)
    bucket.mark_rejected(photo)
    tags = bucket.client.get_object_tagging(Bucket=name, Key=key)["TagSet"]
    assert tags == [{"Key": "vinreader", "Value": "rejected"}]
    bucket.remove(photo)
    bucket.mark_rejected(photo)  # it is gone: that is well


@pytest.mark.parametrize("operation", ["DeleteObject", "PutObjectTagging"])
def test_what_s3_says_of_an_upload_is_named(
    bucket: PhotoBucket, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    without_pauses(monkeypatch)
    photo = bucket.find(bucket.name, put(bucket, b"abc"))
    call = bucket.remove if operation == "DeleteObject" else bucket.mark_rejected
    for fault in (Fault.THROTTLED, Fault.BROKEN, Fault.TIMEOUT):
        with failing(bucket.client, operation, fault), pytest.raises(BucketUnavailable):
            call(photo)
    with (
        failing(bucket.client, operation, Fault.DENIED),
        pytest.raises(ClientError, match="AccessDenied"),
    ):
        call(photo)


def test_uploads_are_those_in_our_bucket_under_the_prefix(bucket: PhotoBucket) -> None:
    photo = StoredPhoto(bucket.name, "uploads/a", "e", None, 3)
    assert bucket.is_upload(photo)
    assert not bucket.is_upload(replace(photo, bucket="an-archive"))
    assert not bucket.is_upload(replace(photo, key="photos/a"))


def test_keys_may_hold_anything(bucket: PhotoBucket) -> None:
    key = "kept/Ünïcode & spaces + plus/%2F?#.jpg"
    bucket.client.put_object(Bucket=bucket.name, Key=key, Body=b"abc")
    assert bucket.download(bucket.find(bucket.name, key)) == b"abc"


def test_empty_object_is_downloaded(bucket: PhotoBucket) -> None:
    assert bucket.download(bucket.find(bucket.name, put(bucket, b""))) == b""


def test_object_over_the_limit_is_refused_unfetched(bucket: PhotoBucket) -> None:
    assert len(bucket.download(bucket.find(bucket.name, put(bucket, b"x" * 1000)))) == 1000
    photo = bucket.find(bucket.name, put(bucket, b"x" * 1001))
    bucket.client.delete_object(Bucket=photo.bucket, Key=photo.key)
    with pytest.raises(PhotoTooLarge):
        bucket.download(photo)


def test_too_large_is_told_in_megabytes(stack: Stack) -> None:
    bucket = PhotoBucket(stack.bucket, "uploads/", 900, custom_endpoint=True)
    photo = StoredPhoto(stack.bucket, "k", "e", None, size=30 * 2**20)
    with pytest.raises(PhotoTooLarge, match=r"The file has 30\.0 MB; photos of up to 25 MB"):
        bucket.download(photo)


def test_missing_object_is_gone(bucket: PhotoBucket) -> None:
    with pytest.raises(PhotoGone, match="s3://photos/uploads/none is no longer there"):
        bucket.find(bucket.name, "uploads/none")


def test_object_deleted_after_it_was_found_is_gone(bucket: PhotoBucket) -> None:
    photo = bucket.find(bucket.name, put(bucket, b"abc"))
    bucket.client.delete_object(Bucket=photo.bucket, Key=photo.key)
    with pytest.raises(PhotoGone, match="no longer there"):
        bucket.download(photo)


def test_object_replaced_after_it_was_found_is_gone(bucket: PhotoBucket) -> None:
    photo = bucket.find(bucket.name, put(bucket, b"abc"))
    bucket.client.put_object(Bucket=photo.bucket, Key=photo.key, Body=b"def")
    with pytest.raises(PhotoGone, match="was replaced"):
        bucket.download(photo)


def test_a_version_is_read_even_when_a_newer_one_stands(
    bucket: PhotoBucket, versioned: str
) -> None:
    key = put(bucket, b"abc", versioned)
    old = bucket.find(versioned, key)
    bucket.client.put_object(Bucket=versioned, Key=key, Body=b"def")
    assert bucket.download(bucket.find(versioned, key)) == b"def"
    assert bucket.find(versioned, key, old.version) == old
    assert bucket.download(old) == b"abc"


def test_deleted_version_is_gone(bucket: PhotoBucket, versioned: str) -> None:
    key = put(bucket, b"abc", versioned)
    marker = bucket.client.delete_object(Bucket=versioned, Key=key)["VersionId"]
    with pytest.raises(PhotoGone):
        bucket.find(versioned, key)
    with pytest.raises(PhotoGone):
        bucket.find(versioned, key, marker)


def test_a_bucket_that_does_not_exist_is_a_mistake_of_ours(bucket: PhotoBucket) -> None:
    with pytest.raises(PhotoUnavailable, match=r"s3://nowhere/k: .*NoSuchBucket"):
        bucket.download(StoredPhoto("nowhere", "k", "e", None, 3))


def test_given_place_takes_a_photo(bucket: PhotoBucket) -> None:
    before = datetime.now(UTC)
    place = bucket.give_place(ID, "image/png")
    assert before + timedelta(seconds=900) <= place.expires_at
    assert place.expires_at <= datetime.now(UTC) + timedelta(seconds=900)
    fields: dict[str, Any] = {**place.fields, "file": ("a.png", b"abc", "image/png")}
    assert (
        urllib3.PoolManager(retries=False).request("POST", place.url, fields=fields).status == 204
    )
    photo = bucket.find(bucket.name, f"uploads/{ID}")
    assert bucket.download(photo) == b"abc"
    assert bucket.reading_id(photo) == ID


def test_given_place_is_narrow(bucket: PhotoBucket) -> None:
    place = bucket.give_place(ID, "image/png")
    policy = json.loads(base64.b64decode(place.fields["policy"]))
    assert {"key": f"uploads/{ID}"} in policy["conditions"]
    assert {"bucket": bucket.name} in policy["conditions"]
    assert {"Content-Type": "image/png"} in policy["conditions"]
    assert ["content-length-range", 1, 1000] in policy["conditions"]
    assert place.fields["Content-Type"] == "image/png"


@pytest.mark.parametrize("region", ["eu-central-1", "us-east-1"])
def test_in_aws_the_place_is_at_the_regional_address_of_the_bucket(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    place = PhotoBucket("my-photos", "uploads/", 900).give_place(ID, "image/png")
    assert place.url == f"https://my-photos.s3.{region}.amazonaws.com/"
    assert place.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_reading_id_is_derived_where_the_api_gave_no_place(bucket: PhotoBucket) -> None:
    photo = StoredPhoto("photos", "uploads/car.jpg", "e1", None, 3)
    ids = [
        bucket.reading_id(other)
        for other in (
            photo,
            replace(photo, bucket="others"),
            replace(photo, key="uploads/cat.jpg"),
            replace(photo, etag="e2"),
            replace(photo, version="v1"),
            replace(photo, version="v2"),
            replace(photo, key=ID),
            replace(photo, key=f"uploads/{ID}.jpg"),
            replace(photo, key=f"uploads/{ID.upper()}"),
        )
    ]
    assert len(set(ids)) == len(ids)
    assert ID not in ids
    assert bucket.reading_id(photo) == "d27d0c02-9127-5488-a0ca-4ee087211960"


def test_a_place_is_one_in_our_own_bucket(bucket: PhotoBucket) -> None:
    photo = StoredPhoto(bucket.name, f"uploads/{ID}", "e1", None, 3)
    assert bucket.reading_id(photo) == ID
    assert bucket.reading_id(replace(photo, bucket="an-archive")) != ID


def test_a_photo_put_under_a_derived_id_is_read_into_that_reading(bucket: PhotoBucket) -> None:
    derived = bucket.reading_id(StoredPhoto(bucket.name, "uploads/car.jpg", "e1", None, 3))
    again = StoredPhoto(bucket.name, f"uploads/{derived}", "e2", None, 3)
    assert bucket.reading_id(again) == derived


def test_reading_id_does_not_change_with_what_does_not_identify(bucket: PhotoBucket) -> None:
    photo = StoredPhoto("photos", "uploads/car.jpg", "e1", "v1", 3)
    assert bucket.reading_id(photo) == bucket.reading_id(replace(photo, etag="e2", size=4))
