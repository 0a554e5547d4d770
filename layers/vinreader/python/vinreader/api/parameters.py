"""Parameters of the routes, as the document describes them and the router checks them.

A parameter that may be any text needs no check; what does is checked by pydantic, which is loaded
when one comes.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_type_hints

from vinreader.results import Status

__all__ = [
    "Argument",
    "Cursor",
    "IdempotencyKey",
    "IfMatch",
    "Limit",
    "Parameter",
    "ReadingId",
    "Roi",
    "StatusWanted",
    "Value",
    "VinText",
    "VinWanted",
    "WithDrawing",
    "arguments_of",
    "checked",
]

Place = Literal["path", "query", "header"]
Value = str | list[str]
Complaint = tuple[tuple[str | int, ...], str]
"""Where (`("query", "limit")`) and what, in words."""


@dataclass(frozen=True)
class Parameter:
    """Where a parameter stands, and what is told of it."""

    place: Place
    description: str
    name: str | None = None
    """Where it is not that of the argument; of a header, in small letters."""
    bounds: tuple[tuple[str, int], ...] = ()
    """As pydantic's `Field` has them, for example `max_length`."""
    example: tuple[str, str] | None = None
    """What it is called, and its value."""


@dataclass(frozen=True)
class Argument:
    """A parameter of a function, as its signature says."""

    python_name: str
    kind: Any
    """Its type."""
    default: Any
    """`inspect.Parameter.empty` where it always comes."""
    parameter: Parameter

    @property
    def place(self) -> Place:
        return self.parameter.place

    @property
    def name(self) -> str:
        """In the request."""
        return self.parameter.name or self.python_name


ReadingId = Annotated[str, Parameter("path", "The id of a reading.")]
VinText = Annotated[str, Parameter("path", "The number; separators and small letters do no harm.")]
Roi = Annotated[
    str | None,
    Parameter(
        "query",
        "Region of interest of a photo that is the body: x,y,width,height in fractions of the "
        "upright photo, from its top left. The number is looked for there first.",
        bounds=(("max_length", 100),),
        example=("lower half", "0,0.5,1,0.5"),
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Parameter(
        "header",
        "The same key with the same photo gives the same reading, for 24 hours.",
        name="idempotency-key",
        bounds=(("max_length", 255), ("min_length", 1)),
    ),
]
IfMatch = Annotated[
    str | None, Parameter("header", "The ETag of the reading that was seen.", name="if-match")
]
WithDrawing = Annotated[
    bool,
    Parameter("query", "Whether what was found is drawn on it; else it is the photo alone."),
]
VinWanted = Annotated[str | None, Parameter("query", "The number that stands; or `status`.")]
StatusWanted = Annotated[Status | None, Parameter("query", "Which readings; or `vin`.")]
Limit = Annotated[int, Parameter("query", "At most so many.", bounds=(("le", 100), ("ge", 1)))]
Cursor = Annotated[
    str | None, Parameter("query", "`cursor` of the page before.", bounds=(("max_length", 256),))
]


def arguments_of(function: Callable[..., Any]) -> tuple[Argument, ...]:
    """Those of a function whose annotation has a `Parameter`, in their order."""
    hints = get_type_hints(function, include_extras=True)
    defaults = inspect.signature(function).parameters
    return tuple(
        Argument(name, kind, defaults[name].default, parameter)
        for name, (kind, parameter) in (
            (name, get_args(hint))
            for name, hint in hints.items()
            if any(isinstance(part, Parameter) for part in get_args(hint))
        )
    )


def checked(argument: Argument, value: Value) -> tuple[Any, Sequence[Complaint]]:
    """The value as its type, and what is wrong with it: never the value itself."""
    if (
        isinstance(value, str)
        and argument.kind in (str, str | None)
        and not argument.parameter.bounds
    ):
        return value, ()
    from pydantic import ValidationError

    try:
        return adapter(argument).validate_python(value), ()
    except ValidationError as error:
        where = (argument.place, argument.name)
        told = error.errors(include_url=False, include_input=False, include_context=False)
        return None, [((*where, *one["loc"]), one["msg"]) for one in told]


@cache
def adapter(argument: Argument) -> Any:
    """pydantic's `TypeAdapter` of an argument."""
    from pydantic import Field, TypeAdapter

    bounds: Mapping[str, Any] = dict(argument.parameter.bounds)
    return TypeAdapter(Annotated[argument.kind, Field(**bounds)])
