"""Python values as attribute values of DynamoDB (`{"S": "read"}`), and back.

For the types that an item of ours holds: str, bool, int, Decimal, None, lists and dicts of these.
boto3's own way (`boto3.dynamodb.types`) gives the same, and loads all of boto3.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Clamped, Context, Decimal, Inexact, Overflow, Rounded, Underflow
from typing import Any

__all__ = ["decoded", "decoded_item", "encoded", "encoded_item"]

NUMBERS = Context(
    prec=38, Emin=-128, Emax=126, traps=[Clamped, Overflow, Inexact, Rounded, Underflow]
)
"""DynamoDB keeps 38 digits: a number with more is refused, not rounded."""


def encoded_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping of names to values, each encoded."""
    return {name: encoded(value) for name, value in item.items()}


def decoded_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `encoded_item`; numbers are Decimal."""
    return {name: decoded(value) for name, value in item.items()}


def encoded(value: Any) -> dict[str, Any]:
    """The attribute value of a value.

    Raises:
        TypeError: it is of no type that is stored, or a number that is not finite.
        decimal.DecimalException: a number has more than 38 digits, or is too large or too small.
    """
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            number = NUMBERS.create_decimal(value)
            if not number.is_finite():
                raise TypeError(f"DynamoDB stores no {number}")
            return {"N": str(number)}
        case Mapping():
            return {"M": encoded_item(value)}
        case list() | tuple():
            return {"L": [encoded(part) for part in value]}
    raise TypeError(f"DynamoDB stores no {type(value).__name__} here")


def decoded(attribute: Mapping[str, Any]) -> Any:
    """The value of an attribute value.

    Raises:
        TypeError: it is of a type that nothing here stores, such as a set.
    """
    ((kind, value),) = attribute.items()
    match kind:
        case "NULL":
            return None
        case "BOOL" | "S":
            return value
        case "N":
            return NUMBERS.create_decimal(value)
        case "M":
            return decoded_item(value)
        case "L":
            return [decoded(part) for part in value]
    raise TypeError(f"no reading holds an attribute of type {kind}")
