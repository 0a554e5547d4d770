"""The built stack in containers, as `sam local` runs it, around a local stack that they reach."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import urllib3

from local.stack import REGION, Stack
from tests.containers import Engine
from tests.lambda_platform import build_stack
from tests.ports import free_ports


@dataclass(frozen=True)
class LocalApi:
    """`sam local start-api`, listening."""

    url: str

    def request(self, event: dict[str, Any]) -> dict[str, Any]:
        """Send what an event of the gateway tells of; the answer, as a function would put it."""
        http = event["requestContext"]["http"]
        query = f"?{event['rawQueryString']}" if event["rawQueryString"] else ""
        headers, body = _content(event)
        answer = urllib3.request(
            http["method"],
            f"{self.url}{event['rawPath']}{query}",
            headers=headers,
            body=body,
            retries=False,
            timeout=None,
        )
        return {"statusCode": answer.status, "body": answer.data.decode()}


@dataclass(frozen=True)
class SamLocal:
    """`sam local` for the stack that `sam build` made.

    Args:
        settings: a file for `--env-vars`.
    """

    engine: Engine
    settings: Path

    def invoke(self, function: str, event: Path) -> dict[str, Any]:
        """`sam local invoke`: a container of its own for one event."""
        command = self._command("invoke", function, "--event", str(event))
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, check=False
        )
        sys.stderr.write(done.stderr)
        assert done.returncode == 0, f"sam ended with code {done.returncode}:\n{done.stderr}"
        answer: dict[str, Any] = json.loads(done.stdout)
        assert "errorMessage" not in answer, answer
        return answer

    @contextmanager
    def serving(self) -> Iterator[LocalApi]:
        """`sam local start-api`, with one container for all requests."""
        (port,) = free_ports(1)
        command = self._command("start-api", "--port", str(port), "--warm-containers", "LAZY")
        service = subprocess.Popen(command, env=self._environment())
        try:
            while not _listens(port):
                assert service.poll() is None, f"sam ended with code {service.returncode}"
                time.sleep(0.1)
            yield LocalApi(f"http://127.0.0.1:{port}")
        finally:
            service.terminate()  # which it hears, and takes its container away
            service.wait()

    def _command(self, *arguments: str) -> list[str]:
        sam = str(Path(sys.executable).with_name("sam"))
        command = [sam, "local", *arguments, "--template", str(build_stack() / "template.yaml")]
        command += ["--env-vars", str(self.settings), "--region", REGION, "--skip-pull-image"]
        if self.engine.gateway:
            command += ["--add-host", f"{self.engine.host}:{self.engine.gateway}"]
        return command

    def _environment(self) -> dict[str, str]:
        return os.environ | {"DOCKER_HOST": self.engine.address, "SAM_CLI_TELEMETRY": "0"}


def write_settings(stack: Stack, engine: Engine, folder: Path) -> Path:
    """The variables that functions in containers get in place of the template's own."""
    within = urlsplit(stack.endpoint)
    outside = f"{within.scheme}://{engine.host}:{within.port}"
    variables = {
        "AWS_ENDPOINT_URL": outside,
        "PHOTOS_BUCKET": stack.bucket,
        "READINGS_TABLE": stack.table,
        "IDEMPOTENCY_TABLE": stack.idempotency_table,
        "DEAD_LETTER_QUEUE_URL": stack.dead_letter_url.replace(stack.endpoint, outside),
    }
    path = folder / "env.json"
    path.write_text(json.dumps({"Parameters": variables}))
    return path


def _content(event: dict[str, Any]) -> tuple[dict[str, str], bytes]:
    """Headers and body. `sam local` hands no bytes over, only text: a photo goes as JSON."""
    kept = ("accept", "content-type", "if-match", "idempotency-key")
    headers = {name: value for name, value in event["headers"].items() if name in kept}
    text = event.get("body", "")
    body = base64.b64decode(text) if event["isBase64Encoded"] else text.encode()
    try:
        body.decode()
    except UnicodeDecodeError:
        return headers | {"content-type": "application/json"}, json.dumps({"photo": text}).encode()
    return headers, body


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
