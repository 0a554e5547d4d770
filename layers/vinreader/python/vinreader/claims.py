"""What a bar code's content claims about the VIN, and how much that is worth. No photo needed.

Labels hold more than bare numbers. Code 39 on certification labels often begins with an `I`, which
is the data identifier of a VIN (ANSI MH10.8.2); some end with the check character of Code 39
(ISO/IEC 16388, annex A); matrix codes hold several fields, or an address with the number in it. And
not all that has seventeen characters is a VIN: parts carry serial numbers of that length.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from vininfo.dicts import WMI

from vinreader.results import CheckDigit, Symbology
from vinreader.vin import LENGTH, is_well_formed, mandates_check_digit, model_years, verdict
from vinreader.vin import wmi_known as maker_known

__all__ = ["Claim", "Weight", "claims_of", "may_be_a_vin"]

LONGEST = 20
"""Characters of a code that is a VIN with something added."""

VIN_IDENTIFIER = "I"
"""Says that what follows is a VIN; no VIN holds that letter."""

CODE_39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
"""In the order of their values for the check character."""

MESSAGE_START = "[)>"
"""Of a message by ISO/IEC 15434, whose fields all begin with a data identifier."""

_SERIAL = 4
"""Characters at the end that are digits wherever VINs are made (ISO 3779)."""


class Weight(IntEnum):
    """What a claim can do: each does what those before it do."""

    CONFIRM = 1
    """Somewhere in the content these seventeen characters stand: it can agree with the text."""
    OBJECT = 2
    """The content is this number: where it differs from the text, one of them is wrong."""
    PROVE = 3
    """It is a VIN, and was read right: it needs no text."""


@dataclass(frozen=True)
class Claim:
    """A number that a bar code may hold."""

    vin: str
    weight: Weight


def may_be_a_vin(text: str) -> bool:
    """Whether seventeen characters can be a VIN at all, rather than a serial number of a part.

    A wrong check digit where the law demands one, letters among the last four, no letter at all: no
    vehicle is called so. North American law also wants a model year in position 10.
    """
    return (
        is_well_formed(text)
        and verdict(text) is not CheckDigit.INVALID
        and text[-_SERIAL:].isdigit()
        and not text.isdigit()
        and (not mandates_check_digit(text) or bool(model_years(text)))
    )


def claims_of(content: str, symbology: Symbology) -> tuple[Claim, ...]:
    """What the content of one bar code claims, no number twice."""
    claims: dict[str, Weight] = {}
    for vin, weight in _claims(content, symbology):
        claims[vin] = max(weight, claims.get(vin, weight))
    return tuple(Claim(vin, weight) for vin, weight in claims.items())


def _claims(content: str, symbology: Symbology) -> Iterator[tuple[str, Weight]]:
    content = content.strip(" *")
    if content.startswith(MESSAGE_START):
        yield from _message(content, symbology)
        return
    checked = symbology is not Symbology.CODE_39
    if not checked and _ends_with_its_check_character(content):
        bare = _without_identifier(content[:-1])
        if may_be_a_vin(bare):
            yield bare, _weight(bare, checked=True, alone=True)
    words = re.split(r"[\W_]+", content)
    for word in words:
        bare = _without_identifier(word)
        if may_be_a_vin(bare):
            yield bare, _weight(bare, checked, alone=len(words) == 1)
        elif LENGTH < len(bare) <= LONGEST:
            starts = range(len(bare) - LENGTH + 1)
            parts = [bare[start : start + LENGTH] for start in starts]
            likely = [part for part in parts if may_be_a_vin(part) and _on_record(part)]
            if len(likely) == 1:
                yield likely[0], Weight.CONFIRM


def _message(content: str, symbology: Symbology) -> Iterator[tuple[str, Weight]]:
    """Fields of another identifier are no VINs, even where they look like one."""
    for field in re.split("[^0-9A-Z]+", content):
        if field.startswith(VIN_IDENTIFIER) and may_be_a_vin(field[1:]):
            yield field[1:], _weight(field[1:], symbology is not Symbology.CODE_39, alone=True)


def _weight(vin: str, checked: bool, alone: bool) -> Weight:
    """Whether a number needs the text beside it.

    `checked`: the code has a check of its own, so that it was read right. Code 39 has none: a glint
    can make one character another. Then the number's check digit has to do, which overlooks one
    misread character in eleven, and of those the last four cannot be letters. `alone`: the code
    holds nothing else. A check digit or a maker's code on record says that it is a VIN.
    """
    if verdict(vin) is CheckDigit.VALID:
        return Weight.PROVE if maker_known(vin) else Weight.OBJECT
    return Weight.PROVE if checked and alone and _on_record(vin) else Weight.OBJECT


def _on_record(vin: str) -> bool:
    """Whether a list names the maker by all three characters; two of them fit many a number."""
    return vin[:3] in WMI and maker_known(vin)


def _without_identifier(word: str) -> str:
    bare = word[len(VIN_IDENTIFIER) :]
    return bare if word.startswith(VIN_IDENTIFIER) and len(bare) == LENGTH else word


def _ends_with_its_check_character(content: str) -> bool:
    if not LENGTH < len(content) <= LONGEST or any(symbol not in CODE_39 for symbol in content):
        return False
    return CODE_39[sum(map(CODE_39.index, content[:-1])) % len(CODE_39)] == content[-1]
