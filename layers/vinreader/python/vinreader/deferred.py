"""A reader that is loaded when a photo needs it: most requests of the API need none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vinreader.models import ModelFiles
from vinreader.region import Region
from vinreader.results import Reading

if TYPE_CHECKING:
    from vinreader.reader import Reader

__all__ = ["DeferredReader"]


class DeferredReader:
    """A `Reader` with the models of a folder, which the first call loads: NumPy, OpenCV and ONNX
    Runtime come with it, and none of them before.

    Raises:
        MissingModel: a model file is not there; that is found out at once.
    """

    def __init__(self, models_dir: Path, threads: int) -> None:
        ModelFiles.of(models_dir)
        self.models_dir = models_dir
        self.threads = threads
        self._reader: Reader | None = None

    def load(self) -> Reader:
        """The reader; ahead of the first photo, where nobody waits for it."""
        from vinreader.reader import Reader

        if self._reader is None:
            self._reader = Reader.load(self.models_dir, self.threads)
        return self._reader

    def read(self, data: bytes, region: Region | None = None) -> Reading:
        """As `Reader.read`."""
        return self.load().read(data, region)
