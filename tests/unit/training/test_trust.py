"""Confidence is fitted to what turned out right, and the bar of `read` follows from a target."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.photos import SAMPLE, sample_vin
from training.__main__ import main
from training.synthesis.fonts import MissingFonts, faces
from training.trust.fit import NAMES, TARGET, End, cross_validated, ends, fitted, lowest_bar
from training.trust.gathering import Statement, of_pages, of_real_photos
from vinreader.logistic import Weights
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.trust import Trust


@pytest.fixture(scope="module")
def fonts() -> None:
    try:
        faces()
    except MissingFonts as missing:
        pytest.skip(str(missing))


def statement(photo: int, weakest: float, right: bool, **others: float) -> Statement:
    figures = np.zeros(len(NAMES))
    for name, value in {"weakest": weakest, **others}.items():
        figures[NAMES.index(name)] = value
    return Statement(str(photo), "pages", figures, right)


def served(weights: dict[str, Any]) -> Weights:
    return Weights.of(weights, NAMES)


def by_weakest() -> Weights:
    """Odds that are the weakest character's."""
    figures = {"weakest": {"usual": 0.0, "spread": 1.0, "weight": 1.0, "with": {}}}
    return served({"constant": 0.0, "figures": figures})


def chance(odds: float) -> float:
    return float(1 / (1 + np.exp(-odds)))


def told_by_weakest(count: int, seed: int = 0) -> list[Statement]:
    """Numbers that are right as often as twice the weakest character's odds less one say."""
    rng = np.random.default_rng(seed)
    odds = rng.uniform(-3, 3, count)
    right = rng.random(count) < 1 / (1 + np.exp(-(2 * odds - 1)))
    return [
        statement(i, float(o), bool(r)) for i, (o, r) in enumerate(zip(odds, right, strict=True))
    ]


def test_the_fit_finds_the_probability_behind_what_turned_out() -> None:
    weights = served(fitted(told_by_weakest(6000)))
    for odd in (-1.0, 0.0, 0.5, 2.0):
        told = weights.confidence(statement(0, odd, True).figures)
        assert told == pytest.approx(chance(2 * odd - 1), abs=0.03)


def test_a_figure_that_speaks_against_its_sense_is_left_out() -> None:
    rng = np.random.default_rng(1)
    odds, noise = rng.normal(0, 2, 900), rng.normal(0, 1, 900)
    right = rng.random(900) < 1 / (1 + np.exp(-odds))
    alike = [
        statement(i, float(o), bool(r), rival=float(o + n), votes=float(n))
        for i, (o, n, r) in enumerate(zip(odds, noise, right, strict=True))
    ]
    figures = fitted(alike)["figures"]
    assert "rival" not in figures  # here the right ones have more rivals
    assert figures["weakest"]["weight"] > 0


def test_what_one_figure_is_worth_may_depend_on_another() -> None:
    rng = np.random.default_rng(2)
    odds, votes = rng.normal(0, 1, (2, 20_000))
    right = rng.random(20_000) < 1 / (1 + np.exp(-odds * (1 + votes)))
    said = [
        statement(i, float(o), bool(r), votes=float(v))
        for i, (o, v, r) in enumerate(zip(odds, votes, right, strict=True))
    ]
    told = served(fitted(said))
    for v in (-1.0, 0.0, 1.0):
        sure, unsure = (statement(0, o, True, votes=v).figures for o in (1.0, -1.0))
        assert told.confidence(sure) == pytest.approx(chance(1 + v), abs=0.06)
        assert told.confidence(unsure) == pytest.approx(chance(-1 - v), abs=0.06)


def test_real_photos_count_for_more() -> None:
    pages = [statement(i, 0.0, right=i % 2 == 0) for i in range(200)]
    real = [replace(s, track="low", right=True, photo=f"{s.photo} real") for s in pages]
    told = served(fitted(pages + real)).confidence(pages[0].figures)
    assert told == pytest.approx((100 + 3 * 200) / (200 + 3 * 200), abs=0.01)


