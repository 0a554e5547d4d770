"""From what a strip shows to a VIN: exactly seventeen characters, chosen together.

Two heads look at each strip: boxes, which know where characters are, and frames, which know in
which order. Either proposes texts in its own way (`boxes`, `frames`); every proposal is then scored
by both, and where both put a character at the same place, their probabilities for it are pooled (a
product of experts). Marks such as `*` at the ends give neighbours to the true number, and what is
known of VINs (`knowledge`) decides between them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vinreader.boxes import BoxConfig, Boxes, Path
from vinreader.frames import Spelling, likeliest, spell
from vinreader.knowledge import KnowledgeConfig, choose, prior
from vinreader.recognition import Evidence
from vinreader.vin import ALPHABET, LENGTH

__all__ = ["Candidate", "DecodingConfig", "decode", "decode_all"]

Array = NDArray[np.float32]
Values = NDArray[np.float64]
Texts = NDArray[np.intp]


@dataclass(frozen=True)
class DecodingConfig:
    """How the heads are heard."""

    heads: Literal["both", "boxes", "frames"] = "both"
    boxes_weight: float = 0.5
    """The frames have the rest: the heads share a backbone, and one witness heard twice counts
    once."""
    together: float = 0.6
    """Both heads mean the same character if their places are within this many pitches."""
    floor: float = 1e-4
    """Least probability of anything in a frame: none speaks with more than 9 nats."""
    texts: int = 3
    """Texts that either head proposes at most."""
    within: float = 6.0
    """Nats by which a head's further proposals may be worse than its first: no prior makes up for
    more."""
    boxes: BoxConfig = field(default_factory=BoxConfig)
    knowledge: KnowledgeConfig = field(default_factory=KnowledgeConfig)


@dataclass(frozen=True)
class Candidate:
    """A VIN that a strip may show.

    `score` in nats, 0 is certainty, priors included; `sight` without them; `centres` and `widths`
    (17,) in strip pixels; `probabilities` (17, 33) what the eye saw; `certainty` (17,) how likely
    each character is there and right; `corrected` the positions (from 1) where knowledge overruled
    the eye, `disputed` those where one head alone would have said something else.
    """

    text: str
    score: float
    sight: float
    centres: Array
    widths: Array
    probabilities: Array
    certainty: Array
    corrected: tuple[int, ...]
    disputed: tuple[int, ...]


@dataclass(frozen=True)
class _View:
    """How one head sees a text: `seen` (17, 33) the symbols, `base` nats for all but them,
    `centres` and `widths` (17,) in strip pixels, `present` (17,) how sure a character is there."""

    base: float
    centres: Values
    widths: Values
    seen: Values
    present: Values

    def sight(self, symbols: Texts) -> float:
        """Nats for these symbols (17,) in these places."""
        return self.base + float(np.log(self.seen[np.arange(LENGTH), symbols]).sum())


def decode(evidence: Evidence, config: DecodingConfig | None = None) -> tuple[Candidate, ...]:
    """Candidates in a strip, best first; none where no head shows seventeen characters."""
    return decode_all([evidence], config)[0]


def decode_all(
    evidence: Sequence[Evidence], config: DecodingConfig | None = None
) -> list[tuple[Candidate, ...]]:
    """The same for several strips with equally many frames: quicker than one by one."""
    config = config or DecodingConfig()
    if not evidence:
        return []
    if config.heads == "boxes":
        return [_by_boxes(shown, config) for shown in evidence]
    frames = np.stack([_floored(shown.frames, config.floor) for shown in evidence])
    texts = likeliest(frames, LENGTH, config.texts, config.within)
    spelled = _spelled(frames, texts)
    if config.heads == "frames":
        return [_by_frames(*strip, config) for strip in zip(evidence, spelled, strict=True)]
    boxes = [
        Boxes(shown, config.boxes, _unboxed(spellings, shown.frame_width))
        for shown, spellings in zip(evidence, spelled, strict=True)
    ]
    more = [_proposed(*strip, config) for strip in zip(boxes, texts, strict=True)]
    for spellings, others in zip(spelled, _spelled(frames, more), strict=True):
        spellings += others
    return [_by_both(*strip, config) for strip in zip(evidence, boxes, spelled, strict=True)]


def _by_boxes(shown: Evidence, config: DecodingConfig) -> tuple[Candidate, ...]:
    boxes = Boxes(shown, config.boxes)
    paths = boxes.paths(LENGTH)
    return _ranked([_candidate([_of_boxes(boxes, path)], boxes.pitch, config) for path in paths])


def _by_frames(
    shown: Evidence, spellings: list[Spelling], config: DecodingConfig
) -> tuple[Candidate, ...]:
    views = [_of_frames(spelling, shown.frame_width) for spelling in spellings]
    return _ranked([_candidate([view], 1.0, config) for view in views])


def _by_both(
    shown: Evidence, boxes: Boxes, spellings: list[Spelling], config: DecodingConfig
) -> tuple[Candidate, ...]:
    if len(boxes) < LENGTH or not spellings:
        return ()
    paths = boxes.paths_of(np.stack([spelling.text for spelling in spellings]))
    return _ranked(
        [
            _candidate(
                [_of_boxes(boxes, path), _of_frames(spelling, shown.frame_width)],
                boxes.pitch,
                config,
            )
            for path, spelling in zip(paths, spellings, strict=True)
        ]
    )


def _floored(frames: Array, floor: float) -> Values:
    values = np.maximum(frames.astype(np.float64), floor)
    return np.asarray(values / values.sum(axis=1, keepdims=True))


def _unboxed(spellings: list[Spelling], frame_width: float) -> Values:
    """Places (17,) in strip pixels where the frames' own text stands; none without one."""
    return spellings[0].places * frame_width if spellings else np.empty(0)


