"""Where the two networks lie, and which they are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DEFAULT_MODELS_DIR", "MissingModel", "ModelFiles"]

DEFAULT_MODELS_DIR = Path(__file__).resolve().parents[2] / "models"
"""Beside `python/`, both in the repository and in Lambda, where the layer unpacks to `/opt`."""


class MissingModel(FileNotFoundError):
    """A network is not where it should be; the message names the file."""


@dataclass(frozen=True)
class ModelFiles:
    """The detector (`craft.onnx`) and the recogniser (`yolo.onnx`) of one folder."""

    craft: Path
    yolo: Path

    @classmethod
    def of(cls, models_dir: Path) -> ModelFiles:
        """Raises `MissingModel` where one of the two is not there."""
        files = cls(craft=models_dir / "craft.onnx", yolo=models_dir / "yolo.onnx")
        for file in (files.craft, files.yolo):
            if not file.is_file():
                raise MissingModel(f"There is no model {file}.")
        return files

    def digests(self) -> dict[str, str]:
        """What `Reading.models` carries, so that a reading can be traced to the networks behind it:
        `{"craft": "sha256:…", "yolo": "sha256:…"}`."""
        return {name: _digest(file) for name, file in (("craft", self.craft), ("yolo", self.yolo))}


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
