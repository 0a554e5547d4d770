"""The real handlers, called as Lambda calls them: JSON in and out, one invocation at a time."""

from __future__ import annotations

import importlib
import json
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FunctionFailed", "LocalContext", "LocalFunction"]

LONGEST_MS = 900_000
"""Lambda's longest timeout. Nothing is stopped here, however slow the machine."""


class FunctionFailed(Exception):
    """The handler raised: in Lambda, the invocation would be an error."""


@dataclass(frozen=True)
class LocalContext:
    """What Lambda tells a handler of its invocation."""

    function_name: str
    memory_limit_in_mb: int = 1769
    invoked_function_arn: str = "arn:aws:lambda:eu-central-1:123456789012:function:local"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    remaining_ms: Callable[[], int] = lambda: LONGEST_MS

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms()


class LocalFunction:
    """One of the folders of `functions/`. Importing it builds its reader and its clients, once.

    `remaining_ms` is what the handler is told of the time that is left to it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.remaining_ms: Callable[[], int] = lambda: LONGEST_MS
        self._handler = importlib.import_module(f"functions.{name}.app").handler
        self._lock = threading.Lock()

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """The handler's answer.

        Raises:
            FunctionFailed: whatever the handler raised, as its cause.
        """
        event = json.loads(json.dumps(event))
        with self._lock:
            try:
                answer = self._handler(
                    event, LocalContext(self.name, remaining_ms=self.remaining_ms)
                )
            except Exception as error:
                raise FunctionFailed(f"{self.name} failed: {error!r}") from error
        result: dict[str, Any] = json.loads(json.dumps(answer))
        return result
