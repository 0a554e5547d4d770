"""Faults of AWS, made where boto3 sends a request: throttling, refusal, silence, an answer lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

FOR_GOOD = 10**6

Fault = Callable[[Any, AWSPreparedRequest], AWSResponse | None]


class _Raw:
    """A body that urllib3 would stream."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def stream(self, **_options: Any) -> Iterator[bytes]:
        yield self.body


def refusing(status: int, code: str) -> Fault:
    """AWS answers with an error: JSON for DynamoDB, XML for S3."""

    def refuse(_client: Any, request: AWSPreparedRequest) -> AWSResponse:
        if "X-Amz-Target" in request.headers:
            body = f'{{"__type": "com.amazonaws#{code}", "message": "made to fail"}}'
        else:
            body = f"<Error><Code>{code}</Code><Message>made to fail</Message></Error>"
        return AWSResponse(request.url, status, {}, _Raw(body.encode()))  # type: ignore[arg-type]

    return refuse


def silence(_client: Any, request: AWSPreparedRequest) -> None:
    """Nobody answers."""
    raise ReadTimeoutError(endpoint_url=request.url)


def lost_answer(client: Any, request: AWSPreparedRequest) -> None:
    """The request is served, and its answer gets lost on the way."""
    client._endpoint.http_session.send(request)
    raise ReadTimeoutError(endpoint_url=request.url)


THROTTLED = refusing(400, "ProvisionedThroughputExceededException")
SLOW_DOWN = refusing(503, "SlowDown")
DENIED = refusing(400, "AccessDeniedException")


@dataclass
class Failing:
    """How often a fault was made."""

    times: int = field(default=0)


@contextmanager
def failing(client: Any, operation: str, fault: Fault, times: int) -> Iterator[Failing]:
    """The first `times` calls of an operation of a boto3 client fail."""
    service = client.meta.service_model.service_id.hyphenize()
    event = f"before-send.{service}.{operation}"
    made = Failing()

    def fail(request: AWSPreparedRequest, **_event: Any) -> AWSResponse | None:
        if made.times >= times:
            return None
        made.times += 1
        return fault(client, request)

    client.meta.events.register(event, fail)
    try:
        yield made
    finally:
        client.meta.events.unregister(event, fail)


def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 tries again at once."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
