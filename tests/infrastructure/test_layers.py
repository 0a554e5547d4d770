"""The layers as `sam build` makes them: small enough for Lambda, and whole under its Python."""

from __future__ import annotations

import io
import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image

from tests.lambda_platform import FUNCTIONS, LAYERS

LAMBDA_LIMIT = 262_144_000
"""Bytes that a function and its layers may have together, unzipped."""

BUDGET = 210_000_000
"""Bytes that we allow them: less is there sooner when a process starts."""


USE_WHAT_IS_LEFT = """
import io, sys, cv2, numpy, onnxruntime, vininfo, vinreader, zxingcpp
import aws_lambda_powertools.event_handler, aws_lambda_powertools.utilities.batch
from aws_lambda_powertools.utilities.parser import BaseModel
from PIL import Image, ImageFont
from vinreader.photo import open_photo

assert "pillow_heif" not in sys.modules
assert abs(open_photo(sys.stdin.buffer.read()) - 200.0).max() < 3
photo = numpy.full((16, 16, 3), 200, numpy.uint8)
for kind in "JPEG", "PNG", "WEBP", "AVIF", "BMP":
    file = io.BytesIO()
    Image.fromarray(photo).save(file, kind)
    assert abs(open_photo(file.getvalue()) - 200.0).max() < 3
    if kind != "AVIF":
        found = cv2.imdecode(numpy.frombuffer(file.getvalue(), numpy.uint8), 1)
        assert abs(found - 200.0).max() < 3
assert ImageFont.load_default(20).getlength("VIN") > 20
quad = numpy.array([[0, 0], [9, 1], [8, 7], [1, 6]], numpy.float32)
there = cv2.getPerspectiveTransform(quad, quad[::-1].copy())
assert numpy.allclose(cv2.perspectiveTransform(quad[None], there)[0], quad[::-1], atol=1e-4)
cv2.getPerspectiveTransform(quad[:1].repeat(4, 0), quad)  # without an inverse
assert numpy.allclose(numpy.linalg.inv(numpy.eye(3) * 2), numpy.eye(3) / 2)
assert numpy.random.default_rng(0).integers(10) == 8
assert BaseModel.__module__.startswith("pydantic")
assert onnxruntime.get_available_providers()[-1] == "CPUExecutionProvider"
assert vininfo.Vin("1M8GDM9AXKP042788").country == "United States"
code = zxingcpp.create_barcode("1M8GDM9AXKP042788", zxingcpp.BarcodeFormat.Code39)
drawn = numpy.array(zxingcpp.write_barcode_to_image(code, scale=2))
from vinreader.barcodes import BarcodeReader
assert [claim.vin for claim in BarcodeReader().read(drawn)] == ["1M8GDM9AXKP042788"]
print(vinreader.__version__, vinreader.__file__)
"""


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_layers_and_each_function_fit_into_lambda(
    built: Path, record_property: Callable[[str, object], None]
) -> None:
    sizes = {name: size(built / name) for name in (*LAYERS, *FUNCTIONS)}
    for name, weight in sizes.items():
        record_property("told", f"  {name:<22}{weight:>13,} bytes")
    allowed = f"{BUDGET:>13,} bytes, and by Lambda {LAMBDA_LIMIT:,}"
    record_property("told", f"  {'allowed together':<22}{allowed}")
    for weight, file in largest(built, 10):
        record_property("told", f"  {weight:>35,} bytes  {file}")
    for function in FUNCTIONS:
        together = sum(sizes[layer] for layer in LAYERS) + sizes[function]
        assert sizes[function] > 0
        assert together <= BUDGET <= LAMBDA_LIMIT, f"{function} with layers: {together:,} bytes"


def largest(built: Path, count: int) -> list[tuple[int, Path]]:
    """The largest files of the layers, the largest first."""
    files = [path for layer in LAYERS for path in (built / layer).rglob("*") if path.is_file()]
    sizes = [(path.stat().st_size, path.relative_to(built)) for path in files]
    return sorted(sizes, reverse=True)[:count]


LIST_BYTECODE = """
import sys
import aws_lambda_powertools.event_handler, vinreader.reader
for module in list(sys.modules.values()):
    if "Layer" in (getattr(module, "__file__", None) or "") and module.__file__.endswith(".py"):
        with open(module.__spec__.cached, "rb") as bytecode:
            print(module.__name__, bytecode.read(8)[4:].hex())
"""


def test_nothing_is_compiled_when_a_process_starts(built: Path, python313: Path) -> None:
    modules = in_lambda_s_python(built, python313, LIST_BYTECODE).splitlines()
    assert len(modules) > 200
    # Not checked against the source (PEP 552): its time is another one after each deployment.
    assert {line.split()[1] for line in modules} == {"01000000"}


def test_the_reader_s_layer_holds_the_package_and_the_models(built: Path, root: Path) -> None:
    layer = built / "VinReaderLayer"
    source = root / "layers/vinreader"
    expected = [
        path.relative_to(source)
        for path in (source / "python/vinreader").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    expected += [Path("models/craft.onnx"), Path("models/yolo.onnx")]
    shipped = [
        path.relative_to(layer)
        for path in layer.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert sorted(shipped) == sorted(expected)
    for file in shipped:
        assert (layer / file).read_bytes() == (source / file).read_bytes(), file


def test_the_layers_work_under_lambda_s_python(built: Path, python313: Path) -> None:
    answer = in_lambda_s_python(built, python313, USE_WHAT_IS_LEFT, grey_heic())
    assert answer.split()[1] == str(built / "VinReaderLayer/python/vinreader/__init__.py")


def in_lambda_s_python(built: Path, python: Path, program: str, data: bytes = b"") -> str:
    """What a program prints that has the layers and nothing else."""
    folders = [built / layer / "python" for layer in LAYERS]
    run = subprocess.run(
        # -S: nothing of this machine's site-packages, as in Lambda.
        [str(python), "-S", "-B", "-c", program],
        env={"PYTHONPATH": ":".join(map(str, folders)), "HOME": str(built)},
        input=data,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode()


def grey_heic() -> bytes:
    """A photo as iPhones send it, which the layer can read and not write."""
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), (200, 200, 200))).save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    "unused", ["avcodec", "avformat", "crypto", "openblas", "ssl", "vpx", "x265", "xcb"]
)
def test_libraries_that_no_photo_needs_are_left_out(built: Path, unused: str) -> None:
    libraries = built / "DependenciesLayer" / "python"
    assert not list(libraries.glob(f"*.libs/lib{unused}-*"))


def test_pages_that_lambda_does_not_show_are_left_out(built: Path) -> None:
    ui = built / "DependenciesLayer/python/aws_lambda_powertools/event_handler/openapi/swagger_ui"
    files = [path for path in ui.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} - {".pyc"} == {".py"}


def test_lambda_gets_the_versions_that_are_tested(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    tested = dict(
        re.findall(r"^([\w-]+)(?:\[\w+\])?==(\S+)$", "\n".join(project["dependencies"]), re.M)
    )
    lines = (root / "layers/dependencies/requirements.txt").read_text().splitlines()
    shipped = dict(line.split("==") for line in lines if not line.startswith("#"))
    needed = {
        "onnxruntime",
        "numpy",
        "opencv-python-headless",
        "pillow",
        "pillow-heif",
        "zxing-cpp",
    }
    assert set(tested) >= needed
    assert {name: shipped.get(name) for name in tested} == tested
