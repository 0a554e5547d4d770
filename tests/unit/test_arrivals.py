from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.arrivals import (
    Arrival,
    NotAnArchiveBatch,
    NotAnS3Event,
    archived,
    arrivals,
    order_of_time,
)


def record(**changes: Any) -> dict[str, Any]:
    """One record as S3 sends it; `changes` go to the object."""
    stored = {"key": "uploads/a.jpg", "size": 7, "eTag": "e", "sequencer": "0055AED6DCD90281E5"}
    return {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventTime": "2026-11-20T12:00:00.123Z",
        "s3": {"bucket": {"name": "photos"}, "object": stored | changes},
    }


def test_tells_bucket_key_version_order_and_etag() -> None:
    assert arrivals({"Records": [record(versionId="v1")]}) == (
        Arrival("photos", "uploads/a.jpg", "v1", "1:0055AED6DCD90281E5" + "0" * 46, "e"),
    )


@pytest.mark.parametrize(("told", "etag"), [('"e"', "e"), ("e", "e"), ("", None), (None, None)])
def test_an_etag_has_no_quotation_marks(told: str | None, etag: str | None) -> None:
    (arrival,) = arrivals({"Records": [record(eTag=told)]})
    assert arrival.etag == etag


def test_every_record_is_an_arrival() -> None:
    event = {"Records": [record(key="uploads/a"), record(key="uploads/b")]}
    assert [arrival.key for arrival in arrivals(event)] == ["uploads/a", "uploads/b"]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50))
def test_url_encoding_of_the_key_is_undone(key: str) -> None:
    assert arrivals({"Records": [record(key=quote_plus(key))]})[0].key == key


def test_slash_may_come_encoded_or_not() -> None:
    event = {"Records": [record(key="uploads%2Fmy+car.jpg"), record(key="uploads/my+car.jpg")]}
    assert [a.key for a in arrivals(event)] == ["uploads/my car.jpg", "uploads/my car.jpg"]


def test_sequencers_compare_after_padding_on_the_right() -> None:
    earlier, later = (
        arrivals({"Records": [record(sequencer=sequencer)]})[0].order
        for sequencer in ("0055AED6DCD9", "0055aed6dcd90281e5")
    )
    assert earlier < later


def test_time_orders_where_s3_gave_no_sequencer() -> None:
    def order(time: str) -> str:
        return arrivals({"Records": [record(sequencer=None) | {"eventTime": time}]})[0].order

    assert order("2026-11-20T12:00:00.123Z") == "0:2026-11-20T12:00:00.123000+00:00"
    assert order("2026-11-20T12:00:00Z") < order("2026-11-20T12:00:00.001Z")
    assert order("2026-11-20T12:00:00.001Z") < arrivals({"Records": [record()]})[0].order


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_orders_compare_as_their_times_do(one: datetime, other: datetime) -> None:
    assert (order_of_time(one) < order_of_time(other)) == (one < other)


def test_order_does_not_depend_on_the_time_zone() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert order_of_time(noon) == order_of_time(noon.astimezone(timezone(timedelta(hours=5))))


def test_test_event_and_removals_bring_no_photo() -> None:
    assert arrivals({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "photos"}) == ()
    assert arrivals({"Records": [record() | {"eventName": "ObjectRemoved:Delete"}]}) == ()
    assert arrivals({"Records": []}) == ()


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ([], "an S3 event is a JSON object, this is list"),
        ("hello", "an S3 event is a JSON object, this is str"),
        ({"hello": 1}, "an S3 event has a list of Records, this message has none"),
        ({"Records": "x"}, "an S3 event has a list of Records, this message has none"),
        ({"Records": [{"eventSource": "aws:sns"}]}, "eventSource aws:s3"),
        ({"Records": ["x"]}, "eventSource aws:s3"),
        ({"Records": [record() | {"s3": {}}]}, "lacks a part: 'object'"),
        ({"Records": [record() | {"s3": None}]}, "lacks a part"),
        ({"Records": [record(key=None)]}, "lacks a part"),
        ({"Records": [record(key="")]}, "are text, not"),
        ({"Records": [record(versionId=7)]}, "are text, not"),
        (
            {"Records": [record(sequencer=None) | {"eventTime": "0001-01-01T00:00+12:00"}]},
            "is no time",
        ),
        ({"Records": [record(sequencer=None) | {"eventTime": "noon"}]}, "is no time: 'noon'"),
    ],
)
def test_says_what_makes_it_no_event_of_s3(event: Any, message: str) -> None:
    with pytest.raises(NotAnS3Event, match=message):
        arrivals(event)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part, max_size=4) | st.dictionaries(st.text(), part, max_size=4),
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "eventSource": st.just("aws:s3") | JSON,
        "eventName": st.just("ObjectCreated:Put") | JSON,
        "eventTime": st.datetimes().map(str) | JSON,
        "s3": st.fixed_dictionaries(
            {},
            optional={
                "bucket": st.fixed_dictionaries({}, optional={"name": st.text() | JSON}),
                "object": st.dictionaries(
                    st.sampled_from(["key", "versionId", "sequencer"]), st.text() | JSON
                ),
            },
        ),
    },
)


@given(st.fixed_dictionaries({"Records": st.lists(PARTS, max_size=3)}) | JSON)
def test_anything_is_an_event_of_s3_or_named_as_none(event: Any) -> None:
    try:
        found = arrivals(event)
    except NotAnS3Event:
        return
    for arrival in found:
        assert arrival.bucket
        assert arrival.key
        assert arrival.order[:2] in ("0:", "1:")


def batch(*items: dict[str, Any], **shared: Any) -> dict[str, Any]:
    """A batch as a distributed map hands it out."""
    common = {"bucket": "old", "started_at": "2026-11-20T12:00:00Z", "keys_encoded": False}
    return {"Items": list(items), "BatchInput": common | shared}


def test_batch_of_an_archive_tells_its_photos_with_the_order_of_its_run() -> None:
    event = batch({"Key": "a+b%20c.jpg", "Size": 5}, {"Key": "d.jpg", "VersionId": "v1"})
    order = "0:2026-11-20T12:00:00.000000+00:00"
    assert archived(event) == (
        Arrival("old", "a+b%20c.jpg", None, order),
        Arrival("old", "d.jpg", "v1", order),
    )
    earlier = archived(batch({"Key": "d.jpg"}, started_at="2026-11-20T11:59:59.999Z"))
    assert earlier[0].order < order < arrivals({"Records": [record()]})[0].order


def test_keys_of_an_inventory_are_decoded_and_folders_left_out() -> None:
    event = batch({"Key": "2024/a+b%2Bc.jpg"}, {"Key": "2024/"}, keys_encoded=True)
    assert [arrival.key for arrival in archived(event)] == ["2024/a b+c.jpg"]


@pytest.mark.parametrize(
    "event",
    [
        {"BatchInput": {}},
        batch({}),
        batch({"Key": 5}, keys_encoded=True),
        batch({"Key": "a"}, started_at="noon"),
        {"BatchInput": None, "Items": []},
    ],
)
def test_says_what_makes_it_no_batch(event: dict[str, Any]) -> None:
    with pytest.raises(NotAnArchiveBatch, match="a batch of an archive lacks a part"):
        archived(event)
