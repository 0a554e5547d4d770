"""Which function answers a request, with which arguments.

As small as this API needs it. Powertools' event handler does the same for any event and any model;
it loads pydantic and two hundred modules, for which a request that has nothing to check would wait
(docs/performance-notes.md).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import parse_qs

from aws_lambda_powertools.utilities.typing import LambdaContext

from vinreader.api.parameters import Argument, Value, arguments_of, checked
from vinreader.api.problems import Problem, ProblemType, invalid_request
from vinreader.api.responses import Response

__all__ = ["Request", "Route", "Router"]

Function = TypeVar("Function", bound=Callable[..., Response])

PLACEHOLDER = re.compile(r"\{(\w+)\}")
VALUE = r"[-._~()'!*:@,;=+&$%<> \[\]{}|^\w]+"
"""A parameter in a path: what a segment may hold (RFC 3986) and what the gateway decodes."""


@dataclass(frozen=True)
class Request:
    """A request as an HTTP API tells of it (payload format 2.0)."""

    event: Mapping[str, Any]
    context: LambdaContext

    @property
    def method(self) -> str:
        told: str = self.event["requestContext"]["http"]["method"]
        return told.upper()

    @property
    def path(self) -> str:
        """Decoded, without the stage."""
        path: str = self.event["rawPath"]
        stage = self.event["requestContext"].get("stage") or "$default"
        return path if stage == "$default" else path.removeprefix(f"/{stage}")

    @cached_property
    def query(self) -> Mapping[str, Value]:
        """Parameters by name; one that came twice has a list."""
        several = parse_qs(self.event.get("rawQueryString") or "", keep_blank_values=True)
        # The gateway joins several values by commas, which a single one may hold as well.
        return {
            name: value.split(",") if len(several.get(name, ())) > 1 else value
            for name, value in (self.event.get("queryStringParameters") or {}).items()
        }

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """By their names in small letters."""
        return {name.lower(): text for name, text in (self.event.get("headers") or {}).items()}

    @property
    def body(self) -> bytes:
        """As it was sent; the gateway hands anything but text over as base64."""
        body: str = self.event.get("body") or ""
        if self.event.get("isBase64Encoded"):
            return base64.b64decode(body)
        return body.encode(errors="replace")

    @property
    def content_type(self) -> str:
        """Without its parameters, in small letters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def claims(self) -> Mapping[str, Any]:
        """Of the token, which the gateway has checked."""
        authorizer = self.event["requestContext"].get("authorizer") or {}
        return (authorizer.get("jwt") or {}).get("claims") or {}


@dataclass(frozen=True)
class Route:
    """A method and a path, such as `/readings/{reading_id}`, and the function that answers it."""

    method: str
    path: str
    operation_id: str
    function: Callable[..., Response]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What paths match."""
        return re.compile(PLACEHOLDER.sub(lambda name: f"(?P<{name[1]}>{VALUE})", self.path))

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """What the function takes beside the request, as its signature says."""
        return arguments_of(self.function)


@dataclass(frozen=True)
class Router:
    """Routes, each registered by a decorator of the function that answers it."""

    routes: list[Route] = field(default_factory=list)

    def route(self, method: str, path: str, operation_id: str) -> Callable[[Function], Function]:
        """Registers a function, which gets the `Request` and what its signature names."""

        def register(function: Function) -> Function:
            self.routes.append(Route(method, path, operation_id, function))
            return function

        return register

    def answer(self, request: Request) -> Response:
        """What the function of the request's route answers.

        Raises:
            Problem: no route has this method and path, or a parameter is not as it should be.
        """
        for route in self.routes:
            found = (
                route.pattern.fullmatch(request.path) if route.method == request.method else None
            )
            if found:
                return route.function(request, **_arguments(route, found.groupdict(), request))
        raise Problem(ProblemType.NO_SUCH_ROUTE, "Nothing has this method and path.")


def _arguments(route: Route, path: Mapping[str, str], request: Request) -> dict[str, Any]:
    """By the names that the function has for them; what did not come has its default."""
    came = {"path": path, "query": request.query, "header": request.headers}
    arguments: dict[str, Any] = {}
    complaints: list[tuple[tuple[str | int, ...], str]] = []
    for argument in route.arguments:
        value = came[argument.place].get(argument.name)
        if value is not None:
            arguments[argument.python_name], wrong = checked(argument, value)
            complaints += wrong
    if complaints:
        raise invalid_request(complaints)
    return arguments
