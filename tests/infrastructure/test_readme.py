"""What the README tells people to type and to open is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any


def test_every_make_target_it_names_exists(root: Path) -> None:
    readme = (root / "README.md").read_text()
    code = re.findall(r"```sh\n(.*?)```|`([^`\n]+)`", readme, re.S)
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)", "\n".join(map("\n".join, code))))
    targets = set(re.findall(r"^([a-z-]+):", (root / "Makefile").read_text(), re.M))
    assert {"run", "test", "serve", "setup"} <= named <= targets


def test_every_file_it_links_or_names_exists(root: Path) -> None:
    readme = (root / "README.md").read_text()
    linked = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme)
    named = re.findall(r"`((?:events|functions|layers|tests|local)/[\w./-]*\w)`", readme)
    assert len(named) > 8
    missing = [path for path in [*linked, *named] if not (root / path).exists()]
    assert missing == []


def test_what_it_says_of_the_stack_holds(template: dict[str, Any], root: Path) -> None:
    readme = (root / "README.md").read_text()
    days = {
        name: template["Parameters"][name]["Default"]
        for name in ("PhotoRetentionDays", "RetentionDays")
    }
    assert (
        f"deleted after {days['PhotoRetentionDays']} days, readings after {days['RetentionDays']}"
        in readme
    )
    redrive = template["Resources"]["PhotosQueue"]["Properties"]["RedrivePolicy"]
    assert redrive["maxReceiveCount"] == 5
    assert "fails five times" in readme
