"""`python -m local`, as a person calls it."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import urllib3
from PIL import Image

from tests.photos import SAMPLE, sample_vin

ROOT = Path(__file__).parents[2]
HTTP = urllib3.PoolManager(retries=False)


def local(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "local", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_run_reads_the_sample_photo_and_draws_the_picture(tmp_path: Path) -> None:
    done = local("run", "--output", tmp_path)
    assert done.returncode == 0, done.stderr
    assert re.search(rf"^  VIN +{sample_vin()}$", done.stdout, re.MULTILINE)
    assert re.search(r"^  status +read$", done.stdout, re.MULTILINE)
    path = tmp_path / "synthetic-sticker-annotated.jpg"
    assert done.stdout.endswith(f"The annotated picture: {path}\n")
    picture = np.asarray(Image.open(path))
    plain = np.asarray(Image.open(SAMPLE))
    assert picture.shape[1] >= plain.shape[1]
    assert picture.shape != plain.shape or np.abs(picture.astype(int) - plain).max() > 100


def test_run_rejects_what_is_no_photo(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear reader")
    done = local("run", "--photo", file, "--output", tmp_path / "none")
    assert done.returncode == 1
    assert re.search(r"^  status +rejected$", done.stdout, re.MULTILINE)
    assert "The file is not a JPEG, PNG, WebP, BMP, HEIC or AVIF image." in done.stdout
    assert not (tmp_path / "none").exists()


def test_run_names_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = local("run", "--photo", tmp_path / "nothing.jpg")
    assert done.returncode == 1
    assert done.stderr == f"There is no file {tmp_path / 'nothing.jpg'}.\n"


def test_serve_says_that_its_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = local("serve", "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"Port {port} cannot be used (Address already in use).\n"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of `serve`, which a Ctrl-C ends."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "local", "serve", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
    assert address
    yield address[0]
    process.send_signal(signal.SIGINT)
    rest = process.stdout.read()
    assert process.wait() == 0
    assert rest.endswith("Stopped.\n")


def test_pages_are_shown_and_nothing_beside_them(server: str) -> None:
    for path, title in (("/", "<title>VIN Reader</title>"), ("/desk.html?code=1", "Review desk")):
        page = HTTP.request("GET", server + path)
        assert page.status == 200
        assert title in page.data.decode()
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    script = HTTP.request("GET", f"{server}/js/capture.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    for path in ("/js", "/../pyproject.toml", "/js/../../../pyproject.toml", "/nothing.html"):
        assert HTTP.request("GET", server + path).status == 404


def test_the_document_and_swagger_ui_are_shown(server: str) -> None:
    document = HTTP.request("GET", f"{server}/openapi.json")
    assert document.json() == json.loads((ROOT / "docs/openapi.json").read_text())
    page = HTTP.request("GET", f"{server}/docs")
    assert page.status == 200
    assert b"SwaggerUIBundle" in page.data


def test_photo_is_read_over_http(server: str) -> None:
    headers = {"content-type": "image/jpeg"}
    answer = HTTP.request("POST", f"{server}/readings", body=SAMPLE.read_bytes(), headers=headers)
    assert answer.status == 201
    assert answer.json()["vin"] == sample_vin()
    again = HTTP.request("GET", server + answer.headers["Location"])
    assert (again.status, again.json()["vin"]) == (200, sample_vin())


def test_uploaded_photo_is_read_in_the_background(server: str) -> None:
    place = HTTP.request("POST", f"{server}/uploads").json()
    fields = {**place["upload"]["fields"], "file": ("a.jpg", SAMPLE.read_bytes(), "image/jpeg")}
    assert HTTP.request("POST", place["upload"]["url"], fields=fields).status == 204
    reading = {"status": "pending"}
    while reading["status"] == "pending":
        reading = HTTP.request("GET", f"{server}/readings/{place['reading_id']}").json()
    assert (reading["status"], reading["vin"]) == ("read", sample_vin())


def test_refusals_come_through(server: str) -> None:
    body = json.dumps({"photo": "eA=="})
    headers = {"content-type": "application/json"}
    refused = HTTP.request("POST", f"{server}/readings", body=body, headers=headers)
    assert refused.status == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    large = HTTP.request("POST", f"{server}/readings", body=b"x" * (10 * 2**20 + 1))
    assert large.status == 413
    chunked = HTTP.request("POST", f"{server}/readings", body=iter([b"x"]))
    assert chunked.status == 411
