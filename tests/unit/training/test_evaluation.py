"""What an evaluation counts and how it tells it, on outcomes made up for the purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.outcomes import PHOTOS, VIN, photo, strip
from training.evaluation.calibration import (
    calibration_error,
    error_interval,
    reliability_table,
)
from training.evaluation.choices import answers_of, choices_table
from training.evaluation.comparison import chance, changes
from training.evaluation.confusions import (
    NO_SYMBOL,
    confusion_counts,
    confusion_pairs,
    pair_name,
)
from training.evaluation.figures import Share, character_error_rate, markdown
from training.evaluation.outcomes import PhotoOutcome, Results, aligned, edit_distance
from training.evaluation.tables import heads_table, photo_table, strip_table
from vinreader.results import Question, Reading, Status
from vinreader.vin import ALPHABET

SHORT = st.text("018BS", max_size=7)


def rows(table: str) -> dict[str, list[str]]:
    """The cells of a table of Markdown by the first of each row."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    return {row[0]: row[1:] for row in cells}


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (29, 29, 0.8830, 1)],
)
def test_intervals_are_those_of_newcombe(hits: int, n: int, low: float, high: float) -> None:
    """Table I of Newcombe (1998), method 3; the last row by arithmetic, as 1 / (1 + z² / n)."""
    assert Share(hits, n).interval == pytest.approx((low, high), abs=5e-5)


def test_a_share_tells_its_interval_and_nothing_of_nothing() -> None:
    assert str(Share.of([True] * 37 + [False] * 3)) == "92.5 % (80.1–97.4)"
    assert str(Share.of([])) == "–"
    assert Share(0, 0).interval == (0.0, 1.0)


@given(SHORT, SHORT, SHORT)
def test_edit_distance_is_a_metric(a: str, b: str, c: str) -> None:
    assert (edit_distance(a, b) == 0) == (a == b)
    assert edit_distance(a, b) == edit_distance(b, a)
    assert edit_distance(a, c) <= edit_distance(a, b) + edit_distance(b, c)
    assert abs(len(a) - len(b)) <= edit_distance(a, b) <= max(len(a), len(b))


@given(SHORT, SHORT)
def test_an_alignment_spells_both_and_is_shortest(label: str, seen: str) -> None:
    pairs = aligned(label, seen)
    assert "".join(true for true, _ in pairs) == label
    assert "".join(shown for _, shown in pairs) == seen
    assert sum(true != shown for true, shown in pairs) == edit_distance(label, seen)
    assert ("", "") not in pairs


@pytest.mark.parametrize(
    ("label", "seen", "distance"),
    [("", "ABC", 3), ("ABC", "ABC", 0), ("ABC", "AXC", 1), ("ABC", "BC", 1), ("ABC", "ABBC", 1)],
)
def test_edit_distance(label: str, seen: str, distance: int) -> None:
    assert edit_distance(label, seen) == distance


def test_photos_are_counted_by_track_and_location() -> None:
    table = rows(photo_table(PHOTOS))
    assert table["photos"] == [
        "n",
        "exact",
        "wrong at `read`",
        "best guess",
        "CER",
        "median s",
        "CPU s",
    ]
    low = [
        "4",
        str(Share(1, 4)),
        str(Share(1, 4)),
        str(Share(2, 4)),
        f"{100 * 18 / 68:.2f} %",
        "0.25",
        "0.12",
    ]
    assert table["low"] == table["low, sticker"] == low
    assert table["unreadable"] == ["2", "–", str(Share(1, 2)), "–", "–", "0.20", "0.10"]


def test_strips_are_counted_whole_and_where_a_person_reads_them() -> None:
    wrong = "2" + VIN[1:]
    looked = replace(strip(1, wrong), elected=VIN)
    outcomes = [replace(strip(0, VIN), elected=wrong), looked, strip(2, wrong, legibility=0.0)]
    table = rows(strip_table([*outcomes, strip(3, VIN, style="windshield")]))
    whole, hard = [str(Share(1, 2)), f"{100 / 34:.2f} %"], [str(Share(1, 3)), f"{200 / 51:.2f} %"]
    assert table["dot_peen"] == ["3", *hard, "2", *whole, str(Share(1, 2))]
    all_right = [str(Share(1, 1)), "0.00 %"]
    assert table["windshield"] == ["1", *all_right, "1", *all_right, "–"]
    assert table["all"][0] == "4"
    assert list(table)[-1] == "all"


