"""Which 17 characters of a general text reader's lines are taken for the VIN.

Such a reader knows nothing of VINs, so the rule is a generous one: it may look anywhere in a line,
forgives the letters that no VIN holds, and uses the check digit to choose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from vinreader.vin import ALPHABET, CHECK_POSITION, LENGTH, check_digit, normalise

__all__ = ["is_checked", "pick"]

LEAST_DIGITS = 3
"""Of the last five characters: the serial number is mostly digits. Without this the warning text of
a sticker would be full of numbers."""
SERIAL = 5
SYMBOLS = frozenset(ALPHABET)
MEANT = str.maketrans("IOQ", "100")


def pick(lines: Iterable[str]) -> str:
    """The VIN among lines of text, empty where there is none.

    Labels such as `VIN:` are dropped, and `*`, blanks and dashes; I, O and Q are read as 1, 0 and
    0. Of all runs of 17 characters of the alphabet in a line, the best has a matching
    check digit; then, is a whole line; then, ends in four digits; then, comes first. Two lines that
    follow each other are tried as one where none of them alone holds a number.
    """
    found = list(lines)
    for candidates in (found, [one + two for one, two in pairwise(found)]):
        windows = [window for line in candidates for window in _windows(_meant(line))]
        if windows:
            return max(windows, key=lambda told: told[0])[1]
    return ""


def is_checked(vin: str) -> bool:
    """Whether the ninth character is the check digit of the others, demanded of every maker."""
    return bool(vin) and vin[CHECK_POSITION] == check_digit(vin)


def _meant(line: str) -> str:
    return normalise(line).translate(MEANT)


def _windows(line: str) -> Iterator[tuple[tuple[bool, bool, bool], str]]:
    """Each run of 17 that may be a VIN, with how good it looks."""
    for start in range(len(line) - LENGTH + 1):
        vin = line[start : start + LENGTH]
        if not SYMBOLS.issuperset(vin):
            continue
        if sum(symbol.isdigit() for symbol in vin[-SERIAL:]) < LEAST_DIGITS:
            continue
        yield (is_checked(vin), len(line) == LENGTH, vin[-4:].isdigit()), vin
