"""What SnapStart asks for: the hooks that the functions register, called as Lambda does."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import ModuleType
from typing import Any

import boto3
import pytest
import snapshot_restore_py

from local.stack import Stack
from tests.lambda_platform import ROOT
from tests.photos import SAMPLE, sample_vin
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.reader import Reader
from vinreader.snapshot import NotReady, prepare_for_snapshot, warm_up

Hook = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Hook], list[Hook]]:
    """Empty registries: before the snapshot, after the restore."""
    before: list[Hook] = []
    after: list[Hook] = []
    monkeypatch.setattr(snapshot_restore_py, "_before_snapshot_registry", before)
    monkeypatch.setattr(snapshot_restore_py, "_after_restore_registry", after)
    return before, after


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.load(DEFAULT_MODELS_DIR)


def call(hooks: list[Hook]) -> None:
    """As Lambda's runtime does before a snapshot; after it, in the other order."""
    for function, positional, named in reversed(hooks):
        function(*positional, **named)


class Server:
    """An HTTP server that keeps connections open and counts them."""

    def __init__(self) -> None:
        self.connections = 0
        self.keys: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                server.connections += 1
                super().setup()

            def do_GET(self) -> None:
                body = b""
                if self.path == "/credentials":
                    body = json.dumps(server.credentials()).encode()
                self.answer(body)

            def do_HEAD(self) -> None:
                server.keys.append(self.headers["Authorization"].split("=")[1].split("/")[0])
                self.answer(b"")

            def answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"
        self.given = 0

    def credentials(self) -> dict[str, str]:
        """As Lambda gives them to a function with SnapStart; the first are soon over."""
        self.given += 1
        end = datetime.now(UTC) + timedelta(minutes=1 if self.given == 1 else 300)
        return {
            "AccessKeyId": f"KEY{self.given}",
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": end.isoformat(),
        }


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    thread = Thread(target=started.http.serve_forever)
    thread.start()
    yield started
    started.http.shutdown()
    thread.join()
    started.http.server_close()


def test_no_connection_outlives_the_snapshot(
    reader: Reader, hooks: tuple[list[Hook], list[Hook]], server: Server
) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=server.address,
        region_name="eu-central-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )
    prepare_for_snapshot(reader, [client])
    for _ in range(2):
        client.head_object(Bucket="photos", Key="a")
    assert server.connections == 1
    call(hooks[0])
    for _ in range(2):
        client.head_object(Bucket="photos", Key="a")
    assert server.connections == 2


def test_credentials_of_the_snapshot_are_not_used_when_their_time_is_over(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{server.address}/credentials")
    session = boto3.Session(region_name="eu-central-1")
    client = session.client("s3", endpoint_url=server.address)
    assert server.given == 1, "at the start, so that they are in the snapshot"
    client.head_object(Bucket="photos", Key="a")
    assert server.keys == ["KEY2"]


def test_no_two_processes_share_their_chances(
    reader: Reader, hooks: tuple[list[Hook], list[Hook]]
) -> None:
    prepare_for_snapshot(reader, [])
    snapshot = random.getstate()
    drawn = set()
    for _ in range(3):
        random.setstate(snapshot)
        for function, positional, named in hooks[1]:
            function(*positional, **named)
        drawn.add(random.random())
    assert len(drawn) == 3


def test_the_first_photo_loads_nothing_more() -> None:
    # In a process of its own: here, other tests have loaded everything.
    program = """
import sys
from vinreader.reader import Reader
from vinreader.snapshot import warm_up
late = {"pillow_heif", "PIL.WebPImagePlugin", "PIL.AvifImagePlugin", "vinreader.annotate"}
reader = Reader.load()
assert not late & set(sys.modules)
warm_up(reader)
assert late <= set(sys.modules)
loaded = set(sys.modules)
print(reader.read(open(sys.argv[1], "rb").read()).vin)
print(sorted(set(sys.modules) - loaded))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program, str(SAMPLE)], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines() == [sample_vin(), "[]"]


def test_no_version_is_published_that_cannot_read(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm_up(reader)
    monkeypatch.setattr(reader.detector, "steps", lambda _photo: iter([()]))
    with pytest.raises(NotReady, match="for None"):
        warm_up(reader)


def test_without_lambda_s_library_nothing_is_registered(
    reader: Reader, hooks: tuple[list[Hook], list[Hook]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    prepare_for_snapshot(reader, [])
    assert hooks == ([], [])


@pytest.fixture(params=["photo_reader", "api"])
def app(
    request: pytest.FixtureRequest,
    stack: Stack,
    hooks: tuple[list[Hook], list[Hook]],
    monkeypatch: pytest.MonkeyPatch,
) -> ModuleType:
    """A function loaded once more, beside the one that other tests use, as before a snapshot."""
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    file = ROOT / "functions" / request.param / "app.py"
    spec = importlib.util.spec_from_file_location(f"another_{request.param}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_function_registers_and_works_on(
    app: ModuleType, hooks: tuple[list[Hook], list[Hook]]
) -> None:
    before, after = hooks
    clients = [app.store.client, app.bucket.client]
    if "api" in app.__name__:
        clients += [app.records.layer.client]
    else:
        clients += [app.dead_letters.client]
    functions: list[Any] = [function for function, _, _ in before]
    assert functions[0] is warm_up
    assert {id(function.__self__) for function in functions[1:]} == {id(one) for one in clients}
    assert len(functions) == 1 + len(clients)
    call(before)
    for function, positional, named in after:
        function(*positional, **named)
    assert app.reader.read(SAMPLE.read_bytes()).vin == sample_vin()
    assert app.store.table.item("00000000-0000-4000-8000-000000000000") is None
