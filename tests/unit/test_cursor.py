"""Cursors come back as they were given out, and nothing else does."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from vinreader.cursor import InvalidCursor, Position, decode, encode

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
POSITIONS = st.builds(
    lambda moment, identity: Position(moment.isoformat(timespec="milliseconds"), str(identity)),
    MOMENTS,
    st.uuids(),
)
LISTINGS = st.sampled_from(["status=read", "status=retake", "vin=1M8GDM9AXKP042788"])
PLACE = Position("2026-11-20T12:00:00.000+00:00", str(UUID(int=4)))


@given(POSITIONS, LISTINGS)
def test_a_cursor_comes_back_as_the_position_it_was_made_of(
    position: Position, listing: str
) -> None:
    cursor = encode(position, listing)
    assert decode(cursor, listing) == position
    assert len(cursor) < 200
    assert "1M8GDM9AXKP042788" not in cursor


@given(POSITIONS)
def test_a_cursor_serves_no_other_listing(position: Position) -> None:
    with pytest.raises(InvalidCursor, match="another listing"):
        decode(encode(position, "status=read"), "status=retake")


@given(st.text() | st.text("abcXYZ09-_=", max_size=300) | st.binary().map(bytes.hex))
@example("")
@example("W10")
@example("bnVsbA")
@example("W1tdLFtdLFtdXQ")
@example("WyI" * 80)
@example("Ww" * 100_000)
def test_what_was_never_given_out_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        decode(text, "status=read")


@given(POSITIONS, st.data())
def test_a_changed_cursor_is_refused_or_another_place_of_the_same_listing(
    position: Position, data: st.DataObject
) -> None:
    cursor = encode(position, "status=read")
    index = data.draw(st.integers(0, len(cursor) - 1))
    symbol = data.draw(st.characters(max_codepoint=255))
    changed = cursor[:index] + symbol + cursor[index + 1 :]
    assume(changed != cursor)
    try:
        found = decode(changed, "status=read")
    except InvalidCursor:
        return
    assert encode(found, "status=read") == changed


@pytest.mark.parametrize("suffix", ["=", "==", "A", " ", "\n"])
def test_a_cursor_is_written_in_one_way_only(suffix: str) -> None:
    with pytest.raises(InvalidCursor):
        decode(encode(PLACE, "status=read") + suffix, "status=read")
