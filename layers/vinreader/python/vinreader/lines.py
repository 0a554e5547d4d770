"""From the detector's maps to lines of text: connected components, joined along their direction.

Follows the post-processing of CRAFT (Baek et al. 2019), with one difference: a line's axis comes
from its own pixels and its height from how many stand across it, so slanted lines are hugged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from vinreader.merit import Merit, merits
from vinreader.results import TextLine, as_quad

__all__ = ["LineConfig", "distinct", "lines_of"]

Array = NDArray[np.float32]


_DIRECTED = 2.0
"""A piece this many times as long as tall has a direction that can be trusted."""


@dataclass(frozen=True)
class LineConfig:
    """Thresholds on the way from maps to lines; lengths in line heights unless said otherwise."""

    thresholds: tuple[float, ...] = (0.35, 0.6)
    """Low joins faint characters, high parts lines that touch; both are tried."""
    fewest_pixels: int = 6
    """Components smaller than this are specks."""
    most_pieces: int = 24
    """Components looked at for each map and threshold, those with most VIN line in them first."""
    shortest: float = 3.5
    """A VIN is at least seven times as long as tall; half of one may be all that shows."""
    widest_gap: float = 1.5
    """Pieces further apart than this are not one line."""
    most_offset: float = 0.6
    """Pieces whose middle is further than this from the other's axis are not one line."""
    most_turn: float = 0.3
    """Nor those whose directions differ by more than this, radians."""
    most_growth: float = 1.8
    """Nor those of which one is that many times as tall as the other."""
    same_overlap: float = 0.7
    """Quads with more than this intersection over union are one line."""
    most_lines: int = 12
    """Lines handed on."""
    merit: Merit = field(default_factory=Merit)
    """What makes a line the likeliest VIN."""


@dataclass(frozen=True)
class _Piece:
    """A stretch of a line: its pixels (N, 2) x y with weights, and the frame fitted to them."""

    points: Array
    weights: Array
    centre: Array
    axis: Array
    length: float
    height: float


def lines_of(maps: Array, sigma: float, config: LineConfig) -> list[TextLine]:
    """Lines in maps (3, h, w) region, affinity, line; quads in map pixels, best first.

    `sigma` is the deviation of the Gaussians that the net was trained on, in half heights of a
    character.
    The score is that of `merits`.
    """
    text = np.maximum(maps[0], maps[1])
    found: list[Array] = []
    for source in (maps[2], text):
        for threshold in config.thresholds:
            shrink = sigma * float(np.sqrt(-2 * np.log(threshold)))
            pieces = _pieces(source, maps[2], threshold, shrink, config)
            for piece in pieces + _joined(pieces, shrink, config):
                if piece.length >= config.shortest * piece.height:
                    found.append(_quad(piece))
    quads = np.array(found, np.float32).reshape(-1, 4, 2)
    scores = merits(maps, quads, config.merit)
    lines = [TextLine(as_quad(q), float(s)) for q, s in zip(quads, scores, strict=True)]
    return distinct(lines, config)


def distinct(lines: list[TextLine], config: LineConfig) -> list[TextLine]:
    """The best lines, best first, none of them twice."""
    kept: list[TextLine] = []
    quads: list[Array] = []
    for line in sorted(lines, key=lambda line: -line.score):
        quad = np.array(line.quad, np.float32)
        if all(_overlap(quad, other) < config.same_overlap for other in quads):
            kept.append(line)
            quads.append(quad)
        if len(kept) == config.most_lines:
            break
    return kept


def _pieces(
    source: Array, line_map: Array, threshold: float, shrink: float, config: LineConfig
) -> list[_Piece]:
    """The connected components of `source` over `threshold`, those on the VIN line first."""
    mask = (source > threshold).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    merit = np.bincount(labels.ravel(), weights=line_map.ravel(), minlength=count)
    merit = merit + 1e-3 * stats[:, cv2.CC_STAT_AREA]
    order = [int(n) for n in np.argsort(-merit) if n != 0]
    pieces = []
    for n in order[: config.most_pieces]:
        x, y, wide, tall, area = (int(v) for v in stats[n])
        if area < config.fewest_pixels:
            continue
        rows, columns = np.nonzero(labels[y : y + tall, x : x + wide] == n)
        points = np.stack([columns + x, rows + y], axis=1).astype(np.float32) + 0.5
        pieces.append(_fit(points, source[rows + y, columns + x], shrink))
    return pieces


