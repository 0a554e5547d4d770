"""Alphabets built from strokes, as makers cut their stamps, needles and plates: no face that can be
installed has them, but random proportions of the same simple construction come close to most.

Their characters are in `stroke_designs`, in a language told there. A tool that cannot turn on the
spot softens their sharp right angles as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from training.synthesis.stroke_designs import PLAIN, VARIANTS, WIDTHS, ZEROS

__all__ = ["STROKE_FAMILIES", "Path", "StrokeFace", "paths", "stroke_face"]

Path = np.ndarray
"""(N, 2) float32 points of one stroke."""
_Point = tuple[float, float]
_WAIST = 0.5
"""Where the waist is in the plans, whatever the face's own is."""

_TURN = np.linspace(0, np.pi / 2, 7)
_FROM, _TO = 1 - np.sin(_TURN), 1 - np.cos(_TURN)
"""A quarter arc's shares of the sides it leaves and enters."""
ROUND_ZERO = 0.55
"""A zero is no D in any maker's alphabet: its corners are rounded at least so far."""
SOFTEST = 0.65
"""How far a sharp corner is softened at most, against the round ones: a D is no zero either."""
_STEMS = 0.16
"""Half length of a serif against the width of the character."""


@dataclass(frozen=True)
class StrokeFace:
    """One alphabet: lengths against the cap height, except `corner`, the share of a corner's
    shorter side that is rounded off (1 makes bowls of half circles), and `soft`, the same of its
    sharp right angles."""

    weight: float
    width: float
    corner: float
    soft: float
    waist: float
    stress: float
    slab: bool
    flat: bool
    zero: str
    variants: frozenset[str]
    tracking: float


@dataclass(frozen=True)
class _Family:
    """Ranges that a family's faces are drawn from."""

    weight: tuple[float, float]
    width: tuple[float, float]
    corner: tuple[float, float]
    slab: float
    flat: float
    softened: float = 0.0
    """Faces whose sharp right angles are rounded, too: the B and the D of a round-nosed punch."""


STROKE_FAMILIES = {
    "engraver": _Family((0.06, 0.12), (0.5, 0.85), (0.5, 1.0), 0.0, 0.0, 0.4),
    "stamp": _Family((0.08, 0.19), (0.42, 0.75), (0.2, 1.0), 0.1, 0.2, 0.4),
    "plate": _Family((0.14, 0.26), (0.5, 0.9), (0.3, 1.0), 0.0, 0.8, 0.4),
    "slab": _Family((0.11, 0.24), (0.55, 0.95), (0.5, 1.0), 1.0, 0.8),
    "octagon": _Family((0.09, 0.18), (0.45, 0.8), (0.08, 0.3), 0.15, 0.5),
    "technical": _Family((0.07, 0.16), (0.35, 0.6), (0.6, 1.0), 0.0, 0.3, 0.4),
}
"""Families of alphabets; `technical` is among those that training never sees."""


@lru_cache(maxsize=2000)
def stroke_face(family: str, number: int) -> StrokeFace:
    """The face of that number; every family has any number of them."""
    ranges = STROKE_FAMILIES[family]
    rng = np.random.default_rng([sorted(STROKE_FAMILIES).index(family), number])
    changed = [s for s in VARIANTS if rng.random() < 0.4]
    face = StrokeFace(
        weight=float(rng.uniform(*ranges.weight)),
        width=float(rng.uniform(*ranges.width)),
        corner=float(rng.uniform(*ranges.corner)),
        soft=0.0,
        waist=float(rng.uniform(0.42, 0.56)),
        stress=float(np.exp(rng.normal(0, 0.15))),
        slab=bool(rng.random() < ranges.slab),
        flat=bool(rng.random() < ranges.flat),
        zero=str(rng.choice(["plain", "slash", "dot"], p=[0.82, 0.12, 0.06])),
        variants=frozenset(changed),
        tracking=float(rng.uniform(0.1, 0.3)),
    )
    if rng.random() < ranges.softened:
        return replace(face, soft=face.corner * float(rng.uniform(0.2, SOFTEST)))
    return face


@dataclass(frozen=True)
class _Plan:
    """Every stroke of every symbol and variant, with what is the same in all faces, so that a face
    is worked out in a few operations on arrays.

    Of the corners (P,): `places` (P, 2), `waist` where y is the waist's, the corners `before` and
    `after` each, which are `rounded` and which sharp but `square`, what share of the sides there
    each may take, the `symbols` in the order of the plain ones. Of the points of the paths (Q,):
    the `corner` each belongs to, how far it lies on the way to the one before it and to the one
    after. `strokes` are slices of these points, with whether each is a serif, by symbol and
    kind."""

    places: np.ndarray
    waist: np.ndarray
    before: np.ndarray
    after: np.ndarray
    rounded: np.ndarray
    square: np.ndarray
    shares: np.ndarray
    symbols: np.ndarray
    corner: np.ndarray
    ways: np.ndarray
    strokes: dict[tuple[str, str], list[tuple[slice, bool]]]


def paths(face: StrokeFace, symbol: str) -> tuple[list[Path], float]:
    """The strokes of a symbol, in cap heights from the cap line's left end, and its width."""
    points, slab = _points(face), face.slab and symbol.isalnum()
    strokes = _plan().strokes
    chosen = strokes[symbol, "variant" if symbol in face.variants else "plain"]
    if symbol == "0" and face.zero in ZEROS:
        chosen = chosen + strokes[symbol, face.zero]
    return [points[part] for part, serif in chosen if slab or not serif], _width(face, symbol)


