"""The OpenAPI document of the routes: parameters from their signatures, bodies from the models that
check them, answers from the dataclasses that they are made of.

Not imported by the function: what describes the API costs its start nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from vinreader import __version__
from vinreader.api.answers import ANSWERS, GatewayMessage, ProblemDetails
from vinreader.api.bodies import CorrectionRequest, ReadingRequest, UploadRequest
from vinreader.api.parameters import Argument, adapter
from vinreader.api.problems import ProblemType
from vinreader.api.requests import PHOTO_TYPES
from vinreader.api.routing import Route, Router

__all__ = ["SCOPES", "document"]

REF = "#/components/schemas/{model}"
SECURITY = "tokens"

SCOPES = {
    "readings/read": "Fetch and list readings and check numbers.",
    "readings/write": "Have photos read.",
    "readings/correct": "Correct readings.",
    "readings/delete": "Delete readings and their photos.",
}

INTRODUCTION = """\
Reads the 17-character vehicle identification number (VIN) from a photo.

A photo of up to 4.5 MB is read while the caller waits (`POST /readings`); larger ones, or many, go
to a place in a bucket (`POST /uploads`), and their readings are fetched afterwards.

Every problem has a `type` (RFC 9457) that programs can rely on. 401, 403 and 429 come from the
gateway, as `{"message": …}`: the token is missing or over, lacks the route's scope, or too many
requests came at once.
"""


@dataclass(frozen=True)
class Operation:
    """What the signature of a route does not tell."""

    scope: str
    status: HTTPStatus
    answer: str | None
    problems: tuple[ProblemType, ...]
    headers: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    body_required: bool = True
    takes_photos: bool = False


HEADERS = {
    "Location": "The path of the reading.",
    "ETag": "The version of the reading, for If-Match.",
    "Retry-After": "Seconds after which it is worth asking again; only where that is so.",
}

P = ProblemType
OPERATIONS = {
    "createReading": Operation(
        "readings/write",
        HTTPStatus.CREATED,
        "StoredReading",
        (
            P.INVALID_REQUEST,
            P.REQUEST_IN_PROGRESS,
            P.READING_DELETED,
            P.PHOTO_TOO_LARGE,
            P.UNSUPPORTED_MEDIA_TYPE,
            P.UNREADABLE_IMAGE,
            P.IDEMPOTENCY_KEY_REUSED,
        ),
        ("Location", "ETag"),
        body=ReadingRequest,
        takes_photos=True,
    ),
    "createUpload": Operation(
        "readings/write",
        HTTPStatus.CREATED,
        "Upload",
        (P.INVALID_REQUEST, P.UNSUPPORTED_MEDIA_TYPE),
        ("Location",),
        body=UploadRequest,
        body_required=False,
    ),
    "getReading": Operation(
        "readings/read",
        HTTPStatus.OK,
        "StoredReading",
        (P.READING_NOT_FOUND,),
        ("ETag", "Retry-After"),
    ),
    "getPicture": Operation(
        "readings/read",
        HTTPStatus.OK,
        "PictureLink",
        (P.INVALID_REQUEST, P.READING_NOT_FOUND, P.PHOTO_NOT_KEPT, P.READING_PENDING),
    ),
    "listReadings": Operation(
        "readings/read",
        HTTPStatus.OK,
        "ReadingPage",
        (P.INVALID_REQUEST, P.INVALID_CURSOR, P.INVALID_VIN),
    ),
    "correctReading": Operation(
        "readings/correct",
        HTTPStatus.OK,
        "StoredReading",
        (
            P.INVALID_REQUEST,
            P.READING_NOT_FOUND,
            P.READING_PENDING,
            P.VERSION_CONFLICT,
            P.UNSUPPORTED_MEDIA_TYPE,
            P.INVALID_VIN,
            P.VERSION_REQUIRED,
        ),
        ("ETag",),
        body=CorrectionRequest,
    ),
    "deleteReading": Operation(
        "readings/delete", HTTPStatus.NO_CONTENT, None, (P.READING_NOT_FOUND,)
    ),
    "checkVin": Operation("readings/read", HTTPStatus.OK, "VinCheck", (P.INVALID_VIN,)),
}
METHODS = ("GET", "PUT", "POST", "DELETE")
"""In the order in which OpenAPI lists them."""

ANYWHERE = (P.NO_IDENTITY, P.NO_SUCH_ROUTE, P.INTERNAL_ERROR, P.UNAVAILABLE)
GATEWAY = {401: "No valid token.", 403: "A token without the scope.", 429: "Too many requests."}


def document(router: Router) -> dict[str, Any]:
    """The document, in plain JSON types."""
    paths: dict[str, Any] = {}
    for route in sorted(router.routes, key=lambda route: METHODS.index(route.method)):
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "VIN Reader", "version": __version__, "description": INTRODUCTION},
        "servers": [{"url": "/"}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                SECURITY: {
                    "type": "oauth2",
                    "description": "A JSON Web Token of the issuer that the stack was given, or of "
                    "its own user pool.",
                    "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": SCOPES}},
                }
            },
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    told = OPERATIONS[route.operation_id]
    text = " ".join((inspect.getdoc(route.function) or "").split())
    summary, _, more = text.partition(". ")
    operation: dict[str, Any] = {
        "summary": summary.removesuffix("."),
        "operationId": route.operation_id,
    }
    if more:
        operation["description"] = more
    if route.arguments:
        operation["parameters"] = [_parameter(argument) for argument in route.arguments]
    operation["security"] = [{SECURITY: [told.scope]}]
    if told.body:
        content: dict[str, Any] = {"application/json": {"schema": _ref(told.body.__name__)}}
        if told.takes_photos:
            binary = {"schema": {"type": "string", "format": "binary"}}
            content = {**dict.fromkeys(PHOTO_TYPES, binary), **content}
        operation["requestBody"] = {"required": told.body_required, "content": content}
    operation["responses"] = _responses(told)
    return operation


def _parameter(argument: Argument) -> dict[str, Any]:
    schema = adapter(argument).json_schema(ref_template=REF)
    schema.pop("$defs", None)
    about = {"description": argument.parameter.description}
    always = argument.default is inspect.Parameter.empty
    title = argument.name.replace("_", " ").title()
    default = {} if always or argument.default is None else {"default": argument.default}
    told = {**about, "required": always, "schema": {**schema, "title": title, **about, **default}}
    if argument.parameter.example:
        name, value = argument.parameter.example
        told["examples"] = {name: {"value": value}}
    return {**told, "name": argument.name, "in": argument.place}


def _responses(told: Operation) -> dict[str, Any]:
    headers = {
        name: {"description": HEADERS[name], "schema": {"type": "string"}} for name in told.headers
    }
    answer: dict[str, Any] = {"description": told.status.phrase}
    if headers:
        answer["headers"] = headers
    if told.answer:
        answer["content"] = {"application/json": {"schema": _ref(told.answer)}}
    responses = {str(told.status.value): answer}
    problems = sorted((*told.problems, *ANYWHERE), key=lambda kind: kind.status)
    for status, kinds in groupby(problems, key=lambda kind: kind.status):
        responses[str(status)] = {
            "description": "; ".join(f"{kind.title} (`{kind.uri}`)" for kind in kinds),
            "content": {"application/problem+json": {"schema": _ref(ProblemDetails.__name__)}},
        }
    gateway = {**GATEWAY, 413: "More than the gateway takes."} if told.takes_photos else GATEWAY
    for gateway_status, description in gateway.items():
        response = responses.setdefault(
            str(gateway_status), {"description": description, "content": {}}
        )
        response["content"]["application/json"] = {"schema": _ref(GatewayMessage.__name__)}
    return dict(sorted(responses.items()))


def _schemas() -> Mapping[str, Any]:
    """Of requests as they are checked, of answers as they are written."""
    _, requests = models_json_schema(
        [(model, "validation") for model in (ReadingRequest, UploadRequest, CorrectionRequest)],
        ref_template=REF,
    )
    _, answered = models_json_schema(
        [(model, "serialization") for model in ANSWERS], ref_template=REF
    )
    return dict(sorted({**requests["$defs"], **answered["$defs"]}.items()))


def _ref(name: str) -> dict[str, str]:
    return {"$ref": REF.format(model=name)}
