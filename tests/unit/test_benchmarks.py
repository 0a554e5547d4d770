from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.charts import BARS, NAMES, OTHER, OWN, comparison_chart
from benchmarks.comparison import Comparison
from benchmarks.comparison_tables import accuracy_table, summary, time_table, verdicts
from benchmarks.cost import Item, arithmetic, bill, gigabyte_seconds
from benchmarks.documents import MissingPart, replace_part, with_part
from benchmarks.engines import OURS, Answered, Worker, available
from benchmarks.figures import median_ratio, percentile
from benchmarks.growth import Course, Mark, memory_table, throughput_table
from benchmarks.photo_sets import drawn_sets, real_sets
from benchmarks.picking import is_checked, pick
from benchmarks.prices import PRICES
from benchmarks.processes import Process, WorkerEnded
from benchmarks.synthesis_speed import table
from training.synthesis.fonts import MissingFonts, faces
from vinreader.vin import ALPHABET

VIN = "1M8GDM9AXKP042788"
EUROPEAN = "WVWZZZ1JZ3W386752"
PEER = "Peer"


@pytest.mark.parametrize(
    "lines",
    [
        [VIN],
        ["MFD BY EXAMPLE MOTOR CO.", f"VIN: {VIN}", "TYPE: PASSENGER CAR"],
        [f"*{VIN}*"],
        ["1M8GDM9A XKP042788"],
        ["1M8GDM9AXKPO42788"],
        ["IM8GDM9AXKP042788"],
        [f"XY{VIN}"],
        ["1M8GDM9AX", "KP042788"],
        [f"{VIN[:8]}0{VIN[9:]}", VIN],
    ],
)
def test_the_number_is_picked_out_of_what_a_text_reader_says(lines: list[str]) -> None:
    assert pick(lines) == VIN


def test_a_number_without_a_matching_check_digit_is_picked_where_there_is_no_other() -> None:
    assert pick(["SAFETY STANDARDS", EUROPEAN]) == EUROPEAN
    assert not is_checked(EUROPEAN)
    assert is_checked(VIN)
    assert not is_checked("")


@pytest.mark.parametrize(
    "lines", [[], [""], ["1M8GDM9AXKP04278"], ["THIS VEHICLE CONFORMS TO ALL STANDARDS"]]
)
def test_no_number_is_picked_where_none_stands(lines: list[str]) -> None:
    assert pick(lines) == ""


@given(st.lists(st.text(ALPHABET + "IOQ *-:", max_size=40), max_size=4))
def test_what_is_picked_is_well_formed(lines: list[str]) -> None:
    vin = pick(lines)
    assert vin == "" or (len(vin) == 17 and set(vin) <= set(ALPHABET))


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(value) for value in range(1, 21)]
    assert percentile(values, 0.5) == 10
    assert percentile(values, 0.95) == 19
    assert percentile([7.0], 0.95) == 7
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_ratio_is_taken_photo_by_photo() -> None:
    assert median_ratio({"a": 1.0, "b": 10.0, "c": 2.0}, {"a": 8.0, "b": 20.0, "c": 10.0}) == 5


def answered(engine: str, photo: str, label: str, vin: str, stands: bool, ms: float) -> Answered:
    return Answered(engine, "set", photo, label, vin, stands, 2 * ms, ms)


def two_readers() -> list[Answered]:
    other = VIN[:-1] + "9"
    return [
        answered(OURS.name, "a", VIN, VIN, True, 100.0),
        answered(PEER, "a", VIN, VIN, True, 900.0),
        answered(OURS.name, "b", VIN, other, False, 200.0),
        answered(PEER, "b", VIN, other, True, 1600.0),
        answered(OURS.name, "c", "", "", False, 100.0),
        answered(PEER, "c", "", EUROPEAN, True, 800.0),
    ]


def test_only_answers_that_are_stood_behind_are_right_or_wrong() -> None:
    ours, peers = two_readers()[::2], two_readers()[1::2]
    assert (verdicts(ours).exact.hits, verdicts(ours).exact.n) == (1, 2)
    assert (verdicts(ours).wrong.hits, verdicts(ours).wrong.n) == (0, 3)
    assert verdicts(ours, guesses=True).wrong.hits == 1
    assert verdicts(peers).wrong.hits == 2
    assert verdicts(peers, checked=True).wrong.hits == 0
    assert verdicts(peers, checked=True).exact.hits == 1


def test_tables_tell_times_ratios_memory_and_intervals() -> None:
    table_of_times = time_table(two_readers(), {(OURS.name, "set"): 270.4})
    ours, peer = table_of_times.splitlines()[2:]
    assert [cell.strip() for cell in ours.split("|")[2:9]] == [
        *("3", "100", "200", "1.0", "200", "1.0", "270")
    ]
    assert [cell.strip() for cell in peer.split("|")[4:6]] == ["1600", "8.0"]
    assert "50.0 % (9.5–90.5)" in accuracy_table(two_readers())
    assert "takes 8.0 times as long; exact 1 (ours) to 1 of 2, wrong 0 to 2 of 3" in summary(
        two_readers()
    )


def test_a_photo_that_not_every_reader_saw_is_left_out() -> None:
    cut_off = [*two_readers(), answered(OURS.name, "d", VIN, VIN, True, 5000.0)]
    assert time_table(cut_off, {}) == time_table(two_readers(), {})


