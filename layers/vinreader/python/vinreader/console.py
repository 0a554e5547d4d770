"""What people see in the terminal: a table of readings, and a bar while many are being read."""

from __future__ import annotations

from typing import TextIO

from vinreader.results import Reading

__all__ = ["ProgressBar", "ReadingTable", "printable"]


class ReadingTable:
    """Aligned rows, one a reading, each complete as soon as its photo is read."""

    FILE_WIDTH_MAX = 40
    VIN_WIDTH = 17

    def __init__(self, files: list[str]) -> None:
        self._file_width = min(self.FILE_WIDTH_MAX, max(len(file) for file in [*files, "file"]))

    def head(self) -> str:
        """The names of the columns."""
        return self._row("file", "status", "vin", "sure", "advice")

    def row(self, file: str, reading: Reading) -> str:
        """What a person wants to know of `reading`: the error in place of the advice, if any, what
        bar codes say that differ, and the question that would settle it."""
        sure = f"{reading.confidence:.1%}" if reading.vin else ""
        differing = [f"Bar code: {b.vin}." for b in reading.barcodes if b.vin != reading.vin]
        asked = [reading.question.text] if reading.question else []
        told = reading.error or " ".join([*differing, *asked, *reading.advice])
        return self._row(file, reading.status.value, reading.vin or "", sure, told)

    def _row(self, file: str, status: str, vin: str, sure: str, told: str) -> str:
        if len(file) > self._file_width:
            file = "…" + file[1 - self._file_width :]
        row = f"{file:<{self._file_width}}  {status:<9}  {vin:<{self.VIN_WIDTH}}  {sure:>6}  {told}"
        return printable(row.rstrip())


class ProgressBar:
    """A bar on a terminal; silent on anything else and where there is little to wait for."""

    WIDTH = 30
    MANY = 3
    _BACK_AND_CLEAR = "\r\x1b[K"

    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._shown = total >= self.MANY and stream.isatty()

    def show(self, done: int) -> None:
        """Draw the bar with `done` of the total behind it."""
        filled = self.WIDTH * done // self._total
        self._write(f"{'█' * filled}{'░' * (self.WIDTH - filled)} {done}/{self._total}")

    def clear(self) -> None:
        """Wipe the bar, so that a row can be printed in its place."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._shown:
            self._stream.write(self._BACK_AND_CLEAR + text)
            self._stream.flush()


def printable(text: str) -> str:
    """`text` with what UTF-8 cannot say (file names in another encoding) as question marks."""
    return text.encode("utf-8", "replace").decode("utf-8")
