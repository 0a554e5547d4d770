"""The number itself: alphabet, check digit, what it says about the vehicle. Pure, no photo needed.

Rules: ISO 3779 and 49 CFR 565. A *well-formed* VIN has 17 characters of `ALPHABET`; everything
here but `normalise` and `validate` expects one and raises `InvalidVin` on anything else. Makers and
countries are from `vininfo`, loaded when one is asked for: a reading that is fetched has them.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

from vinreader.results import CheckDigit, Vehicle

__all__ = [
    "ALPHABET",
    "CHECK_POSITION",
    "LENGTH",
    "VALUES",
    "WEIGHTS",
    "InvalidVin",
    "check_digit",
    "describe",
    "differing",
    "is_well_formed",
    "mandates_check_digit",
    "model_years",
    "normalise",
    "validate",
    "verdict",
    "wmi_known",
]

ALPHABET = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
"""The 33 symbols of a VIN, in the order of the recogniser's classes."""

LENGTH = 17
CHECK_POSITION = 8
"""Index (from 0) of the check digit, the ninth character."""

VALUES = dict(zip(ALPHABET, map(int, "012345678912345678123457923456789"), strict=True))
"""Transliteration of each symbol for the check sum (49 CFR 565.15, table III)."""

WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
"""Weight of each position in the check sum (49 CFR 565.15, table IV)."""

_NORTH_AMERICA = frozenset("12345")
_CHECK_DIGIT_MANDATED = _NORTH_AMERICA | {"L"}  # and China, GB 16735

_MEANT = {"I": "1", "O": "0", "Q": "0"}
"""The letters a VIN never holds, and the digit each is mistaken for."""

_LABEL = re.compile(r"[\W_]*V[\W_]*I[\W_]*N\b(?:[\W_]*(?:NO|NR|NUM|NUMBER|CODE)\b)?")
"""`VIN:`, `V.I.N.`, `*VIN*`, `VIN No.`; safe to drop, for no VIN contains an I."""

_BARE_LABEL = re.compile(r"^(?:VIN)+|(?:VIN)+$")
"""What is left of labels once the separators are gone: `VIN1M8…`, `*VIN*` behind the number."""

_MOST_COMPLAINTS = 3
"""How many wrong positions are spelt out for people."""

_YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"
"""Position 10, from 1980 on and again every thirty years."""
_FIRST_YEAR = 1980
_CYCLE = len(_YEAR_CODES)

_HEAVY_OR_MOTORCYCLE = {
    **dict.fromkeys(("1FU", "1FV", "2FU", "2FV", "3AK", "3AL"), "Freightliner"),
    **dict.fromkeys(("1HD", "5HD"), "Harley-Davidson"),
    **dict.fromkeys(("1HF",), "Honda"),
    **dict.fromkeys(("1HS", "1HT", "2HS", "3HA", "3HS"), "International"),
    **dict.fromkeys(("1NK", "1XK", "2NK", "3BK"), "Kenworth"),
    **dict.fromkeys(("1M1", "1M2", "1M3", "1M4"), "Mack"),
    **dict.fromkeys(("1M8",), "Motor Coach Industries"),
    **dict.fromkeys(("2NV", "4RK"), "Nova Bus"),
    **dict.fromkeys(("1NP", "1XP", "2NP"), "Peterbilt"),
    **dict.fromkeys(("2FZ",), "Sterling"),
    **dict.fromkeys(("4UZ",), "Thomas Built Buses"),
    **dict.fromkeys(("4V1", "4V2", "4V4", "4V5"), "Volvo Trucks"),
    **dict.fromkeys(("2WK", "2WL", "2WM"), "Western Star"),
}
"""North American WMIs whose vehicles the year rule of position 7 leaves free; vininfo gives several
of them to a car maker whose first two characters they share (1HT to Honda)."""

_NO_WMI = frozenset(
    {"000", "04W", "0VF", "112", "115", "117", "119", "123", "124", "137", "178", "17V"}
    | {"210", "309", "460", "601", "602", "MMM", "WWW", "XXX"}
)
"""Entries of vininfo's list that begin chassis numbers from before VINs, or fill a blank."""


class InvalidVin(ValueError):
    """The text is no VIN; the message tells people where and why."""


def is_well_formed(vin: str) -> bool:
    """Whether `vin` is 17 characters of the alphabet, as it stands (nothing is normalised)."""
    return len(vin) == LENGTH and all(symbol in VALUES for symbol in vin)


def normalise(text: str) -> str:
    """What people type or paste, as the bare upper-case characters: label and separators dropped.

    Full-width and other compatibility forms become ASCII (NFKC). Nothing is guessed: I, O and Q
    stay, as does any letter of another script, for `validate` to complain about.
    """
    text = _upper(unicodedata.normalize("NFKC", text))
    labelled = _LABEL.match(text)
    if labelled:
        text = text[labelled.end() :]
    bare = unicodedata.normalize("NFKC", "".join(c for c in text if c.isalnum()))
    return _BARE_LABEL.sub("", bare)


