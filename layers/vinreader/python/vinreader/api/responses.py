"""Answers as Powertools takes them from a route."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response

from vinreader.api.problems import Problem
from vinreader.stored import StoredReading

__all__ = ["json_response", "moment", "problem_response", "reading_response"]


def reading_response(status: HTTPStatus, stored: StoredReading, **headers: str) -> Response[str]:
    """A reading, and its version for who corrects it."""
    return json_response(status, stored.to_dict(), ETag=f'"{stored.version}"', **headers)


def json_response(status: HTTPStatus, body: Mapping[str, Any], **headers: str) -> Response[str]:
    """A JSON object, which nobody on the way keeps: it may hold a VIN."""
    return Response(
        status_code=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", **headers},
        body=json.dumps(body),
    )


def problem_response(problem: Problem) -> Response[str]:
    """A problem details object (RFC 9457)."""
    return Response(
        status_code=problem.kind.status,
        content_type="application/problem+json",
        headers=dict(problem.headers),
        body=json.dumps(problem.to_dict()),
    )


def moment(time: datetime) -> str:
    """A time as answers tell it: ISO 8601, to the second."""
    return time.isoformat(timespec="seconds")
