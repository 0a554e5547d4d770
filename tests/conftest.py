"""One local stack for the whole run, and the real functions around it."""

import threading
from collections.abc import Iterator

import cv2
import pytest

from local.front import Front
from local.functions import LocalFunction
from local.http_api import HttpApi
from local.queue_loop import QueueLoop
from local.stack import Stack, running_stack
from tests import queues
from tests.ports import free_ports
from vinreader.store import ReadingStore

cv2.setNumThreads(1)  # the processes that share the tests fill the cores


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as "told": they may run in a process without a terminal."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, line in report.user_properties:
            if name == "told":
                terminalreporter.write_line(str(line))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """S3, SQS and DynamoDB over HTTP on this machine; the environment points at them."""
    with running_stack() as running:
        yield running


@pytest.fixture(scope="session")
def photo_reader(stack: Stack) -> LocalFunction:
    """The real handler, with the reader and the models of this repository."""
    return LocalFunction("photo_reader")


@pytest.fixture(scope="session")
def api(stack: Stack) -> HttpApi:
    """The real handler of the API behind the local gateway."""
    return HttpApi(LocalFunction("api"))


@pytest.fixture
def queue(stack: Stack, photo_reader: LocalFunction) -> QueueLoop:
    """The way from the queue to the function; nothing is in the queue or among its dead letters."""
    queues.purge(stack)
    return QueueLoop(stack.queue_url, photo_reader)


@pytest.fixture(scope="module")
def address(api: HttpApi, stack: Stack, photo_reader: LocalFunction) -> Iterator[str]:
    """Where the pages and the API are, as `make serve` has them: photos of the bucket are read in
    the background."""
    queues.purge(stack)
    loop = QueueLoop(stack.queue_url, photo_reader)
    with Front(api, 0, stack.endpoint) as front, loop.serving():
        thread = threading.Thread(target=front.serve_forever)
        thread.start()
        yield front.address
        front.shutdown()
        thread.join()


@pytest.fixture
def unreachable_store(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> ReadingStore:
    """A store at an address where nobody listens."""
    (port,) = free_ports(1)
    with monkeypatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        store = ReadingStore(stack.table, retention_days=1)
        assert str(port) in store.client.meta.endpoint_url  # made here, and kept
    return store
