"""docs/integration.md holds: every block of it runs, in its order, against the stack."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.photos import SAMPLE, sample_vin

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "integration.md"
CORRECTED = "1M8GDM9AXKP042788"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a photo lies, as an app has one."""
    shutil.copy(SAMPLE, tmp_path / "photo.jpg")
    return tmp_path


def blocks(language: str) -> str:
    """All code of the page in one language, in its order."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    assert found
    return "\n".join(found)


def run(command: list[str], folder: Path, **environment: str) -> list[str]:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()


def expect_read_and_corrected(told: list[str]) -> None:
    status, vin, confidence, *_, corrected, by = told
    assert (status, vin) == ("read", sample_vin())
    assert 0.9 < float(confidence) < 1
    assert (corrected, by) == (CORRECTED, "local-user")


def test_every_call_stands_there_in_both_ways() -> None:
    text = PAGE.read_text("utf-8")
    calls = re.split(r"^## \d\. ", text, flags=re.M)[1:]
    assert len(calls) == 5
    for call in calls:
        part = call.partition("\n## ")[0]
        assert part.count("```sh\n") == part.count("```python\n") == 1
        assert "curl" in part


def test_with_curl(address: str, folder: Path) -> None:
    bash, missing = shutil.which("bash"), [one for one in ("curl", "jq") if not shutil.which(one)]
    if missing or bash is None:
        pytest.skip(f"not on this machine: {', '.join(missing) or 'bash'}")
    script = f"set -euo pipefail\n{blocks('sh')}"
    expect_read_and_corrected(run([bash, "-c", script], folder, API=address))
    with Image.open(folder / "picture.jpg") as picture, Image.open(SAMPLE) as plain:
        assert picture.height > plain.height, "the picture has a caption"


def test_with_python(address: str, folder: Path) -> None:
    expect_read_and_corrected(run([sys.executable, "-c", blocks("python")], folder, API=address))
    with Image.open(folder / "plain.jpg") as picture, Image.open(SAMPLE) as plain:
        assert picture.size == plain.size


def test_a_client_is_made_of_the_document(address: str, folder: Path) -> None:
    generator = Path(sys.executable).with_name("openapi-python-client")
    if not generator.exists():
        pytest.skip("openapi-python-client is not installed (make setup)")
    makefile = (ROOT / "Makefile").read_text()
    recipe = re.search(r"\$\(BIN\)/openapi-python-client (generate .*?)\n\n", makefile, re.S)
    assert recipe
    options = recipe[1].replace("\\\n", " ").replace("build/client", str(folder)).split()
    for file in ("docs/openapi.json", "local/client.yaml"):
        options[options.index(file)] = str(ROOT / file)
    made = subprocess.run([generator, *options], cwd=folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    code = blocks("python client")
    told = run([sys.executable, "-c", code], folder, API=address, PYTHONPATH=str(folder))
    assert told[0] == "valid"
    assert told[-3:] == ["read", sample_vin(), "17"]
