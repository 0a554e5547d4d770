"""The other end of `workers`: processes that are asked to do something, and measure it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.workers import ONE_THREAD

__all__ = ["ROOT", "Process", "WorkerEnded"]

ROOT = Path(__file__).parents[1]


class WorkerEnded(RuntimeError):
    """The process is gone."""


class Process:
    """A module of this repository in a Python of its own, on one thread."""

    def __init__(self, python: str, module: str, arguments: Sequence[str] = ()) -> None:
        self.module = module
        self._process = subprocess.Popen(
            [python, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a request.

        Raises:
            WorkerEnded: there is none.
        """
        if not (self._process.stdin and self._process.stdout):
            raise WorkerEnded(f"{self.module} has no pipes")
        try:
            print(json.dumps(request), file=self._process.stdin, flush=True)
        except BrokenPipeError as error:
            raise WorkerEnded(f"{self.module} has ended") from error
        line = self._process.stdout.readline()
        if not line:
            raise WorkerEnded(f"{self.module} ended with {self._process.wait()}")
        return dict(json.loads(line))

    def end(self) -> None:
        """Close its input, upon which it ends, and wait for that."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
