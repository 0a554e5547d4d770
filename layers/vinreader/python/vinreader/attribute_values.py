"""Python values as attribute values of DynamoDB (`{"S": "read"}`), and back, by boto3's own rules.

boto3 is loaded by the first value: a request that stores nothing does not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

__all__ = ["decoded_item", "encoded", "encoded_item"]


def encoded(value: Any) -> dict[str, Any]:
    """The attribute value of a value.

    Raises:
        TypeError: it is of no type that DynamoDB stores, such as a float, or not finite.
        decimal.DecimalException: a number has more than 38 digits, or is too large or too small.
    """
    return dict(_rules()[0].serialize(value))


def encoded_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of names to values, each encoded."""
    return {name: encoded(value) for name, value in item.items()}


def decoded_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `encoded_item`; numbers are Decimal."""
    return {name: _rules()[1].deserialize(value) for name, value in item.items()}


@cache
def _rules() -> tuple[TypeSerializer, TypeDeserializer]:
    from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

    return TypeSerializer(), TypeDeserializer()