def _width(face: StrokeFace, symbol: str) -> float:
    return face.width * WIDTHS.get(symbol, 0.95 if symbol.isdigit() else 1.0)


@lru_cache(maxsize=800)
def _points(face: StrokeFace) -> np.ndarray:
    """(Q, 2) float32: those of the plan in this face."""
    plan = _plan()
    at = np.where(plan.waist[:, None], np.array([1.0, face.waist / _WAIST]), 1.0) * plan.places
    at[:, 0] *= np.array([_width(face, symbol) for symbol in PLAIN])[plan.symbols]
    round_off = np.array([max(face.corner, ROUND_ZERO * (symbol == "0")) for symbol in PLAIN])
    sides = np.stack([at[plan.before] - at, at[plan.after] - at])
    lengths = np.hypot(sides[..., 0], sides[..., 1])
    share = round_off[plan.symbols] * plan.rounded + face.soft * plan.square
    reach = share * (lengths * plan.shares).min(axis=0)
    sides *= (reach / np.maximum(lengths, 1e-6))[..., None]
    moved = (sides[:, plan.corner] * plan.ways[..., None]).sum(axis=0)
    return np.asarray(at[plan.corner] + moved, np.float32)


@cache
def _plan() -> _Plan:
    """Worked out once a process."""
    corners: list[tuple[float, float, bool, int, int, bool, bool, float, float, int]] = []
    points: list[tuple[int, float, float]] = []
    strokes: dict[tuple[str, str], list[tuple[slice, bool]]] = {}

    def add(path: list[_Point], waists: list[bool], sharp: list[bool], closed: bool, symbol: int):
        first, start, count = len(corners), len(points), len(path)
        for i, ((x, y), waist) in enumerate(zip(path, waists, strict=True)):
            inner = closed or 0 < i < count - 1
            rounded = inner and not sharp[i]
            square = inner and sharp[i] and _is_square(path[i - 1], (x, y), path[(i + 1) % count])
            # A side is shared by its two corners, unless the other one is an end.
            share_before = 1.0 if not closed and i - 1 == 0 else 0.5
            share_after = 1.0 if not closed and i + 1 == count - 1 else 0.5
            around = (first + (i - 1) % count, first + (i + 1) % count)
            corners.append(
                (x, y, waist, *around, rounded, square, share_before, share_after, symbol)
            )
            turn = zip(_FROM, _TO, strict=True) if rounded or square else [(0.0, 0.0)]
            points.extend((first + i, p, q) for p, q in turn)
        if closed:
            points.append(points[start])
        return slice(start, len(points))

    kinds = [(symbol, "plain", drawn) for symbol, drawn in PLAIN.items()]
    kinds += [(symbol, "variant", drawn) for symbol, drawn in VARIANTS.items()]
    kinds += [("0", kind, drawn) for kind, drawn in ZEROS.items()]
    for symbol, kind, drawn in kinds:
        number = list(PLAIN).index(symbol)
        parts = strokes.setdefault((symbol, kind), [])
        for stroke in drawn:
            path, waists, sharp, closed = _parse(stroke)
            for serif in _serifs(path, sharp, closed):
                parts.append((add(serif, [False] * 2, [True] * 2, False, number), True))
            parts.append((add(path, waists, sharp, closed, number), False))
    x, y, waist, before, after, rounded, square, share_before, share_after, symbols = zip(
        *corners, strict=True
    )
    corner, from_before, from_after = zip(*points, strict=True)
    return _Plan(
        places=np.stack([x, y], axis=1),
        waist=np.array(waist),
        before=np.array(before),
        after=np.array(after),
        rounded=np.array(rounded),
        square=np.array(square),
        shares=np.array([share_before, share_after]),
        symbols=np.array(symbols),
        corner=np.array(corner),
        ways=np.array([from_before, from_after]),
        strokes=strokes,
    )


def _is_square(before: _Point, here: _Point, after: _Point) -> bool:
    """Whether a level and an upright side meet, whatever the width of the face."""
    (x, y), (u, v) = ((x - here[0], y - here[1]) for x, y in (before, after))
    return x * u == 0 == y * v


def _parse(stroke: str) -> tuple[list[_Point], list[bool], list[bool], bool]:
    """The corners of a stroke, which stand at the waist, which are sharp, whether it closes."""
    names = {"l": 0.0, "c": 0.5, "r": 1.0, "t": 0.0, "m": _WAIST, "b": 1.0}
    tokens = stroke.split()
    closed = tokens[-1] == "z"
    tokens = tokens[:-1] if closed else tokens
    parts = [token.rstrip("!").split(",") for token in tokens]
    path = [
        (names[x] if x in names else float(x), names[y] if y in names else float(y))
        for x, y in parts
    ]
    waists = [y == "m" for _, y in parts]
    return path, waists, [token.endswith("!") for token in tokens], closed


def _serifs(points: list[_Point], sharp: list[bool], closed: bool) -> list[list[_Point]]:
    """Short bars across the feet and heads of stems, and at the ends of the arms of E, F, T, Z."""
    found = []
    for i, (x, y) in enumerate(points):
        if not sharp[i] or not (y < 0.01 or y > 0.99):
            continue
        end = not closed and i in (0, len(points) - 1)
        others = [points[j] for j in (i - 1, i + 1) if 0 <= j < len(points)]
        upright = any(abs(o[1] - y) > 0.3 for o in others)
        if upright:
            found.append([(x - _STEMS, y), (x + _STEMS, y)])
        elif end:
            inwards = 0.17 if y < 0.5 else -0.17
            found.append([(x, y), (x, y + inwards)])
    return found
