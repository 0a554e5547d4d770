"""What a comparison came to, in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.engines import OURS, Answered
from benchmarks.figures import median_ratio, percentile
from benchmarks.picking import is_checked
from training.evaluation.figures import NOTHING, Share, markdown

__all__ = ["Verdicts", "accuracy_table", "by_group", "summary", "time_table", "verdicts"]

Answers = Sequence[Answered]


@dataclass(frozen=True)
class Verdicts:
    """Of all photos of a set: those answered with the number in them, and those answered with
    another one, or with any where none can be read."""

    exact: Share
    wrong: Share


def verdicts(answers: Answers, checked: bool = False, guesses: bool = False) -> Verdicts:
    """Verdicts on the answers that a reader stands behind; only on those with a matching check
    digit if `checked`, on its best guesses too if `guesses`."""
    told = [
        answer.vin if (answer.stands or guesses) and (is_checked(answer.vin) or not checked) else ""
        for answer in answers
    ]
    pairs = [(answer.label, vin) for answer, vin in zip(answers, told, strict=True)]
    readable = [(label, vin) for label, vin in pairs if label]
    return Verdicts(
        exact=Share.of(label == vin for label, vin in readable),
        wrong=Share.of(bool(vin) and label != vin for label, vin in pairs),
    )


def by_group(answers: Answers) -> dict[str, dict[str, list[Answered]]]:
    """Answers by set of photos and reader, in the order in which they came; of the photos alone
    that every reader of the set was asked about."""
    groups: dict[str, dict[str, list[Answered]]] = {}
    for answer in answers:
        readers = groups.setdefault(answer.group, {})
        readers.setdefault(answer.engine, []).append(answer)
    for readers in groups.values():
        known = [{answer.photo for answer in told} for told in readers.values()]
        common = set.intersection(*known)
        for name, told in readers.items():
            readers[name] = [answer for answer in told if answer.photo in common]
    return groups


def time_table(answers: Answers, peaks: Mapping[tuple[str, str], float]) -> str:
    """Processor time and memory. Ratios are medians over the photos, of each photo's own ratio."""
    header = (
        "Photos, reader",
        "Photos",
        "Median ms",
        "95 % within ms",
        "Times ours",
        "Median ms by the clock",
        "Times ours by the clock",
        "Peak MB",
    )
    rows = []
    for group, readers in by_group(answers).items():
        ours = readers.get(OURS.name, [])
        for name, told in readers.items():
            busy = [answer.cpu_ms for answer in told]
            clock = [answer.ms for answer in told]
            rows.append(
                (
                    f"{group}: {name}",
                    str(len(told)),
                    f"{percentile(busy, 0.5):.0f}",
                    f"{percentile(busy, 0.95):.0f}",
                    _times(ours, told, "cpu_ms"),
                    f"{percentile(clock, 0.5):.0f}",
                    _times(ours, told, "ms"),
                    f"{peaks.get((name, group), 0.0):.0f}",
                )
            )
    return markdown(header, rows)


def accuracy_table(answers: Answers) -> str:
    """Whole numbers, with 95 % intervals."""
    rows = []
    for group, readers in by_group(answers).items():
        for name, told in readers.items():
            if name == OURS.name:
                ways = {"`read`": verdicts(told), "best guess": verdicts(told, guesses=True)}
            else:
                ways = {
                    "any 17 characters": verdicts(told),
                    "matching check digit": verdicts(told, checked=True),
                }
            for way, verdict in ways.items():
                rows.append((f"{group}: {name}, {way}", str(verdict.exact), str(verdict.wrong)))
    return markdown(("Photos, reader, what counts as an answer", "Exact", "Wrong"), rows)


def summary(answers: Answers) -> str:
    """A sentence a set: our time, right and wrong answers against those of each other reader."""
    lines = []
    for group, readers in by_group(answers).items():
        ours = readers.get(OURS.name)
        if not ours:
            continue
        mine = verdicts(ours)
        for name, told in readers.items():
            if name == OURS.name:
                continue
            theirs = verdicts(told)
            lines.append(
                f"- {group}: {name} takes {_times(ours, told, 'cpu_ms')} times as long; exact "
                f"{mine.exact.hits} (ours) to {theirs.exact.hits} of {mine.exact.n}, wrong "
                f"{mine.wrong.hits} to {theirs.wrong.hits} of {mine.wrong.n}."
            )
    return "\n".join(lines) or "There is nobody to compare with."


def _times(ours: Answers, told: Answers, measure: str) -> str:
    if not ours or not told:
        return NOTHING
    mine = {answer.photo: float(getattr(answer, measure)) for answer in ours}
    theirs = {answer.photo: float(getattr(answer, measure)) for answer in told}
    return f"{median_ratio(mine, theirs):.1f}"