def _spelled(frames: Values, texts: list[list[Texts]]) -> list[list[Spelling]]:
    """How each strip's frames spell each of its texts."""
    strips = [n for n, own in enumerate(texts) for _ in own]
    if not strips:
        return [[] for _ in texts]
    spellings = iter(spell(frames[strips], np.stack([text for own in texts for text in own])))
    return [[next(spellings) for _ in own] for own in texts]


def _proposed(boxes: Boxes, known: list[Texts], config: DecodingConfig) -> list[Texts]:
    """Texts that the boxes show best, but for those known already."""
    texts: list[Texts] = []
    paths = boxes.paths(LENGTH)[: config.texts]
    for path in (path for path in paths if path.total >= paths[0].total - config.within):
        text = boxes.classes[path.boxes].argmax(axis=1)
        if not any(np.array_equal(text, other) for other in known + texts):
            texts.append(text)
    return texts


def _of_boxes(boxes: Boxes, path: Path) -> _View:
    chosen = path.boxes
    seen = np.clip(boxes.classes[chosen], 1e-6, 1.0)
    return _View(
        path.total, boxes.centres[chosen], boxes.widths[chosen], seen, boxes.objectness[chosen]
    )


def _of_frames(spelling: Spelling, frame_width: float) -> _View:
    seen = np.clip(spelling.probabilities, 1e-6, 1.0)
    centres = spelling.places * frame_width
    said = float(np.log(seen[np.arange(LENGTH), spelling.text]).sum())
    widths = np.full(LENGTH, 0.8 * float(np.median(np.diff(centres))))
    return _View(spelling.score - said, centres, widths, seen, np.ones(LENGTH))


def _candidate(views: list[_View], pitch: float, config: DecodingConfig) -> Candidate:
    """The number that the heads' views of one text give together; places are those of the first."""
    weights = [1.0] if len(views) == 1 else [config.boxes_weight, 1 - config.boxes_weight]
    together = np.ptp([view.centres for view in views], axis=0) <= config.together * pitch
    seen = _pooled(views, weights, together)
    text = choose(seen, config.knowledge)
    symbols = np.array([ALPHABET.index(symbol) for symbol in text])
    sight = sum(w * view.sight(symbols) for w, view in zip(weights, views, strict=True))
    present = np.prod([v.present**w for w, v in zip(weights, views, strict=True)], axis=0)
    own = np.array([view.seen.argmax(axis=1) for view in views])
    return Candidate(
        text=text,
        score=sight + prior(text, config.knowledge),
        sight=sight,
        centres=views[0].centres.astype(np.float32),
        widths=views[0].widths.astype(np.float32),
        probabilities=seen.astype(np.float32),
        certainty=(present * seen[np.arange(LENGTH), symbols]).astype(np.float32),
        corrected=_positions(seen.argmax(axis=1) != symbols),
        disputed=_positions(np.any(own != symbols, axis=0) | ~together),
    )


def _pooled(views: list[_View], weights: list[float], together: NDArray[np.bool_]) -> Values:
    """(17, 33): the product of the heads' probabilities where both mean the same character, and
    their mean where they do not, as then only one of them can be right."""
    parts = list(zip(weights, views, strict=True))
    product = np.prod([view.seen**w for w, view in parts], axis=0)
    mean = np.sum([w * view.seen for w, view in parts], axis=0)
    pooled = np.where(together[:, None], product, mean)
    return np.asarray(pooled / pooled.sum(axis=1, keepdims=True))


def _positions(marked: NDArray[np.bool_]) -> tuple[int, ...]:
    """From 1."""
    return tuple(int(i) + 1 for i in np.flatnonzero(marked))


def _ranked(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Best first, no text twice."""
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda candidate: -candidate.score):
        best.setdefault(candidate.text, candidate)
    return tuple(best.values())
