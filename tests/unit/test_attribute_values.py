"""Items keep what they hold on the way to DynamoDB and back, and nothing is rounded silently."""

from decimal import Decimal, DecimalException
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vinreader.attribute_values import decoded_item, encoded, encoded_item

NUMBERS = st.integers(-(10**30), 10**30) | st.decimals(
    -(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.text() | NUMBERS,
    lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES))
def test_an_item_comes_back(item: dict[str, Any]) -> None:
    assert decoded_item(encoded_item(item)) == item


def test_numbers_are_text_on_the_way_and_exact() -> None:
    assert encoded({"a": [1, Decimal("0.30000000000000004")]}) == {
        "M": {"a": {"L": [{"N": "1"}, {"N": "0.30000000000000004"}]}}
    }
    assert encoded(True) == {"BOOL": True}, "and no number, though Python calls it one"
    assert isinstance(decoded_item({"a": {"N": "20"}})["a"], Decimal)


@pytest.mark.parametrize(
    "number", ["1" * 39, "0." + "1" * 39, "1e127", "1e-167", "NaN", "Infinity"]
)
def test_what_dynamodb_would_round_or_refuse_is_refused(number: str) -> None:
    with pytest.raises((DecimalException, TypeError)):
        encoded(Decimal(number))


@pytest.mark.parametrize("value", [0.5, object()])
def test_what_cannot_be_stored_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        encoded({"a": [value]})