def _fit(points: Array, weights: Array, shrink: float) -> _Piece:
    """Axis, length and height of a stretch of pixels.

    The axis is the principal one; columns along it give the height, as the upper quartile of their
    pixel counts, since a column between two characters holds fewer. `shrink` is the share of the
    height that is over the threshold.
    """
    centre = (weights @ points / weights.sum()).astype(np.float32)
    offset = points - centre
    spread = (offset * weights[:, None]).T @ offset
    _, vectors = np.linalg.eigh(spread)
    axis = vectors[:, 1].astype(np.float32)
    if axis[0] < 0 or (axis[0] == 0 and axis[1] < 0):
        axis = -axis
    normal = np.array([-axis[1], axis[0]], np.float32)
    along, across = offset @ axis, offset @ normal
    columns = np.floor(along - along.min()).astype(int)
    counts = np.bincount(columns)
    counts = np.sort(counts[counts > 0])
    height = max(1.0, float(counts[int(0.75 * len(counts))])) / shrink
    low, high = float(along.min()) - 0.5, float(along.max()) + 0.5
    middle = float(np.median(across)) if len(across) > 8 else 0.0
    shift = axis * np.float32((low + high) / 2) + normal * np.float32(middle)
    length = (high - low) + height * (1 - shrink) / 2
    return _Piece(points, weights, centre + shift, axis, length, height)


def _joined(pieces: list[_Piece], shrink: float, config: LineConfig) -> list[_Piece]:
    """For each run of pieces in one line, that line."""
    if len(pieces) < 2:
        return []
    group = list(range(len(pieces)))
    for a, b in np.argwhere(_in_line(pieces, config)):
        old, new = group[a], group[b]
        if old != new:
            group = [new if g == old else g for g in group]
    joined = []
    for g in sorted(set(group)):
        members = [piece for piece, mine in zip(pieces, group, strict=True) if mine == g]
        if len(members) > 1:
            points = np.concatenate([m.points for m in members])
            weights = np.concatenate([m.weights for m in members])
            joined.append(_fit(points, weights, shrink))
    return joined


def _in_line(pieces: list[_Piece], config: LineConfig) -> NDArray[np.bool_]:
    """(N, N) whether the second piece continues the first, which is the longer of the two."""
    centre = np.stack([piece.centre for piece in pieces])
    axis = np.stack([piece.axis for piece in pieces])
    length = np.array([piece.length for piece in pieces])
    height = np.array([piece.height for piece in pieces])
    offset = centre[None] - centre[:, None]
    along = np.abs((offset * axis[:, None]).sum(axis=2))
    across = np.abs(offset[..., 1] * axis[:, None, 0] - offset[..., 0] * axis[:, None, 1])
    turn = np.abs(axis[:, None, 0] * axis[None, :, 1] - axis[:, None, 1] * axis[None, :, 0])
    tall = np.maximum(height[:, None], height)
    gap = along - (length[:, None] + length) / 2
    longer = length[:, None] > length
    directed = (length >= _DIRECTED * height)[:, None]
    alike = tall <= config.most_growth * np.minimum(height[:, None], height)
    parallel = (turn <= config.most_turn) | (length < _DIRECTED * height)[None]
    near = (gap > -tall) & (gap < config.widest_gap * tall) & (across < config.most_offset * tall)
    return np.asarray(longer & directed & alike & parallel & near)


def _quad(piece: _Piece) -> Array:
    """(4, 2) clockwise from the top left, the long side in reading direction."""
    half = piece.axis * np.float32(piece.length / 2)
    down = np.array([-piece.axis[1], piece.axis[0]], np.float32) * np.float32(piece.height / 2)
    c = piece.centre
    return np.stack([c - half - down, c + half - down, c + half + down, c - half + down])


def _overlap(a: Array, b: Array) -> float:
    """Intersection over union of two convex quads."""
    if np.any(a.max(axis=0) < b.min(axis=0)) or np.any(b.max(axis=0) < a.min(axis=0)):
        return 0.0
    common = float(cv2.intersectConvexConvex(a, b)[0])
    union = float(cv2.contourArea(a) + cv2.contourArea(b)) - common
    return common / union if union > 0 else 0.0
