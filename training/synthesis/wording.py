"""What stands on stickers and plates beside the VIN: other lines, and what frames the number."""

from __future__ import annotations

import numpy as np

__all__ = ["framed", "grouped", "other_line"]

_FIXED = (
    "MFD. BY {maker} {year}",
    "MANUFACTURED BY {maker}",
    "{maker}",
    "{maker} CO., LTD.",
    "DATE: {d2}/{d2}",
    "GVWR: {d4} LB/{d4} KG",
    "GAWR FRONT {d4} LB",
    "GAWR RR. {d4}LB/{d3}KG",
    "GVWR {d4} KG ({d4} LBS)",
    "THIS VEHICLE CONFORMS TO ALL APPLICABLE",
    "FEDERAL MOTOR VEHICLE SAFETY, BUMPER AND",
    "THIS VEHICLE CONFORMS TO ALL APPLICABLE U.S. FEDERAL MOTOR",
    "VEHICLE SAFETY, BUMPER, AND THEFT PREVENTION STANDARDS IN",
    "EFFECT ON THE DATE OF MANUFACTURE SHOWN ABOVE. {u2}{d2}",
    "SAFETY STANDARDS AND EMISSION REGULATIONS OF {place} {year}",
    "TC RU E-{u2}.{u2}{d2}.{d5}",
    "TC {u2} E-{u2}.{d3}.{d5}",
    "THEFT PREVENTION STANDARDS IN EFFECT ON",
    "THE DATE OF MANUFACTURE SHOWN ABOVE.",
    "TYPE: PASSENGER CAR",
    "TYPE : TRUCK",
    "Type {u1}{d1}",
    "MADE IN {place}",
    "e{d1}*{d2}/{d2}*{d4}*{d2}",
    "e{d1}*20{d2}/{d2}*{d4}*{d2}",
    "TC RU E-RU.{u2}{d2}.{d5}",
    "{d4} KG",
    "{d4} kg",
    "{d4}",
    "1- {d4} kg",
    "2- {d4} kg",
    "1 - {d4}",
    "2 - {d3} kg",
    "{d3} {d2} {u2}{d1}",
    "PAINT {u2}{d2} TRIM {u1}{d2}",
    "COLOR {u1}{d3} TRANS {u1}{d2}",
    "EXT PNT: {u2}",
    "ENGINE {u1}{d1}{u2} {d4} CC",
    "ENG. NO. {u1}{d1}{u2}{d6}",
    "No. {u2}{d6}",
    "MODEL {u3}{d2}{u2}",
    "P/N {d5}-{u2}{d3}",
    "{u1}{d2}{u2}{d4}{u2}",
    "{u3}{d2}{u2}-{u4}",
    "CHASSIS NO.",
    "VEHICLE IDENTIFICATION NUMBER",
    "VIN",
    "TIRE {d3}/{d2}R{d2} {d2}X{d1}J",
    "COLD {d3} kPa/{d2} PSI",
    "{d2} UBXXF{d4} {u2}",
    "TYPE {u2} WB {d4} BRK {u1}",
    "{d3}.{d3} {u1}{d2} {d3} {d2}",
    "MAX {d4} kg  TOTAL {d4}",
)
_CYRILLIC = (
    "ООО «{russian}»",
    "АО «{russian}»",
    "{d4} кг",
    "1- {d4} кг",
    "2- {d3} кг",
    "ТС RU Е-RU.{u2}{d2}.{d5}",
    "СДЕЛАНО В РОССИИ",
    "ЕАС {d4}",
)
_MAKERS = (
    "FORD MOTOR CO. IN U.S.A.", "TOYOTA MOTOR CORPORATION", "HONDA OF AMERICA", "VOLVO TRUCKS",
    "KIA MOTORS CORPORATION", "GENERAL MOTORS LLC", "AUDI AG", "SKODA AUTO a.s.", "BMW AG",
    "NISSAN MOTOR CO., LTD.", "AUTOMOBILES CITROEN", "DAIMLERCHRYSLER AG", "FIAT AUTO SPA",
    "OPEL", "RENAULT", "MAZDA", "SUZUKI MOTOR CORPORATION JAPAN", "SUBARU", "HYUNDAI MOTOR",
    "VOLKSWAGEN AG", "AVTOVAZ", "JEEP", "PORSCHE", "GM KOREA COMPANY", "JAGUAR CARS LTD",
)  # fmt: skip
_RUSSIAN = ("АВТОВАЗ", "РЕНО РОССИЯ", "МОТОР РУС", "ИНТЕРТРЕЙД", "МАНУФАКТУРИНГ", "АВТО")
_PLACES = ("U.S.A.", "GERMANY", "JAPAN", "KOREA", "MEXICO", "CANADA", "Germany", "FRANCE", "U.K.")
_UPPER = "ABCDEFGHJKLMNPRSTUVWXYZ"
_BEFORE = ("VIN: ", "VIN ", "V.I.N. ", "VIN:", "Nr. ", "VIN No. ", "# ", "CHASSIS NO. ", "ID ")
_AROUND = (("*", "*"), ("* ", " *"), ("#", "#"), ("<", ">"), ("/", "/"), ("☆", "☆"), ("-", "-"))


def _choice(rng: np.random.Generator, options: tuple[str, ...]) -> str:
    return options[int(rng.integers(len(options)))]


def other_line(rng: np.random.Generator, cyrillic: bool) -> str:
    """One line of what else is written on a car; `cyrillic` where the face has those letters."""
    pattern = _choice(rng, _CYRILLIC if cyrillic and rng.random() < 0.3 else _FIXED)
    values = {
        "maker": _choice(rng, _MAKERS),
        "russian": _choice(rng, _RUSSIAN),
        "place": _choice(rng, _PLACES),
        "year": f"{rng.integers(1, 13):02d}/{rng.integers(0, 100):02d}",
    }
    for n in range(1, 7):
        values[f"d{n}"] = "".join(str(d) for d in rng.integers(0, 10, n))
        values[f"u{n}"] = "".join(_UPPER[i] for i in rng.integers(0, len(_UPPER), n))
    return pattern.format(**values)


def framed(rng: np.random.Generator, vin: str) -> tuple[str, int]:
    """The VIN's line with what stands around it, and the index of its first character among those
    that are no spaces."""
    chance = rng.random()
    if chance < 0.62:
        return vin, 0
    if chance < 0.80:
        before, after = _AROUND[int(rng.integers(len(_AROUND)))]
    else:
        before, after = _choice(rng, _BEFORE), ""
    return before + vin + after, len(before.replace(" ", ""))


def grouped(rng: np.random.Generator, vin: str) -> str:
    """The VIN with gaps where makers like to leave them; mostly there are none."""
    if rng.random() < 0.9:
        return vin
    places = ((3, 9), (3,), (11,), (3, 9, 11), (8,), (9,), (10,), (3, 8, 11))
    cuts = places[int(rng.integers(len(places)))]
    parts = [vin[a:b] for a, b in zip((0, *cuts), (*cuts, None), strict=True)]
    return " ".join(parts)
