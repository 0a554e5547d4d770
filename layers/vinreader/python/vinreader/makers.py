"""How makers fill the positions that ISO 3779 leaves to them, where a number shows it by itself.

Two groups write fillers that mark numbers built their way. Ford of Europe: XX in positions 5 and 6,
then a letter each for the country and the plant (its service manuals print the tables). Volkswagen
outside of North America: ZZZ in positions 4 to 6, then in position 9 another Z or, on some lines, a
check digit; so it is in all such numbers on the photos that the models were made with.

A third group writes the check digit on all vehicles, though no law where they are sold demands it.
Here are makers of which those photos clearly show five different numbers or more, all with it.
"""

from __future__ import annotations

from vinreader.results import CheckDigit
from vinreader.vin import CHECK_POSITION, verdict

__all__ = ["FORD_OF_EUROPE", "carries_check_digit", "departures"]

FORD_OF_EUROPE = frozenset({"NM0", "SFA", "TW2", "UN1", "VS6", "WF0", "X9F", "XLC", "Z6F"})
_COUNTRY_AND_PLANT = (6, 7)
_ZZZ = "ZZZ"
_CHECKED = frozenset({"TMB", "WBA", "XW7", "XW8", "XZG", "Y4K", "YS3"})
"""Škoda, BMW, Toyota and Volkswagen in Russia, Haval, Geely in Belarus, Saab."""


def carries_check_digit(vin: str) -> bool:
    """Whether the maker of a number is known to write a check digit that no law demands."""
    return vin[:3] in _CHECKED and vin[3:6] != _ZZZ


def departures(vin: str) -> tuple[int, ...]:
    """Positions, from 1, at which a well-formed number departs from how its maker builds numbers;
    none where it is not known to be built in such a way."""
    if vin[:3] in FORD_OF_EUROPE and vin[4:6] == "XX":
        return tuple(place + 1 for place in _COUNTRY_AND_PLANT if vin[place].isdigit())
    checked = carries_check_digit(vin) or (vin[3:6] == _ZZZ and vin[CHECK_POSITION] != "Z")
    if checked and verdict(vin) is not CheckDigit.VALID:
        return (CHECK_POSITION + 1,)
    return ()