def test_heads_stand_beside_one_another() -> None:
    miss = strip(0, VIN[:-1])
    hard = strip(1, "", legibility=0.0)
    table = rows(
        heads_table(
            {"boxes": [miss, hard], "frames": [strip(0, VIN), hard], "both": [strip(0, VIN), hard]},
            {"boxes": PHOTOS, "frames": [*PHOTOS[:1] * 4, *PHOTOS[4:]], "both": PHOTOS},
        )
    )
    assert table[""] == ["n", "boxes (YOLO) alone", "frames (CTC) alone", "both"]
    none, one = str(Share(0, 1)), str(Share(1, 1))
    assert table["readable strips, dot_peen: exact"] == ["1", none, one, one]
    assert table["readable strips, all: CER"] == ["1", f"{100 / 17:.2f} %", "0.00 %", "0.00 %"]
    quarter = str(Share(1, 4))
    assert table["photos, low: exact"] == ["4", quarter, str(Share(4, 4)), quarter]
    assert table["photos, unreadable: wrong at `read`"] == ["2", *[str(Share(1, 2))] * 3]
    assert "photos, unreadable: exact" not in table
    assert table["photos, low: wrong at `read`"] == ["4", quarter, str(Share(0, 4)), quarter]


def test_heads_can_be_compared_on_strips_alone() -> None:
    table = rows(heads_table({"boxes": [strip(0, VIN)], "both": [strip(0, "")]}, {}))
    assert table["readable strips, all: exact"] == ["1", str(Share(1, 1)), str(Share(0, 1))]
    assert not any(name.startswith("photos") for name in table)


def test_tables_are_markdown() -> None:
    assert markdown(("set", "n"), [("native", "40")]) == (
        "| set    |   n |\n| ------ | --: |\n| native |  40 |"
    )


def test_errors_are_counted_over_labelled_characters_alone() -> None:
    assert character_error_rate([]) == "–"
    assert character_error_rate([photo("e.jpg", VIN, "retake", label="")]) == "–"
    assert character_error_rate([strip(0, VIN[:-1]), strip(1, VIN)]) == f"{100 / 34:.2f} %"


def test_confusions_count_substitutions_insertions_and_deletions() -> None:
    outcomes = [
        strip(0, VIN),
        strip(1, "1M8GDM9AXKP042B88"),  # 7 as B
        strip(2, VIN[1:]),  # 1 missed
        strip(3, VIN + "7"),  # 7 made up
        strip(4, "9" * 17),  # too wrong to tell what was taken for what
    ]
    counts = confusion_counts(outcomes)
    seven, b, one = (ALPHABET.index(symbol) for symbol in "7B1")
    assert counts[seven, b] == counts[one, NO_SYMBOL] == counts[NO_SYMBOL, seven] == 1
    assert counts[one, one] == 3
    assert counts.sum() == 4 * 17 + 1
    assert counts[NO_SYMBOL, NO_SYMBOL] == 0
    assert confusion_pairs(counts) == [("", "7", 1), ("1", "", 1), ("7", "B", 1)]


def test_the_commonest_confusion_comes_first() -> None:
    often = [strip(i, "7" + VIN[1:]) for i in range(3)]
    pairs = confusion_pairs(confusion_counts([*often, strip(3, "2" + VIN[1:])]))
    assert pairs == [("1", "7", 3), ("1", "2", 1)]
    assert [pair_name(p) for p in (*pairs, ("1", "", 2), ("", "7", 1))] == [
        "1 as 7: 3",
        "1 as 2: 1",
        "missed 1: 2",
        "made up 7: 1",
    ]


def test_unreadable_photos_have_no_confusions() -> None:
    assert confusion_counts(PHOTOS[4:]).sum() == 0


def test_sure_errors_weigh_more_than_doubtful_and_missed_ones() -> None:
    sure = replace(strip(0, "2" + VIN[1:]), confidences=(0.99, *(0.5,) * 16))
    doubtful = replace(strip(1, "23" + VIN[2:]), confidences=(0.3, 0.4, *(0.99,) * 15))
    missed = strip(2, VIN[3:])
    assert sure.sure_error == pytest.approx(0.99)
    assert doubtful.sure_error == pytest.approx(0.7)
    assert missed.sure_error == 0.0


def test_results_come_back_from_their_file(tmp_path: Path) -> None:
    asked = replace(PHOTOS[1], alternatives=("B", ""), candidates=(VIN,), answers=(VIN, "1" * 17))
    results = Results({"yolo": "sha256:1"}, (*PHOTOS, asked), (strip(0, VIN), strip(1, "", 0.25)))
    results.save(tmp_path / "results.json")
    assert Results.load(tmp_path / "results.json") == results


def test_a_comparison_names_what_changed() -> None:
    now = (
        replace(PHOTOS[0], vin="", status="not_found"),
        replace(PHOTOS[1], status="read"),
        replace(PHOTOS[2], vin=VIN),
        *PHOTOS[3:5],
        photo("g.jpg", VIN, "read"),
    )
    said = changes(Results({}, PHOTOS, ()), Results({}, now, (strip(0, VIN),)))
    assert said.startswith(
        "photos: 5 in both, 1 only now, 1 only then; 2 newly exact, 1 no longer "
        "(as uneven by chance: 1.00)"
    )
    blocks = [rows(block) for block in said.split("\n\n")[1:]]
    assert [next(iter(block)) for block in blocks] == [
        "newly exact",
        "no longer exact",
        "no longer wrong at `read`",
    ]
    assert blocks[0]["b.jpg"] == [VIN, VIN, VIN]
    assert blocks[0]["c.jpg"] == [VIN, PHOTOS[2].vin, VIN]
    assert blocks[1]["a.jpg"] == [VIN, VIN, "–"]


