"""Both functions as Lambda would run them: built by sam, under Python 3.13, in AWS's emulator."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from local.functions import FunctionFailed
from local.http_api import HttpApi
from local.queue_loop import QueueLoop
from local.stack import Stack
from tests.lambda_platform import (
    LAYERS,
    build_stack,
    find_emulator,
    find_python313,
    free_port,
    install_runtime,
)

INVOCATIONS = "2015-03-31/functions/function/invocations"
RETRY = urllib3.Retry(connect=10, read=0, backoff_factor=0.1)
"""The emulator listens a moment after it was started."""


@dataclass(frozen=True)
class EmulatedFunction:
    """One function in an emulator of its own; takes the place of a `LocalFunction`."""

    url: str

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """The handler's answer, JSON all the way. Raises `FunctionFailed` for an error of it."""
        answer = urllib3.request(
            "POST", self.url, json=event, retries=RETRY, timeout=urllib3.Timeout(connect=5)
        ).json()
        if "errorMessage" in answer:
            raise FunctionFailed(f"{answer['errorMessage']}\n{answer.get('stackTrace')}")
        return answer


@contextmanager
def _running(name: str, stack: Stack, python: Path, emulator: Path) -> Iterator[EmulatedFunction]:
    """The built function in its emulator; the layers stand where /opt is in Lambda."""
    built = build_stack()
    path = [*(built / layer / "python" for layer in LAYERS), install_runtime()]
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
    address = f"127.0.0.1:{free_port()}"
    command = [str(emulator), "--log-level", "error"]
    command += ["--runtime-interface-emulator-address", address]
    command += ["--runtime-api-address", f"127.0.0.1:{free_port()}"]
    # -S: nothing of this machine's site-packages, as in Lambda.
    command += [str(python), "-S", "-m", "awslambdaric", "app.handler"]
    process = subprocess.Popen(command, cwd=built / name, env=environment)
    try:
        yield EmulatedFunction(f"http://{address}/{INVOCATIONS}")
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def machine() -> tuple[Path, Path]:
    """Python 3.13 and the emulator; skips where one of them is missing."""
    python, emulator = find_python313(), find_emulator()
    if python is None:
        pytest.skip("no Python 3.13 on this machine, which Lambda runs")
    if emulator is None:
        pytest.skip("sam brings Lambda's emulator for Linux on x86_64 only")
    return python, emulator


@pytest.fixture(scope="session")
def emulated_photo_reader(stack: Stack, machine: tuple[Path, Path]) -> Iterator[EmulatedFunction]:
    with _running("PhotoReaderFunction", stack, *machine) as function:
        yield function


@pytest.fixture(scope="session")
def emulated_api_function(stack: Stack, machine: tuple[Path, Path]) -> Iterator[EmulatedFunction]:
    with _running("ApiFunction", stack, *machine) as function:
        yield function


@pytest.fixture(scope="session")
def emulated_api(emulated_api_function: EmulatedFunction) -> HttpApi:
    """The API function behind the local gateway."""
    return HttpApi(emulated_api_function)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def emulated(
    emulated_photo_reader: EmulatedFunction, emulated_api_function: EmulatedFunction
) -> dict[str, EmulatedFunction]:
    """Both functions by their names in template.yaml."""
    return {"PhotoReaderFunction": emulated_photo_reader, "ApiFunction": emulated_api_function}


@pytest.fixture
def emulated_queue(stack: Stack, emulated_photo_reader: EmulatedFunction) -> QueueLoop:
    """The way from the queue to the function, with nothing left in the queue."""
    loop = QueueLoop(stack.queue_url, emulated_photo_reader)  # type: ignore[arg-type]
    while loop.deliver(wait_seconds=0).taken:
        pass
    return loop