def validate(text: str) -> str:
    """The well-formed VIN that `text` holds after `normalise`; raises `InvalidVin` when it is none.

    A wrong check digit is no reason to refuse: ask `verdict`.
    """
    vin = normalise(text)
    wrong = [
        (position, symbol) for position, symbol in enumerate(vin, start=1) if symbol not in VALUES
    ]
    complaints = [_complaint(*found) for found in wrong[:_MOST_COMPLAINTS]]
    if len(wrong) > _MOST_COMPLAINTS:
        complaints.append(f"{len(wrong) - _MOST_COMPLAINTS} more characters that no VIN has")
    if len(vin) != LENGTH:
        complaints.insert(0, f"a VIN has {LENGTH} characters, this has {len(vin)}")
    if complaints:
        message = "; ".join(complaints)
        raise InvalidVin(message[0].upper() + message[1:] + ".")
    return vin


def check_digit(vin: str) -> str:
    """What position 9 should be (0 to 9 or X); what stands there has no influence."""
    _require_well_formed(vin)
    total = sum(VALUES[symbol] * weight for symbol, weight in zip(vin, WEIGHTS, strict=True))
    remainder = total % 11
    return "X" if remainder == 10 else str(remainder)


def mandates_check_digit(vin: str) -> bool:
    """Whether the law where the vehicle was made demands one: North America and China."""
    return vin[:1] in _CHECK_DIGIT_MANDATED


def verdict(vin: str) -> CheckDigit:
    """What the check digit says about `vin`.

    VALID where position 9 is the digit computed, wherever the vehicle comes from: many makers
    outside North America and China comply. (By chance, one wrong number in eleven does too.)
    INVALID where it differs and the law demands it. NOT_APPLICABLE where it differs and need not
    agree: then it speaks neither for nor against the number.
    """
    if vin[CHECK_POSITION : CHECK_POSITION + 1] == check_digit(vin):
        return CheckDigit.VALID
    return CheckDigit.INVALID if mandates_check_digit(vin) else CheckDigit.NOT_APPLICABLE


def differing(vin: str, other: str) -> tuple[int, ...]:
    """Positions, from 1, in which two numbers differ."""
    pairs = enumerate(zip(vin, other, strict=True), start=1)
    return tuple(position for position, (a, b) in pairs if a != b)


def wmi_known(wmi: str) -> bool:
    """Whether the first three characters are a maker's on record: a soft hint, lists have gaps."""
    from vininfo.dicts import WMI

    wmi = wmi[:3]
    if wmi in _NO_WMI:
        return False
    if wmi in WMI or wmi in _HEAVY_OR_MOTORCYCLE:
        return True
    # A 9 in third place stands for any of a thousand small makers: two characters say nothing then.
    return wmi[:2] in WMI and wmi[2:] != "9"


def describe(vin: str, this_year: int | None = None) -> Vehicle:
    """Maker, country and candidate model years; what is not on record is None or empty.

    `this_year` (the current one when None) bounds the model years.
    """
    from vininfo import Vin

    _require_well_formed(vin)
    wmi = vin[:3]
    known = Vin(vin)
    maker = _HEAVY_OR_MOTORCYCLE.get(wmi, known.manufacturer) if wmi_known(wmi) else None
    return Vehicle(
        wmi=wmi,
        manufacturer=maker,
        country=known.country,
        model_years=model_years(vin, this_year),
    )


def model_years(vin: str, this_year: int | None = None) -> tuple[int, ...]:
    """The model years that position 10 can mean, latest first; empty where it codes no year.

    The code repeats every thirty years, and a model year starts up to one year ahead. For North
    American cars and light trucks position 7 tells the cycles apart: a letter from 2010 on, a digit
    before. Outside North America position 10 is a custom, not a law: a hint.
    """
    from vininfo import Vin

    _require_well_formed(vin)
    code = Vin(vin).years_code  # position 10, but for the few makers who put it elsewhere
    if code not in _YEAR_CODES:
        return ()
    latest = (this_year or datetime.now(UTC).year) + 1
    first = _FIRST_YEAR + _YEAR_CODES.index(code)
    years = tuple(reversed(range(first, latest + 1, _CYCLE)))
    if not _position_7_tells_cycle(vin):
        return years
    second_cycle = vin[6].isalpha()
    by_rule = tuple(y for y in years if (y >= _FIRST_YEAR + _CYCLE) == second_cycle)
    return by_rule or years  # a maker on record may still build something the rule leaves free


def _position_7_tells_cycle(vin: str) -> bool:
    wmi = vin[:3]
    return vin[0] in _NORTH_AMERICA and wmi_known(wmi) and wmi not in _HEAVY_OR_MOTORCYCLE


def _require_well_formed(vin: str) -> None:
    if not is_well_formed(vin):
        raise InvalidVin(f"Not {LENGTH} characters of {ALPHABET}.")


def _upper(text: str) -> str:
    """ASCII letters alone in upper case: `str.upper` would turn one letter into two (ß → SS)."""
    return "".join(c.upper() if c.isascii() else c for c in text)


def _complaint(position: int, symbol: str) -> str:
    if symbol in _MEANT:
        meant = _MEANT[symbol]
        return f"position {position} is the letter {symbol}, which no VIN has (the digit {meant}?)"
    name = unicodedata.name(symbol, "an unknown character").title()
    return f"position {position} is {symbol!r} ({name}), which no VIN has"