@pytest.mark.parametrize("change", [{"label": "W" * 17}, {"checksum": 99}])
def test_strips_of_another_text_or_look_are_not_compared(change: dict[str, Any]) -> None:
    other = replace(strip(0, VIN), **change)
    said = changes(Results({}, (), (strip(0, VIN),)), Results({}, (), (other,)))
    assert said.startswith("strips: 0 in both, 1 only now, 1 only then; 0 newly exact")


def test_evaluations_of_different_things_have_nothing_in_common() -> None:
    said = changes(Results({}, PHOTOS, ()), Results({}, (), (strip(0, VIN),)))
    assert said == "The two evaluations have nothing in common."


def test_chance_is_that_of_a_coin() -> None:
    assert chance(0, 0) == 1.0
    assert chance(5, 0) == chance(0, 5) == pytest.approx(2 / 32)
    assert chance(8, 2) == pytest.approx(2 * (1 + 10 + 45) / 1024)
    assert chance(3, 3) == 1.0


def answers(*confident: tuple[float, bool]) -> list[PhotoOutcome]:
    """Photos with a confidence each, read rightly or not."""
    return [
        replace(photo("x.jpg", VIN if right else "1" * 17, "read"), confidence=confidence)
        for confidence, right in confident
    ]


def test_confidence_that_is_the_share_of_right_answers_has_no_error() -> None:
    outcomes = answers(*[(0.75, True)] * 3, (0.75, False))
    assert calibration_error(outcomes) == pytest.approx(0.0)
    assert rows(reliability_table(outcomes))["0.7–0.8"][:2] == ["4", "75.0 %"]


def test_the_error_is_how_far_confidence_is_off_on_average() -> None:
    outcomes = answers((0.99, True), (0.97, False), (0.25, False), (0.25, False))
    by_hand = (0.01 + 0.97 + 2 * 0.25) / 4
    assert calibration_error(outcomes) == pytest.approx(by_hand)


def test_the_interval_of_the_error_holds_it_and_narrows() -> None:
    few = answers(*[(0.8, True)] * 7, *[(0.8, False)] * 3)
    many = few * 20
    for outcomes in (few, many):
        low, high = error_interval(outcomes)
        assert low <= 0.1 <= high + 1e-9
    assert np.diff(error_interval(many)) < 0.4 * np.diff(error_interval(few))


def test_what_gives_no_number_is_not_counted() -> None:
    nothing = replace(photo("x.jpg", "", "not_found"), confidence=0.0)
    assert np.isnan(calibration_error([nothing]))
    table = rows(reliability_table([nothing, *answers((1.0, True))]))
    assert table["expected calibration error"][0] == "1"
    assert table["0.99–1"][0] == "1"


def retaken(vin: str, answers: tuple[str, ...] = (), **changes: Any) -> PhotoOutcome:
    """A retake, its own number first among its candidates and the answers after it."""
    told = {"candidates": (vin, *answers), "answers": (vin, *answers) if answers else ()}
    return replace(photo("x.jpg", vin, "retake"), **{**told, **changes})


def test_choices_are_judged_where_the_reader_does_not_stand_behind_its_number() -> None:
    misread = VIN[:-1] + "3"
    twice = "J" + misread[1:]
    table = rows(
        choices_table(
            [
                photo("a.jpg", misread, "read"),
                retaken(VIN),
                retaken(VIN, (misread,)),
                retaken(misread, (VIN,), alternatives=("",) * 16 + ("B8",)),
                retaken(misread, (twice,), candidates=(misread, twice, VIN)),
                retaken(twice, alternatives=("L7", *("",) * 15, "8")),
                retaken("9" * 17, alternatives=("1",) * 17),
                retaken(VIN, (misread,), label=""),
                retaken(VIN, label=""),
            ]
        )
    )
    del table[next(name for name in table if name.startswith("---"))]
    assert table == {
        "retakes": ["n", "share"],
        "best guess wrong: right one among the candidates": ["4", str(Share(2, 4))],
        "best guess wrong: settled by the question": ["4", str(Share(1, 4))],
        "best guess right or wrong: settled by the question": ["6", str(Share(2, 6))],
        "asked: settled": ["3", str(Share(2, 3))],
        "no whole number in the photo: asked in vain": ["2", str(Share(1, 2))],
        "misread characters: true symbol among the alternatives": ["3", str(Share(2, 3))],
    }


def test_answers_are_put_into_the_number() -> None:
    question = Question(4, ("G", "6"), "Is the 4th character a G or a 6?")
    reading = Reading(Status.RETAKE, VIN, 0.5, question=question)
    assert answers_of(reading) == (VIN, "1M86DM9AXKP042788")
    assert answers_of(replace(reading, question=None)) == ()
