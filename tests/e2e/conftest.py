"""Both functions as Lambda would run them: built by sam, under Python 3.13, in AWS's emulator."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.http_api import HttpApi
from local.queue_loop import QueueLoop
from local.stack import Stack
from tests import queues
from tests.emulator import EmulatedFunction, running_function
from tests.lambda_platform import find_emulator, find_python313


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
    with running_function("PhotoReaderFunction", stack, *machine) as function:
        yield function


@pytest.fixture(scope="session")
def emulated_api_function(stack: Stack, machine: tuple[Path, Path]) -> Iterator[EmulatedFunction]:
    with running_function("ApiFunction", stack, *machine) as function:
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
    """The way from the queue to the function; nothing is in the queue or among its dead letters."""
    queues.purge(stack)
    return QueueLoop(stack.queue_url, emulated_photo_reader)  # type: ignore[arg-type]
