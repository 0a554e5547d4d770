"""How makers fill the positions that ISO 3779 leaves to them, where a number shows it by itself.

Two groups write fillers that mark numbers built their way. Ford of Europe: XX in positions 5 and 6,
then a letter each for the country and the plant (its service manuals print the tables). Volkswagen
outside of North America: ZZZ in positions 4 to 6, then in position 9 another Z or, on some lines, a
check digit; so it is in all such numbers on the photos that the models were made with.
"""

from __future__ import annotations

from vinreader.results import CheckDigit
from vinreader.vin import CHECK_POSITION, verdict

__all__ = ["FORD_OF_EUROPE", "departures"]

FORD_OF_EUROPE = frozenset({"NM0", "SFA", "TW2", "UN1", "VS6", "WF0", "X9F", "XLC", "Z6F"})
_FORD_FILLER, _FORD_LETTERS = (4, "XX"), (6, 7)
_VOLKSWAGEN_FILLER = (3, "ZZZ")


def departures(vin: str) -> tuple[int, ...]:
    """Positions, from 1, at which a well-formed number departs from how its maker builds numbers;
    none where it is not known to be built in such a way."""
    if vin[:3] in FORD_OF_EUROPE and vin.startswith(_FORD_FILLER[1], _FORD_FILLER[0]):
        return tuple(place + 1 for place in _FORD_LETTERS if vin[place].isdigit())
    filled = vin.startswith(_VOLKSWAGEN_FILLER[1], _VOLKSWAGEN_FILLER[0])
    if filled and vin[CHECK_POSITION] != "Z" and verdict(vin) is not CheckDigit.VALID:
        return (CHECK_POSITION + 1,)
    return ()
