"""What AWS may do wrong, done to one call of a boto3 client: its own retries stay as they are."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ReadTimeoutError

__all__ = ["FAULTS", "Fault", "before_sending", "failing"]


class Fault(StrEnum):
    """Kinds of answers that a call may get instead of the right one."""

    THROTTLED = "throttled"
    BROKEN = "internal error"
    DENIED = "access denied"
    MISSING = "not found"
    TIMEOUT = "timeout"
    CUT_OFF = "cut off"
    """The answer starts well, and the connection breaks in the midst of its body."""


@dataclass(frozen=True)
class Refusal:
    """HTTP status and error code, as the service gives them."""

    status: int
    code: str


_REFUSALS = {
    "s3": {
        Fault.THROTTLED: Refusal(503, "SlowDown"),
        Fault.BROKEN: Refusal(500, "InternalError"),
        Fault.DENIED: Refusal(403, "AccessDenied"),
        Fault.MISSING: Refusal(404, "NoSuchKey"),
    },
    "dynamodb": {
        Fault.THROTTLED: Refusal(400, "ProvisionedThroughputExceededException"),
        Fault.BROKEN: Refusal(500, "InternalServerError"),
        Fault.DENIED: Refusal(400, "AccessDeniedException"),
        Fault.MISSING: Refusal(400, "ResourceNotFoundException"),
    },
    "sqs": {
        Fault.THROTTLED: Refusal(400, "RequestThrottled"),
        Fault.BROKEN: Refusal(500, "InternalFailure"),
        Fault.DENIED: Refusal(403, "AccessDenied"),
        Fault.MISSING: Refusal(400, "QueueDoesNotExist"),
    },
}

FAULTS = (Fault.THROTTLED, Fault.BROKEN, Fault.DENIED, Fault.MISSING, Fault.TIMEOUT)
"""Those that any call may meet."""


@contextmanager
def failing(
    client: Any, operation: str, fault: Fault, times: int | None = None, address: str = ""
) -> Iterator[None]:
    """While the block lasts, HTTP requests for `operation` (as the API names it) end in `fault`.

    Args:
        client: any boto3 client; its requests are not sent at all.
        times: only the first ones; None for all of them.
        address: only those whose URL holds this text.
    """
    service = client.meta.service_model.service_name
    left = [times]

    def answer(request: AWSRequest, **_: Any) -> AWSResponse | None:
        if left[0] == 0 or address not in str(request.url):
            return None
        if left[0] is not None:
            left[0] -= 1
        if fault is Fault.TIMEOUT:
            raise ReadTimeoutError(endpoint_url=str(request.url))
        if fault is Fault.CUT_OFF:
            return _response(request, 200, {"Content-Length": "1000", "ETag": '"e"'}, b"\xff\xd8")
        refusal = _REFUSALS[service][fault]
        if service == "s3":
            error = f"<Error><Code>{refusal.code}</Code><Message>so it is</Message></Error>"
            body = b"" if request.method == "HEAD" else error.encode()
        else:
            body = json.dumps({"__type": f"service#{refusal.code}", "message": "so it is"}).encode()
        return _response(request, refusal.status, {}, body)

    with before_sending(client, operation, answer):
        yield


@contextmanager
def before_sending(
    client: Any, operation: str, call: Callable[..., AWSResponse | None]
) -> Iterator[None]:
    """While the block lasts, `call` gets each HTTP request of a boto3 client for `operation`; what
    it answers is taken for the service's answer. The one entered last is asked first."""
    event = f"before-send.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register_first(event, call)
    try:
        yield
    finally:
        client.meta.events.unregister(event, call)


class _Body(io.BytesIO):
    """A body as urllib3 hands it to botocore."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


def _response(
    request: AWSRequest, status: int, headers: dict[str, str], body: bytes
) -> AWSResponse:
    return AWSResponse(str(request.url), status, HTTPHeaders.from_dict(headers), _Body(body))
