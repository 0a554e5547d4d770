"""What a client of AWS sees of faults, beside the refusals and timeouts of `local.faults`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ReadTimeoutError

from local.faults import before_sending


@dataclass
class Requests:
    """How many were made."""

    made: int = 0


@contextmanager
def counted(client: Any, operation: str) -> Iterator[Requests]:
    """The HTTP requests of a boto3 client for an operation, each try one.

    To be entered before a fault is made: that one, when it raises, is the last to be called.
    """
    requests = Requests()

    def count(**_: Any) -> None:
        requests.made += 1

    with before_sending(client, operation, count):
        yield requests


@contextmanager
def losing_one_answer(client: Any, operation: str) -> Iterator[None]:
    """The first request for an operation is served, and its answer gets lost on the way."""
    left = [1]

    def lose(request: AWSPreparedRequest, **_: Any) -> None:
        if left:
            left.clear()
            client._endpoint.http_session.send(request)
            raise ReadTimeoutError(endpoint_url=str(request.url))

    with before_sending(client, operation, lose):
        yield


def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3 tries again at once."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
