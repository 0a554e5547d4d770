"""A function as Lambda would run it: built by sam, under Python 3.13, in AWS's emulator."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

from local.functions import FunctionFailed
from local.stack import Stack
from tests.lambda_platform import LAYERS, build_stack, install_runtime
from tests.ports import free_ports

INVOCATIONS = "2015-03-31/functions/function/invocations"
RETRY = urllib3.Retry(connect=10, read=0, backoff_factor=0.1)
"""The emulator listens a moment after it was started."""


@dataclass(frozen=True)
class EmulatedFunction:
    """One function in an emulator of its own; takes the place of a `LocalFunction`."""

    url: str
    process: int
    """The emulator's id; the function's own process is its child from the first call on."""

    def wait(self) -> None:
        """Until the emulator listens; the function's process starts with the first call."""
        urllib3.request("GET", self.url.partition("/2015")[0], retries=RETRY)

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """The handler's answer, JSON all the way. Raises `FunctionFailed` for an error of it."""
        answer = urllib3.request(
            "POST", self.url, json=event, retries=RETRY, timeout=urllib3.Timeout(connect=5)
        ).json()
        if "errorMessage" in answer:
            raise FunctionFailed(f"{answer['errorMessage']}\n{answer.get('stackTrace')}")
        return answer


@contextmanager
def running_function(
    name: str,
    stack: Stack,
    python: Path,
    emulator: Path,
    runtime: Path | None = None,
    log: int | None = None,
) -> Iterator[EmulatedFunction]:
    """The built function in its emulator; the layers stand where /opt is in Lambda. `runtime` is
    what stands in for the modules of Lambda's own; `log` where what the function prints goes."""
    built = build_stack()
    path = [*(built / layer / "python" for layer in LAYERS), runtime or install_runtime()]
    environment = {variable: value for variable, value in os.environ.items() if "AWS" in variable}
    environment |= {
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "300",
        "LAMBDA_TASK_ROOT": str(built / name),
        "MODELS_DIR": str(built / "VinReaderLayer" / "models"),
        "PHOTOS_BUCKET": stack.bucket,
        "READINGS_TABLE": stack.table,
        "DEAD_LETTER_QUEUE_URL": stack.dead_letter_url,
        "IDEMPOTENCY_TABLE": stack.idempotency_table,
        "POWERTOOLS_METRICS_NAMESPACE": "VinReader",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": ":".join(map(str, path)),
        "NO_PROXY": "127.0.0.1",
    }
    address, runtime_api = (f"127.0.0.1:{port}" for port in free_ports(2))
    command = [str(emulator), "--log-level", "error"]
    command += ["--runtime-interface-emulator-address", address]
    command += ["--runtime-api-address", runtime_api]
    # -S: nothing of this machine's site-packages, as in Lambda.
    command += [str(python), "-S", "-m", "awslambdaric", "app.handler"]
    process = subprocess.Popen(command, cwd=built / name, env=environment, stdout=log, stderr=log)
    try:
        yield EmulatedFunction(f"http://{address}/{INVOCATIONS}", process.pid)
    finally:
        process.terminate()
        process.wait()
