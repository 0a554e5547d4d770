"""What two evaluations say differently about the same lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import comb

from training.evaluation.figures import markdown
from training.evaluation.outcomes import Outcome, Results

__all__ = ["chance", "changes"]


def changes(earlier: Results, now: Results) -> str:
    """A report on photos and strips: counts of what changed, and the lines themselves."""
    parts = []
    for name, before, after in (
        ("photos", earlier.photos, now.photos),
        ("strips", earlier.strips, now.strips),
    ):
        if before and after:
            parts.append(_changes(name, before, after))
    return "\n\n".join(parts) or "The two evaluations have nothing in common."


def chance(gained: int, lost: int) -> float:
    """How probable it is that a coin splits the changed lines at least so unevenly: the exact test
    of McNemar (1947)."""
    n, less = gained + lost, min(gained, lost)
    return min(1.0, 2 * sum(comb(n, k) for k in range(less + 1)) / 2**n)


def _changes(name: str, before: Sequence[Outcome], after: Sequence[Outcome]) -> str:
    was = {outcome.subject: outcome for outcome in before}
    pairs = [(was[outcome.subject], outcome) for outcome in after if outcome.subject in was]
    groups = {
        "newly exact": [(a, b) for a, b in pairs if b.exact and not a.exact],
        "no longer exact": [(a, b) for a, b in pairs if a.exact and not b.exact],
        "newly wrong at `read`": [(a, b) for a, b in pairs if b.wrong_read and not a.wrong_read],
        "no longer wrong at `read`": [
            (a, b) for a, b in pairs if a.wrong_read and not b.wrong_read
        ],
    }
    gained, lost = len(groups["newly exact"]), len(groups["no longer exact"])
    by_chance = chance(gained, lost)
    report = [
        f"{name}: {len(pairs)} in both, {len(after) - len(pairs)} only now, "
        f"{len(before) - len(pairs)} only then; {gained} newly exact, {lost} no longer "
        f"(as uneven by chance: {by_chance:.2f})"
    ]
    for what, changed in groups.items():
        if changed:
            report.append(markdown((what, "true", "then", "now"), _rows(changed)))
    return "\n\n".join(report)


def _rows(changed: Iterable[tuple[Outcome, Outcome]]) -> Iterable[list[str]]:
    for before, after in changed:
        yield [after.name, after.label or "unreadable", before.vin or "–", after.vin or "–"]