def test_bars_are_as_long_as_times_are() -> None:
    chart = comparison_chart(two_readers())
    colours = [
        chart.getpixel((NAMES + round(BARS * share), y)) for share in (0.1, 0.9) for y in (62, 88)
    ]
    assert colours == [OWN, OTHER, (255, 255, 255), OTHER]


def test_what_was_said_can_be_loaded_again(tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    lines = [vars(two_readers()[0]), {"engine": PEER, "group": "set", "peak_mb": 5.0}]
    file.write_text("\n".join(map(json.dumps, [*lines, {**lines[1], "peak_mb": 4.0}])))
    loaded = Comparison.load(file)
    assert loaded.answers == two_readers()[:1]
    assert loaded.peaks == {(PEER, "set"): 5.0}


def test_a_part_of_a_document_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("before\n<!-- a -->\nold\n<!-- /a -->\nafter\n<!-- b -->\n<!-- /b -->\n")
    replace_part(document, "a", "new")
    told = document.read_text()
    assert told.startswith("before\n<!-- a -->\n\nnew\n\n<!-- /a -->\nafter\n")
    assert with_part(told, "a", "new") == told
    with pytest.raises(MissingPart, match="no part c"):
        replace_part(document, "c", "new")


def test_a_bill_is_amounts_times_prices() -> None:
    assert gigabyte_seconds(0.2, 1769) == pytest.approx(1769 / 1024 * (0.2 + 0.1 + 0.015))
    # Half a processor takes twice as long, and waits no longer.
    assert gigabyte_seconds(0.2, 1769 // 2) == pytest.approx(
        1769 / 2 / 1024 * (0.4 + 0.1 + 0.03), rel=1e-2
    )
    assert Item("writes", "s3 write", 2).cents == pytest.approx(1.0)
    assert PRICES["lambda arm64"].dollars < PRICES["lambda x86_64"].dollars
    assert "1.728 GB × (0.200 s busy + 0.1 s waiting" in arithmetic(0.2, 1769)
    lines = bill(0.2, 1769).splitlines()[2:]
    cents = [float(line.split("|")[3]) for line in lines]
    assert sum(cents[:-1]) == pytest.approx(cents[-1], abs=0.05)


def test_growth_is_told_as_photos_are_read_and_by_environment() -> None:
    one = Course(((Mark(100, 250.0, 300.0, 9000.0), Mark(200, 251.0, 300.0, 9000.0)),), 40.0)
    two = Course(((Mark(100, 240.0, 290.0, 9000.0),), (Mark(100, 242.0, 295.0, 9000.0),)), 20.0)
    rows = [
        [cell.strip() for cell in row.split("|")[1:-1]]
        for row in memory_table({1: one, 2: two}).splitlines()
    ]
    assert rows[2:] == [
        ["100", "250", "240", "242"],
        ["200", "251", "–", "–"],
        ["peak", "300", "290", "295"],
    ]
    assert "| 5.00 |" in " ".join(throughput_table({1: one}).split())
    assert two.cpu_ms == 90


def test_rates_are_told_for_a_cold_and_a_warm_generator() -> None:
    told = table({"strips of VIN Reader": [0.01, 0.005], "Other": [0.02, 0.02]})
    ours, other = ([c.strip() for c in row.split("|")[1:-1]] for row in told.splitlines()[2:])
    assert ours == ["strips of VIN Reader", "100", "200", "133", "–"]
    assert other == ["Other", "50", "50", "50", "2.7"]


def test_without_the_peers_only_our_reader_is_measured(tmp_path: Path) -> None:
    engines, missing = available(tmp_path / "python")
    assert engines == (OURS,)
    assert "make bench" in missing[0]


def test_our_reader_answers_as_a_worker() -> None:
    sample = Path("local/photos/synthetic-sticker.jpg")
    vin = json.loads(sample.with_suffix(".json").read_text())["vin"]
    with Worker(OURS) as worker:
        told = worker.read(sample, "samples", vin)
    assert (told.vin, told.stands, told.label) == (vin, True, vin)
    assert told.cpu_ms > 0
    assert worker.peak_mb > 50


def test_a_worker_that_fails_is_told_of() -> None:
    process = Process(sys.executable, "benchmarks.no_such_worker")
    with pytest.raises(WorkerEnded, match="no_such_worker"):
        process.ask({})


def test_real_photos_are_taken_by_track(tmp_path: Path) -> None:
    rows = [
        "file,vin,track,label_confidence",
        f"a.jpg,{VIN},native,check_digit",
        "b.jpg,,unreadable,",
    ]
    (tmp_path / "labels.csv").write_text("\n".join(rows))
    found = {photos.name: list(photos.draw(tmp_path)) for photos in real_sets(tmp_path)}
    assert found == {
        "real, native": [(tmp_path / "a.jpg", VIN)],
        "real, unreadable": [(tmp_path / "b.jpg", "")],
    }


def test_drawn_photos_are_the_same_each_time(tmp_path: Path) -> None:
    try:
        faces()
    except MissingFonts as missing:
        pytest.skip(str(missing))
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    once, again = (
        [(file.read_bytes(), vin) for file, vin in drawn_sets(0, 3)[0].draw(tmp_path / folder)]
        for folder in ("one", "two")
    )
    assert once == again
    assert len(once) == 3
