"""What people have settled, gathered from a stack and judged."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import boto3
import pytest

from local.stack import Stack
from tests.photos import SAMPLE, blank_jpeg, sample_vin
from training.corrections import gather
from training.corrections.folder import CorrectionsFolder, SettledPhoto, is_held_out
from training.corrections.judgement import Comparison, Score, judge
from training.recognition.alignment import aligned_photos
from vinreader.arrivals import order_of_time
from vinreader.bucket import PhotoBucket
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.reader import Reader
from vinreader.results import Reading
from vinreader.shelf import Shelf
from vinreader.store import ReadingStore

OTHER_VIN = "1M8GDM9AXKP042788"


@pytest.fixture(scope="module")
def sample() -> Reading:
    """What the reader says of the sample."""
    return Reader.load().read(SAMPLE.read_bytes())


@pytest.fixture
def put(stack: Stack, sample: Reading) -> Callable[..., str]:
    """Stores a reading of the sample with the copy of a photo; gives its id."""
    store = ReadingStore(stack.table, retention_days=1)
    table = boto3.resource("dynamodb").Table(stack.table)
    # Page by page, what other tests left.
    while items := table.scan(ProjectionExpression="reading_id")["Items"]:
        for item in items:
            table.delete_item(Key={"reading_id": item["reading_id"]})
    shelf = Shelf(PhotoBucket(stack.bucket, "uploads/", 60, custom_endpoint=True))

    def putting(number: int, photo: bytes, corrected_to: str | None = None) -> str:
        reading_id = f"00000000-0000-4000-8000-{number:012d}"
        copy = shelf.keep(reading_id, str(number), photo)
        reading = Reading.from_dict({**sample.to_dict(), "reading_id": reading_id})
        stored = store.create(reading, order_of_time(datetime.now(UTC)), copy)
        if corrected_to:
            store.correct(reading_id, corrected_to, stored.version, "somebody")
        return reading_id

    return putting


def _gather(stack: Stack, out: Path, *more: str) -> None:
    parser = argparse.ArgumentParser()
    gather.add_arguments(parser)
    options = ["--table", stack.table, "--bucket", stack.bucket, "--out", str(out), *more]
    gather.gather(parser.parse_args(options))


def test_what_people_settled_is_labelled_and_aligned(
    stack: Stack, put: Callable[..., str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    put(1, SAMPLE.read_bytes(), sample_vin())
    put(2, blank_jpeg(), OTHER_VIN)
    put(3, SAMPLE.read_bytes())
    _gather(stack, tmp_path, "--held-out", "0")
    photos = CorrectionsFolder(tmp_path).load()
    assert sorted(photo.vin for photo in photos) == ["", OTHER_VIN, sample_vin()]
    assert all((tmp_path / photo.file).is_file() for photo in photos)
    # Nothing is found in the photo of nothing; the reader's own word on the third is accepted.
    assert [found.vin for found in aligned_photos(tmp_path / "aligned.json")] == [sample_vin()] * 2
    printed = capsys.readouterr().out
    assert "1 of 2 labels aligned" in printed
    assert "1 of 1 readings without a label accepted" in printed


def test_a_vehicle_that_judges_trains_nothing(
    stack: Stack, put: Callable[..., str], tmp_path: Path
) -> None:
    put(1, SAMPLE.read_bytes(), sample_vin())
    put(2, SAMPLE.read_bytes())
    _gather(stack, tmp_path, "--held-out", "1")
    photos = CorrectionsFolder(tmp_path).load()
    assert {photo.vin: photo.held_out for photo in photos} == {sample_vin(): True, "": False}
    assert json.loads((tmp_path / "aligned.json").read_text()) == []


def test_what_was_deleted_in_the_stack_is_forgotten_here(
    stack: Stack, put: Callable[..., str], tmp_path: Path
) -> None:
    gone = put(1, SAMPLE.read_bytes(), sample_vin())
    put(2, blank_jpeg(), OTHER_VIN)
    _gather(stack, tmp_path)
    assert len(list((tmp_path / "photos").iterdir())) == 2
    ReadingStore(stack.table, retention_days=1).delete(gone)
    _gather(stack, tmp_path)
    (left,) = (tmp_path / "photos").iterdir()
    assert left.read_bytes() == blank_jpeg()
    assert [photo.vin for photo in CorrectionsFolder(tmp_path).load()] == [OTHER_VIN]


def test_a_photo_whose_copy_is_gone_is_passed_over(
    stack: Stack, put: Callable[..., str], tmp_path: Path
) -> None:
    put(1, blank_jpeg(), OTHER_VIN)
    lost = put(2, SAMPLE.read_bytes(), sample_vin())
    shelf = Shelf(PhotoBucket(stack.bucket, "uploads/", 60, custom_endpoint=True))
    shelf.discard([shelf.keep(lost, "2", b"")])
    _gather(stack, tmp_path)
    assert [photo.vin for photo in CorrectionsFolder(tmp_path).load()] == [OTHER_VIN]


def test_where_nobody_settled_anything_it_is_said(
    stack: Stack, put: Callable[..., str], tmp_path: Path
) -> None:
    put(1, SAMPLE.read_bytes())
    with pytest.raises(SystemExit, match="Nobody has corrected"):
        _gather(stack, tmp_path)


def test_one_number_is_always_on_the_same_side() -> None:
    numbers = [f"1M8GDM9AXKP{n:06d}" for n in range(2000)]
    for share in (0.0, 0.25, 1.0):
        held_out = [is_held_out(number, share) for number in numbers]
        assert held_out == [is_held_out(number, share) for number in numbers]
        assert sum(held_out) / len(numbers) == pytest.approx(share, abs=0.03)


def test_a_score_tells_right_from_wrong(tmp_path: Path, fonts: None) -> None:
    (tmp_path / "sample.jpg").write_bytes(SAMPLE.read_bytes())
    photos = [
        SettledPhoto("sample.jpg", sample_vin(), held_out=True),
        SettledPhoto("sample.jpg", OTHER_VIN, held_out=True),
    ]
    score = judge(DEFAULT_MODELS_DIR, tmp_path, photos, strips=8)
    assert score.right == (True, False)
    assert score.looks[0] > 0.5
    assert score.looks[1] == 0
    assert score.strips > 0.5


BEFORE = Score(right=(True, False, True, False), looks=(0.9, 0.2, 0.8, 0.1), strips=0.95)


@pytest.mark.parametrize(
    ("after", "better"),
    [
        (Score((True, True, True, False), (0.95, 0.4, 0.85, 0.15), 0.95), True),
        (Score((True, False, True, False), (0.95, 0.3, 0.9, 0.2), 0.945), True),
        # One photo fewer; no gain; a gain within its error; much forgotten.
        (Score((True, False, False, False), (0.95, 0.4, 0.85, 0.15), 0.95), False),
        (BEFORE, False),
        (Score((True, True, True, False), (0.6, 0.8, 0.5, 0.2), 0.95), False),
        (Score((True, True, True, False), (0.95, 0.4, 0.85, 0.15), 0.93), False),
    ],
)
def test_a_model_is_better_only_where_all_says_so(after: Score, better: bool) -> None:
    assert Comparison(BEFORE, after).better is better


def test_one_photo_is_no_proof() -> None:
    comparison = Comparison(Score((False,), (0.1,), 0.9), Score((True,), (0.9,), 0.9))
    assert comparison.gain == pytest.approx(0.8)
    assert comparison.error == math.inf
    assert not comparison.better


def test_the_table_shows_before_and_after() -> None:
    after = Score((True, True, True, False), (0.96, 0.4, 0.85, 0.15), 0.951)
    table = Comparison(BEFORE, after).table().splitlines()
    assert table[1].split() == ["right,", "of", "4", "photos", "2", "3"]
    assert table[2].split()[-2:] == ["50.0%", "59.0%"]
    assert table[3].split()[-2:] == ["95.0%", "95.1%"]
    assert table[4] == "gain in looks +9.0% ± 3.7%"


@pytest.fixture
def fine_tune() -> ModuleType:
    """The module, which needs PyTorch."""
    pytest.importorskip("torch", reason="PyTorch is not installed: make setup-training")
    from training.corrections import fine_tune

    return fine_tune


def _fine_tune(fine_tune: ModuleType, tmp_path: Path, models: Path, *more: str) -> None:
    parser = argparse.ArgumentParser()
    fine_tune.add_arguments(parser)
    options = ["--corrections", str(tmp_path), "--models", str(models), "--hours", "0.0005"]
    options += ["--out", str(tmp_path / "run"), "--batch", "4", "--workers", "0", "--strips", "2"]
    fine_tune.fine_tune(parser.parse_args([*options, "--real", str(tmp_path / "none"), *more]))


def test_without_anything_to_judge_by_nothing_is_trained(
    fine_tune: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match=r"run `python -m training corrections`"):
        _fine_tune(fine_tune, tmp_path, DEFAULT_MODELS_DIR)
    CorrectionsFolder(tmp_path).save([SettledPhoto("photos/a.jpg", OTHER_VIN, held_out=False)])
    with pytest.raises(SystemExit, match="nothing to judge by"):
        _fine_tune(fine_tune, tmp_path, DEFAULT_MODELS_DIR)


@pytest.mark.parametrize("gain", [0.4, -0.4])
def test_only_a_better_model_takes_the_place_of_the_old_one(
    fine_tune: ModuleType,
    stack: Stack,
    put: Callable[..., str],
    tmp_path: Path,
    fonts: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    gain: float,
) -> None:
    """A second of real training; what the judges say of it is set, as chance would decide it."""
    models = tmp_path / "models"
    models.mkdir()
    for name in ("craft.onnx", "yolo.onnx"):
        (models / name).write_bytes((DEFAULT_MODELS_DIR / name).read_bytes())
    put(1, SAMPLE.read_bytes(), sample_vin())
    _gather(stack, tmp_path, "--held-out", "0")
    folder = CorrectionsFolder(tmp_path)
    folder.save([*folder.load(), *(SettledPhoto(f"{n}.jpg", OTHER_VIN, True) for n in range(2))])
    scores = [Score((True, True), (0.5, 0.5), 0.9), Score((True, True), (0.5 + gain,) * 2, 0.9)]
    monkeypatch.setattr(fine_tune, "judge", lambda *_: scores.pop(0))
    _fine_tune(fine_tune, tmp_path, models)
    trained = (tmp_path / "run" / "models" / "yolo.onnx").read_bytes()
    before = (DEFAULT_MODELS_DIR / "yolo.onnx").read_bytes()
    assert trained != before
    assert (models / "yolo.onnx").read_bytes() == (trained if gain > 0 else before)
    assert ("make fit-confidence" in capsys.readouterr().out) is (gain > 0)
