"""Real photos as training material, shown on the synthetic sample in their place."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.photos import SAMPLE, blank_jpeg, sample_vin
from training.recognition import alignment
from training.recognition.alignment import Aligned, aligned_photos
from training.recognition.real_strips import RealStrips
from training.synthesis.backgrounds import Backgrounds
from vinreader.decoding import Candidate
from vinreader.reader import Reader
from vinreader.vin import ALPHABET

COLUMNS = "file,vin,track,location,label_confidence\n"


def _fill(folder: Path, confidence: str) -> None:
    """The sample under a label of that confidence, a photo of nothing under a certain one."""
    shutil.copy(SAMPLE, folder / "sample.jpg")
    (folder / "blank.jpg").write_bytes(blank_jpeg())
    (folder / "labels.csv").write_text(
        COLUMNS
        + f"sample.jpg,{sample_vin()},low,sticker,{confidence}\n"
        + "blank.jpg,1M8GDM9AXKP042788,low,plate,check_digit\n"
    )
    (folder / "boxes.csv").write_text("file,x0,y0,x1,y1\nsample.jpg,380,620,1110,740\n")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample under an uncertain label, a photo of nothing under a certain one."""
    folder = tmp_path_factory.mktemp("real")
    _fill(folder, "two_reads")
    return folder


@pytest.fixture(scope="module")
def aligned(photos: Path) -> Aligned:
    """The sample, its characters found under its label."""
    parser = argparse.ArgumentParser()
    alignment.add_arguments(parser)
    out = photos / "aligned.json"
    alignment.align(parser.parse_args(["--real", str(photos), "--out", str(out)]))
    (found,) = aligned_photos(out)
    return found


def test_characters_are_found_in_order_along_the_line(aligned: Aligned) -> None:
    assert (aligned.file, aligned.vin) == ("sample.jpg", sample_vin())
    middles = aligned.edges.mean(axis=1)
    steps = np.diff(middles[:, 0])
    assert np.all(steps > 0)
    assert steps == pytest.approx(np.full(16, np.median(steps)), rel=0.25)  # a monospaced face
    slope = np.polyfit(middles[:, 0], middles[:, 1], 1)[0]
    assert slope == pytest.approx(-0.1, abs=0.04)


def test_strips_cut_from_an_aligned_photo_spell_its_number(aligned: Aligned, photos: Path) -> None:
    strips = RealStrips(photos / "aligned.json", photos)
    rng = np.random.default_rng(0)
    for _ in range(5):
        strip = strips.make(rng)
        assert strip.image.shape == (32, 960)
        assert "".join(ALPHABET[label] for label in strip.labels) in sample_vin()
        assert len(strip.labels) >= 15
        assert np.all(np.diff(strip.boxes.mean(axis=1)) > 0)


def test_a_label_far_from_what_is_seen_is_not_trained_on(photos: Path, tmp_path: Path) -> None:
    shutil.copy(SAMPLE, tmp_path / "sample.jpg")
    (tmp_path / "labels.csv").write_text(
        COLUMNS + "sample.jpg,WVWZZZ1JZXW000001,low,sticker,two_reads\n"
    )
    (tmp_path / "boxes.csv").write_text("file,x0,y0,x1,y1\n")
    parser = argparse.ArgumentParser()
    alignment.add_arguments(parser)
    out = tmp_path / "aligned.json"
    alignment.align(parser.parse_args(["--real", str(tmp_path), "--out", str(out)]))
    assert json.loads(out.read_text()) == []


def test_without_a_label_a_clear_number_is_accepted_and_judges_the_rule(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _fill(tmp_path, "second_photo")
    parser = argparse.ArgumentParser()
    alignment.add_arguments(parser)
    out = tmp_path / "aligned.json"
    options = ["--real", str(tmp_path), "--out", str(out)]
    alignment.align(parser.parse_args([*options, "--judge"]))
    assert "1 of 2 certain labels accepted, 0 of them wrong" in capsys.readouterr().out
    assert not out.exists()
    alignment.align(parser.parse_args([*options, "--unlabelled", "1"]))
    # It would be trained on, were it not a photo that judges the reader.
    assert "0 of 1 photos without label accepted" in capsys.readouterr().out
    (tmp_path / "labels.csv").write_text(COLUMNS)
    alignment.align(parser.parse_args([*options, "--unlabelled", "1"]))
    (found,) = aligned_photos(out)
    assert (found.file, found.vin) == ("sample.jpg", sample_vin())


def test_doubt_of_any_kind_keeps_a_number_without_label_out(photos: Path) -> None:
    reader = Reader.load()
    (look, *_) = sorted(
        alignment._looks(reader, photos / "sample.jpg"), key=lambda look: -look.candidate.score
    )
    sure = replace(look.candidate, certainty=np.full(17, 0.95, np.float32), disputed=())

    def accepted(candidate: Candidate, count: int = 4) -> bool:
        looks = [replace(look, candidate=candidate)] * count
        return alignment.agreed(looks, reader.config) is not None

    faint = np.where(np.arange(17) == 3, 0.3, 0.95).astype(np.float32)
    assert accepted(sure)
    assert not accepted(sure, count=3)
    assert not accepted(replace(sure, disputed=(5,)))
    assert not accepted(replace(sure, corrected=(5,)))
    assert not accepted(replace(sure, certainty=faint))
    assert not accepted(replace(sure, text="000" + sure.text[3:]))


def test_without_photos_alignment_says_so(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    alignment.add_arguments(parser)
    with pytest.raises(SystemExit, match="No real photos"):
        alignment.align(parser.parse_args(["--real", str(tmp_path / "none")]))


def test_backgrounds_keep_away_from_the_number(photos: Path) -> None:
    backgrounds = Backgrounds(photos)
    rng = np.random.default_rng(0)
    patches = [backgrounds.patch(rng, (20, 200)) for _ in range(20)]
    shown = [patch for patch in patches if patch is not None]
    assert len(shown) > 10
    assert all(patch.shape == (20, 200) and 0 <= patch.min() <= patch.max() <= 1 for patch in shown)


def test_without_photos_there_are_no_backgrounds(tmp_path: Path) -> None:
    assert Backgrounds(tmp_path).patch(np.random.default_rng(0), (8, 8)) is None
    assert Backgrounds(None).patch(np.random.default_rng(0), (8, 8)) is None