def test_a_photo_looked_at_for_long_counts_as_much_as_another() -> None:
    brief = [statement(i, 0.0, right=True) for i in range(100)]
    long = [statement(100 + i, 0.0, right=False) for i in range(100) for _ in range(9)]
    told = served(fitted(brief + long)).confidence(brief[0].figures)
    assert told == pytest.approx(0.5, abs=0.01)


def test_a_photo_ends_where_the_reader_is_settled_or_has_looked_at_all() -> None:
    said = [statement(0, 1.0, False), statement(0, 3.0, True), statement(0, 9.0, False)]
    said += [statement(4, 0.0, True), statement(4, 1.0, False)]
    barred = [replace(s, barred=True) for s in (statement(5, 4.0, True), statement(5, 2.0, False))]
    end = ends(said + barred, by_weakest(), settled=0.9)
    assert [e.confidence for e in end] == pytest.approx([chance(3), chance(1), chance(2)])
    assert [e.right for e in end] == [True, False, False]
    assert [e.read(0.85) for e in end] == [True, False, False]


def test_each_photo_is_judged_once_by_weights_that_do_not_know_it() -> None:
    known = told_by_weakest(400)
    judged = cross_validated(known, settled=2.0)
    assert len(judged) == 400
    assert sum(end.right for end in judged) == sum(s.right for s in known)
    own = served(fitted(known))
    in_sample = {round(float(own.confidence(s.figures)), 6) for s in known}
    assert len(in_sample & {round(end.confidence, 6) for end in judged}) < 20


def test_the_bar_is_the_lowest_that_keeps_the_target() -> None:
    judged = [End("pages", c, True) for c in (0.999, 0.998, 0.99, 0.97, 0.6)]
    assert lowest_bar(judged, 0.005) == pytest.approx(0.99)  # 0.0043 in the mean
    assert lowest_bar(judged, 0.02) == pytest.approx(0.97)
    assert lowest_bar([*judged, End("pages", 0.985, True, barred=True)], 0.005) == 0.99
    assert lowest_bar([End("pages", 0.9, True)], 0.05) == 1.0


@pytest.mark.usefixtures("fonts")
def test_statements_come_again_with_any_number_of_workers() -> None:
    alone = list(of_pages(DEFAULT_MODELS_DIR, 4, 6, workers=1))
    shared = list(of_pages(DEFAULT_MODELS_DIR, 4, 6, workers=2))
    assert [(s.photo, s.right) for s in alone] == [(s.photo, s.right) for s in shared]
    assert np.allclose([s.figures for s in alone], [s.figures for s in shared])
    assert {s.photo for s in alone} <= {f"page {index}" for index in range(6)}
    assert any(s.right for s in alone)


def test_real_photos_make_statements_and_none_are_no_error(tmp_path: Path) -> None:
    assert list(of_real_photos(DEFAULT_MODELS_DIR, tmp_path, workers=1)) == []
    (tmp_path / "sample.jpg").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "labels.csv").write_text(
        "file,vin,track,location,label_confidence\n"
        f"sample.jpg,{sample_vin()},native,sticker,check_digit\n"
    )
    said = list(of_real_photos(DEFAULT_MODELS_DIR, tmp_path, workers=1))
    assert {(s.photo, s.track, s.right) for s in said} == {("sample.jpg", "native", True)}
    looks = [s.figures[NAMES.index("agreeing")] + s.figures[NAMES.index("others")] for s in said]
    assert looks == sorted(looks)
    assert len(said) > 2


@pytest.mark.usefixtures("fonts")
def test_the_command_writes_what_the_reader_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "confidence.json"
    nowhere = ["--real", str(tmp_path)]
    main(["fit-confidence", "--photos", "10", "--workers", "1", "--out", str(out), *nowhere])
    assert "of right ones read" in capsys.readouterr().out
    data = json.loads(out.read_text())
    assert set(data["photos"]) == {"pages"}
    assert data["target"] == TARGET
    trust = Trust.fitted(out)
    assert trust.read_from == data["read_from"]
    assert set(data["weights"]["figures"]) <= set(NAMES)


def test_the_weights_that_are_served_are_there() -> None:
    trust = Trust.fitted()
    assert len(trust.weights.figures) >= 6
    assert 0.9 < trust.read_from < 1
