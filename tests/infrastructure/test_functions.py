"""The functions build what is slow to build once, outside their handlers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SHARED = {"Settings.from_environment", "ReadingStore", "PhotoBucket"}
BUILT_ONCE = {
    # Which loads the reader at the start, or with the first photo: tests/unit/test_start.py.
    "api": {*SHARED, "DeferredReader", "RequestRecords"},
    "photo_reader": {*SHARED, "Reader.load"},
}
FUNCTIONS = tuple(BUILT_ONCE)


def calls(nodes: list[ast.stmt]) -> list[str]:
    """Names of everything called in these statements, as written: `Reader.load`."""
    return [
        ast.unparse(node.func)
        for statement in nodes
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_reader_and_clients_are_built_once_outside_the_handler(root: Path, function: str) -> None:
    module = ast.parse((root / "functions" / function / "app.py").read_text())
    assignments = [node for node in module.body if isinstance(node, (ast.Assign, ast.AnnAssign))]
    bodies = [node for node in module.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    at_import = calls(list(assignments))
    for name in BUILT_ONCE[function]:
        assert at_import.count(name) == 1, name
    assert BUILT_ONCE[function].isdisjoint(calls(list(bodies)))
    assert "handler" in {node.name for node in bodies}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_one_file_without_dependencies_of_its_own(root: Path, function: str) -> None:
    files = {path.name for path in (root / "functions" / function).iterdir()} - {"__pycache__"}
    assert files == {"app.py"}


def test_only_settings_touch_the_environment(root: Path) -> None:
    sources = [
        *(root / "layers/vinreader/python/vinreader").rglob("*.py"),
        *(root / "functions").rglob("*.py"),
    ]
    touching = {
        path.name for path in sources if re.search(r"\benviron\b|\bgetenv\b", path.read_text())
    }
    assert touching == {"settings.py"}
