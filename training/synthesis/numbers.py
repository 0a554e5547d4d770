"""Random VINs that are built as real ones are: maker's prefix, model year, plant, serial digits.

The check digit here is a copy of no one: it is taken from `vinreader.vin`, so that the
synthesiser and the reader can never disagree about it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.synthesis.chance import cumulative, one_of, pick
from vinreader.makers import FORD_OF_EUROPE, carries_check_digit
from vinreader.vin import ALPHABET, check_digit, mandates_check_digit

__all__ = ["ON_THE_ROAD", "TAUGHT", "Numbers", "random_vin"]

LETTERS_AND_DIGITS = np.array(list(ALPHABET))
DIGITS = np.array(list("0123456789"))
LETTERS = np.array([symbol for symbol in ALPHABET if symbol.isalpha()])
CONFUSABLE = np.array(list("B8D0S5Z2G6UVPFKX"))
"""The pairs that the recogniser most often took for one another."""
SERIAL_DIGITS = cumulative([0.1, 0.15, 0.65, 0.1])
"""Of numbers whose last 4, 5, 6 or 7 characters are digits."""
YEAR_CODES = "ABCDEFGHJKLMNPRSTVWXY123456789"

_WMI_LIST = """
1C3 1C4 1C6 1D7 1FA 1FM 1FT 1FU 1G1 1G6 1GC 1GK 1GN 1GT 1HG 1J4 1J8 1L1 1M8 1N4 1N6 1NX 1VW 1XP
1YV 1ZV 2C3 2C4 2D4 2FA 2FM 2G1 2HG 2HK 2HM 2T1 2T2 2T3 3C4 3C6 3D7 3FA 3G1 3GN 3HG 3KP 3MZ 3N1
3VW 3VV 4F2 4JG 4S3 4S4 4T1 4T3 4US 4V4 5FN 5GA 5J6 5J8 5L1 5N1 5NP 5TD 5TF 5UX 5XX 5XY 5YJ 7SA
9BF 9BG 9BW 8AP JA3 JA4 JF1 JF2 JH4 JHL JHM JM1 JM3 JMB JMZ JN1 JN8 JS2 JS3 JSA JT2 JTD JTE JTH
JTM JTN KL1 KLA KM8 KMH KNA KND KNM KPA L6T LB3 LBE LBV LC0 LDC LE4 LFM LFP LFV LGB LGW LGX LHG
LJ1 LLN LMG LRW LS5 LSG LSJ LSV LTV LVG LVH LVS LVT LVV LVZ LZW LZY MA1 MA3 MAJ MAL MR0 NLH NMT
PL1 RUM SAJ SAL SAR SB1 SCA SCB SCC SHH SHS SJN TMA TMB TRU TSM U5Y UU1 VF1 VF3 VF6 VF7 VF8 VNK
VS6 VSS VSX VV9 W0L W0V W1K W1N WAU WBA WBS WBY WDB WDC WDD WDF WF0 WMA WME WMW WP0 WP1 WUA WV1
WV2 WVG WVW X4X X7L X7M X96 X9F X9L XTA XTT XU1 XUF XUU XW7 XW8 XWB XWE XWF XZG Y3M Y4K Y6D YK1
YS2 YS3 YV1 YV4 Z6F Z8N Z8T Z94 ZAM ZAR ZCF ZFA ZFF ZHW ZLA
"""
WMIS = tuple(_WMI_LIST.split())
"""World manufacturer identifiers in public use (SAE register), passenger cars and vans for the
most part."""


@dataclass(frozen=True)
class Numbers:
    """Which numbers are drawn: the share of them that carry a matching check digit where the law
    demands one and elsewhere, beside those that match by chance; the share of which every position
    is drawn evenly from the 33 symbols; that of which half of the positions hold symbols that
    readers take for one another; and whether makers build their numbers as `vinreader.makers` knows
    them to."""

    mandated: float = 0.8
    volunteered: float = 0.8
    uniform: float = 0.35
    alike: float = 0.12
    as_makers_do: bool = False


TAUGHT = Numbers()
"""For training: rare symbols are learnt as well as common ones, and no position's habits by
heart."""
ON_THE_ROAD = Numbers(mandated=1.0, volunteered=0.15, uniform=0.0, alike=0.0, as_makers_do=True)
"""For judging how far a number is to be trusted: of 357 labelled photos of vehicles whose makers
need not carry a check digit one in five has a matching one, some of them by chance."""


def random_vin(rng: np.random.Generator, numbers: Numbers = TAUGHT) -> str:
    """Seventeen characters."""
    if rng.random() < numbers.uniform:
        symbols = rng.choice(LETTERS_AND_DIGITS, 17)
    else:
        symbols = _built_as_makers_do(rng)
    if numbers.alike and rng.random() < numbers.alike:
        symbols = np.where(rng.random(17) < 0.5, rng.choice(CONFUSABLE, 17), symbols)
    vin = "".join(symbols)
    share = numbers.mandated if mandates_check_digit(vin) else numbers.volunteered
    if rng.random() < share:
        vin = vin[:8] + check_digit(vin) + vin[9:]
    return _as_its_maker_does(rng, vin) if numbers.as_makers_do else vin


def _as_its_maker_does(rng: np.random.Generator, vin: str) -> str:
    """The number with what goes with its maker's fillers, or the check digit that it always writes,
    unless the law has a say."""
    ninth = "Z" if rng.random() < 0.9 else check_digit(vin)
    letters = "".join(rng.choice(LETTERS, 2))
    if mandates_check_digit(vin):
        return vin
    if vin.startswith("ZZZ", 3):
        return vin[:8] + ninth + vin[9:]
    if carries_check_digit(vin):
        return vin[:8] + check_digit(vin) + vin[9:]
    return vin[:4] + "XX" + letters + vin[8:] if vin[:3] in FORD_OF_EUROPE else vin


def _built_as_makers_do(rng: np.random.Generator) -> np.ndarray:
    symbols = rng.choice(LETTERS_AND_DIGITS, 17)
    symbols[:3] = list(one_of(rng, WMIS))
    if rng.random() < 0.2:
        symbols[3:6] = "Z"  # the filler of European makers
        if rng.random() < 0.7:
            symbols[8] = "Z"
    symbols[9] = one_of(rng, YEAR_CODES)
    serial_digits = (4, 5, 6, 7)[pick(rng, SERIAL_DIGITS)]
    symbols[-serial_digits:] = rng.choice(DIGITS, serial_digits)
    return symbols
