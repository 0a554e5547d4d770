"""`python -m training evaluate` from end to end, on the sample in place of real photos."""

from __future__ import annotations

import argparse
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.photos import SAMPLE, blank_jpeg, sample_vin
from training import evaluate
from training.detection.real import BoxedPhoto, held_out
from training.evaluation.figures import Share
from training.evaluation.framed import framed_photo, read_framed
from training.evaluation.outcomes import Results
from training.evaluation.pages import page_photo, read_pages
from training.evaluation.photos import labelled_photos, read_photos, read_photos_by_head
from training.evaluation.strips import look_closer, read_strips
from training.evaluation.turned import read_turned
from training.evaluation.unlabelled import answered_table, read_unlabelled
from training.synthesis.styles import STYLES
from vinreader.detection import Detector
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.reader import Reader
from vinreader.recognition import Evidence, Recognizer
from vinreader.results import CheckDigit, TextLine
from vinreader.vin import verdict

OTHER = "1M8GDM9AXKP042788"


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample under an uncertain label; a photo of nothing and a broken file under certain
    ones."""
    folder = tmp_path_factory.mktemp("real")
    shutil.copy(SAMPLE, folder / "sample.jpg")
    (folder / "blank.jpg").write_bytes(blank_jpeg())
    (folder / "broken.jpg").write_bytes(blank_jpeg()[:-300])
    (folder / "labels.csv").write_text(
        "file,vin,track,location,label_confidence\n"
        f"sample.jpg,{sample_vin()},low,sticker,two_reads\n"
        f"blank.jpg,{OTHER},low,plate,check_digit\n"
        f"broken.jpg,{OTHER},native,plate,check_digit\n"
    )
    return folder


def run(*options: object) -> None:
    parser = argparse.ArgumentParser()
    evaluate.add_arguments(parser)
    evaluate.evaluate(parser.parse_args([str(option) for option in options]))


def test_only_certain_labels_judge(photos: Path) -> None:
    assert [row["file"] for row in labelled_photos(photos)] == ["blank.jpg", "broken.jpg"]
    assert [row["file"] for row in labelled_photos(photos, uncertain=True)] == ["sample.jpg"]


def test_turned_photos_are_a_track_of_their_own(photos: Path, tmp_path: Path) -> None:
    rows = (photos / "labels.csv").read_text().replace("two_reads", "second_photo")
    shutil.copytree(photos, tmp_path / "real")
    (tmp_path / "real" / "labels.csv").write_text(rows)
    outcomes = list(read_turned(Reader.load(DEFAULT_MODELS_DIR), tmp_path / "real", 45.0))
    assert [(o.name, o.track, o.exact) for o in outcomes] == [
        ("sample.jpg", "low, 45°", True),
        ("blank.jpg", "low, 45°", False),
    ]
    assert list(read_turned(Reader.load(DEFAULT_MODELS_DIR), tmp_path / "none", 45.0)) == []


def test_photos_without_label_are_counted_where_they_are_answered(tmp_path: Path) -> None:
    names = [f"{n}.jpg" for n in range(60)]
    told = [name for name in names if held_out(BoxedPhoto(Path(name), np.zeros(4)))]
    assert 0 < len(told) < len(names)
    for name in names:
        (tmp_path / name).write_bytes(blank_jpeg())
    shutil.copy(SAMPLE, tmp_path / told[0])
    rows = "".join(f"{name},1,1,9,9\n" for name in names)
    (tmp_path / "boxes.csv").write_text(f"file,x0,y0,x1,y1\n{rows}")
    outcomes = list(read_unlabelled(Reader.load(DEFAULT_MODELS_DIR), tmp_path))
    assert [outcome.name for outcome in outcomes] == told
    assert [outcome.status for outcome in outcomes] == ["read"] + ["not_found"] * (len(told) - 1)
    row = answered_table(outcomes).splitlines()[-1]
    assert row.count(str(Share(1, len(told)))) == 2
    assert list(read_unlabelled(Reader.load(DEFAULT_MODELS_DIR), tmp_path / "none")) == []


def test_photos_are_judged_as_the_reader_answers(photos: Path) -> None:
    reader = Reader.load(DEFAULT_MODELS_DIR)
    blank, broken = read_photos(reader, photos)
    assert (blank.vin, blank.status, blank.right, blank.quad) == ("", "not_found", False, None)
    assert (broken.status, broken.location, broken.confidences) == ("rejected", "plate", ())
    (sample,) = read_photos(reader, photos, uncertain=True)
    assert (sample.name, sample.status, sample.exact) == ("sample.jpg", "read", True)
    assert len(sample.confidences) == 17
    answer = reader.read(SAMPLE.read_bytes())
    assert sample.confidence == answer.confidence
    assert sample.confidences == tuple(one.confidence for one in answer.characters)
    assert sample.seconds is not None
    assert sample.seconds > 0


def test_heads_share_what_the_networks_saw_and_nothing_else(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone,) = read_photos(Reader.load(DEFAULT_MODELS_DIR), photos, uncertain=True)
    plain_steps, plain_recognize = Detector.steps, Recognizer.recognize
    looked_at: list[bytes] = []

    def steps(self: Detector, grey: np.ndarray) -> Iterator[tuple[TextLine, ...]]:
        looked_at.append(grey.tobytes())
        return plain_steps(self, grey)

    def recognize(self: Recognizer, strips: np.ndarray) -> tuple[Evidence, ...]:
        looked_at.extend(strip.tobytes() for strip in strips)
        return plain_recognize(self, strips)

    monkeypatch.setattr(Detector, "steps", steps)
    monkeypatch.setattr(Recognizer, "recognize", recognize)
    by_head = read_photos_by_head(DEFAULT_MODELS_DIR, photos, ("boxes", "both"), uncertain=True)
    assert by_head["both"] == [replace(alone, seconds=None, cpu_seconds=None)]
    assert by_head["boxes"][0].right
    assert len(looked_at) == len(set(looked_at)) > 2  # the photo and some strips, once each


@pytest.mark.usefixtures("fonts")
def test_synthetic_photos_come_again_and_are_judged_by_their_own_number() -> None:
    files = [page_photo(5, index) for index in range(6)]
    assert files == [page_photo(5, index) for index in range(6)]
    assert len({data for data, _, _ in files}) == 6
    outcomes = list(read_pages(Reader.load(DEFAULT_MODELS_DIR), 6, 5))
    assert [outcome.label for outcome in outcomes] == [label for _, _, label in files]
    assert any(outcome.right for outcome in outcomes)


@pytest.mark.usefixtures("fonts")
def test_frames_lie_around_small_numbers_and_help() -> None:
    photo = framed_photo(5, 1)
    assert photo == framed_photo(5, 1) != framed_photo(5, 2)
    assert 0.1 < photo.width < 0.15
    outcomes = list(read_framed(Reader.load(DEFAULT_MODELS_DIR), 2, 5))
    assert [outcome.track for outcome in outcomes] == ["no frame", "frame"] * 2
    assert [outcome.label for outcome in outcomes[::2]] == [o.label for o in outcomes[1::2]]
    assert [outcome.location for outcome in outcomes[2:]] == ["up to 20%"] * 2


@pytest.mark.usefixtures("fonts")
def test_each_style_has_strips_of_its_own_and_they_come_again() -> None:
    recognizer = Recognizer(ModelFiles.of(DEFAULT_MODELS_DIR).yolo)
    outcomes = read_strips(recognizer, 2, seed=3)["both"]
    assert [outcome.style for outcome in outcomes] == [s for s in STYLES for _ in range(2)]
    assert len({outcome.label for outcome in outcomes}) == len(outcomes)
    assert {len(outcome.label) for outcome in outcomes} == {17}
    assert read_strips(recognizer, 2, seed=3)["both"] == outcomes
    assert {outcome.label for outcome in read_strips(recognizer, 2, seed=4)["both"]}.isdisjoint(
        outcome.label for outcome in outcomes
    )


@pytest.mark.usefixtures("fonts")
def test_strips_follow_until_enough_of_each_style_can_be_read() -> None:
    recognizer = Recognizer(ModelFiles.of(DEFAULT_MODELS_DIR).yolo)
    more = read_strips(recognizer, 1, seed=3, readable=3)["both"]
    readable = Counter(outcome.style for outcome in more if outcome.readable)
    assert set(readable) == set(STYLES)
    assert min(readable.values()) >= 3
    assert all(verdict(o.label) is not CheckDigit.INVALID for o in more)  # as on the road


@pytest.mark.usefixtures("fonts")
def test_the_reader_looks_closer_at_readable_strips_alone() -> None:
    reader = Reader.load(DEFAULT_MODELS_DIR)
    seen = read_strips(reader.recognizer, 8, seed=3)["both"]
    looked = look_closer(reader, seen, seed=3)
    assert [replace(outcome, elected=None) for outcome in looked] == seen
    assert [outcome.elected is not None for outcome in looked] == [o.readable for o in seen]
    readable = [outcome for outcome in looked if outcome.readable]
    assert sum(outcome.elected == outcome.label for outcome in readable) >= 0.8 * len(readable) > 0


@pytest.mark.usefixtures("fonts")
def test_an_evaluation_leaves_results_and_pictures_and_can_be_compared(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--real", photos, "--strips", 2, "--heads", "--out", tmp_path)
    said = capsys.readouterr().out
    assert "| low, plate " in said
    assert "| readable strips, all: exact" in said
    assert "| boxes (YOLO) alone" in said.replace("  ", "")
    assert {path.name for path in tmp_path.iterdir()} == {
        "results.json",
        "strips.png",
        "photos.png",
    }
    results = Results.load(tmp_path / "results.json")
    assert len(results.strips) == 2 * len(STYLES)
    assert results.models["yolo"].startswith("sha256:")
    missed = [replace(strip, vin="") for strip in results.strips]
    earlier = tmp_path / "earlier.json"
    replace(results, strips=tuple(missed)).save(earlier)
    run("--real", photos / "none", "--strips", 2, "--out", tmp_path, "--against", earlier)
    said = capsys.readouterr().out
    exact = sum(strip.exact for strip in results.strips)
    assert exact > 0
    assert "No real photos" in said
    assert f"strips: 16 in both, 0 only now, 0 only then; {exact} newly exact, 0 no longer" in said


def test_an_evaluation_of_photos_needs_no_fonts(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--real", photos, "--strips", 0, "--uncertain", "--out", tmp_path)
    assert "| low, sticker |   1 | 100.0 % (20.7–100.0) |" in capsys.readouterr().out
    (row,) = json.loads((tmp_path / "results.json").read_text())["photos"]
    assert (row["name"], row["vin"]) == ("sample.jpg", sample_vin())
    assert not (tmp_path / "strips.png").exists()
