"""Answers, as a route gives them and an HTTP API takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from vinreader.api.problems import Problem
from vinreader.stored import StoredReading

__all__ = ["Response", "json_response", "moment", "problem_response", "reading_response"]


@dataclass(frozen=True)
class Response:
    """An answer over HTTP."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As an HTTP API takes it (payload format 2.0)."""
        return {
            "statusCode": int(self.status),
            "headers": dict(self.headers),
            "body": self.body,
            "isBase64Encoded": False,
        }


def reading_response(status: HTTPStatus, stored: StoredReading, **headers: str) -> Response:
    """A reading, and its version for who corrects it."""
    return json_response(status, stored.to_dict(), ETag=f'"{stored.version}"', **headers)


def json_response(status: HTTPStatus, body: Mapping[str, Any], **headers: str) -> Response:
    """A JSON object, which nobody on the way keeps: it may hold a VIN."""
    return Response(
        status,
        {"Cache-Control": "no-store", **headers, "Content-Type": "application/json"},
        json.dumps(body),
    )


def problem_response(problem: Problem) -> Response:
    """A problem details object (RFC 9457)."""
    return Response(
        problem.kind.status,
        {**problem.headers, "Content-Type": "application/problem+json"},
        json.dumps(problem.to_dict()),
    )


def moment(time: datetime) -> str:
    """A time as answers tell it: ISO 8601, to the second."""
    return time.isoformat(timespec="seconds")
