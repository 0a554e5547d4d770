"""The tables of an evaluation: photos by track, strips by style, heads beside one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from training.evaluation.figures import NOTHING, Share, character_error_rate, markdown
from training.evaluation.heads import Heads
from training.evaluation.outcomes import Outcome, PhotoOutcome, StripOutcome

__all__ = ["heads_table", "photo_table", "strip_table"]

Kind = TypeVar("Kind", bound=Outcome)

_ALL = "all"
_WRONG = "wrong at `read`"
_HEADS = {"boxes": "boxes (YOLO) alone", "frames": "frames (CTC) alone", "both": "both"}
_PHOTO_MEASURES: dict[str, Callable[[PhotoOutcome], bool]] = {
    "exact": lambda outcome: outcome.exact,
    _WRONG: lambda outcome: outcome.wrong_read,
    "best guess": lambda outcome: outcome.right,
}


def photo_table(outcomes: Sequence[PhotoOutcome]) -> str:
    """Whole numbers, wrong answers, characters and median times by track and, within it, by
    location. On a busy machine the processor's time is the one to believe."""
    header = ("photos", "n", *_PHOTO_MEASURES, "CER", "median s", "CPU s")
    rows = []
    groups = _grouped(outcomes, lambda o: (o.track, f"{o.track}, {o.location}"))
    for name, group in sorted(groups.items()):
        rows.append(
            (
                name,
                str(len(group)),
                *(_photo_share(measure, group) for measure in _PHOTO_MEASURES),
                character_error_rate(group),
                _median(outcome.seconds for outcome in group),
                _median(outcome.cpu_seconds for outcome in group),
            )
        )
    return markdown(header, rows)


def strip_table(outcomes: Sequence[StripOutcome]) -> str:
    """Whole numbers and characters by style, of all strips and of those that a person reads; and
    whole numbers of the latter in as many looks as the reader takes."""
    header = ("held-out strips", "n", "exact", "CER", "n readable", "exact", "CER", "all looks")
    rows = []
    for name, group in _by_style(outcomes).items():
        row = [name]
        for part in (group, [outcome for outcome in group if outcome.readable]):
            row += [
                str(len(part)),
                str(Share.of(outcome.exact for outcome in part)),
                character_error_rate(part),
            ]
        looked = [outcome for outcome in group if outcome.elected is not None]
        rows.append([*row, str(Share.of(o.elected == o.label for o in looked))])
    return markdown(header, rows)


def heads_table(
    strips: Mapping[Heads, Sequence[StripOutcome]],
    photos: Mapping[Heads, Sequence[PhotoOutcome]],
) -> str:
    """What each head reads on its own and what both read together, one column a head; the outcomes
    are given by its name."""
    rows = [*_strip_rows(strips), *_photo_rows(photos)]
    return markdown(("", "n", *(_HEADS[head] for head in strips or photos)), rows)


def _strip_rows(strips: Mapping[Heads, Sequence[StripOutcome]]) -> Iterable[list[str]]:
    by_head = [_by_style([o for o in outcomes if o.readable]) for outcomes in strips.values()]
    for style in by_head[0] if by_head else ():
        groups = [groups[style] for groups in by_head]
        shares = [str(Share.of(o.exact for o in group)) for group in groups]
        yield [f"readable strips, {style}: exact", str(len(groups[0])), *shares]
        if style == _ALL:
            rates = [character_error_rate(group) for group in groups]
            yield [f"readable strips, {style}: CER", str(len(groups[0])), *rates]


def _photo_rows(photos: Mapping[Heads, Sequence[PhotoOutcome]]) -> Iterable[list[str]]:
    by_head = [_grouped(outcomes, lambda o: (o.track,)) for outcomes in photos.values()]
    for track in sorted(by_head[0]) if by_head else ():
        for measure in _PHOTO_MEASURES:
            shares = [_photo_share(measure, groups[track]) for groups in by_head]
            if set(shares) != {NOTHING}:
                yield [f"photos, {track}: {measure}", str(len(by_head[0][track])), *shares]


def _photo_share(measure: str, outcomes: Sequence[PhotoOutcome]) -> str:
    """Photos that nobody can read count where a wrong answer is looked for, and nowhere else."""
    judge = _PHOTO_MEASURES[measure]
    return str(Share.of(judge(o) for o in outcomes if o.label or measure == _WRONG))


def _median(seconds: Iterable[float | None]) -> str:
    timed = [second for second in seconds if second is not None]
    return f"{np.median(timed):.2f}" if timed else NOTHING


def _by_style(outcomes: Iterable[StripOutcome]) -> dict[str, list[StripOutcome]]:
    """The outcomes of each style, and all of them last."""
    groups = _grouped(outcomes, lambda outcome: (outcome.style, _ALL))
    return {name: groups[name] for name in sorted(groups, key=lambda name: (name == _ALL, name))}


def _grouped(
    outcomes: Iterable[Kind], names: Callable[[Kind], Sequence[str]]
) -> dict[str, list[Kind]]:
    groups: dict[str, list[Kind]] = {}
    for outcome in outcomes:
        for name in names(outcome):
            groups.setdefault(name, []).append(outcome)
    return groups
