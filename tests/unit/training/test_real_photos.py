"""Real photos as training material, shown on the synthetic sample in their place."""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.photos import SAMPLE, blank_jpeg, sample_vin
from training.detection import real
from training.detection.real import BoxedPhoto, RealPhotos, held_out
from training.recognition import alignment
from training.recognition.alignment import (
    DOUBTED,
    Aligned,
    aligned_photos,
    hugging_line,
    save_aligned,
)
from training.recognition.real_strips import RealStrips
from training.synthesis.backgrounds import Backgrounds
from training.synthesis.batches import UNKNOWN
from vinreader.advice import TWO_NUMBERS
from vinreader.reader import Reader
from vinreader.results import Reading, Status, as_quad
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


def test_the_line_kept_of_an_aligned_number_hugs_it(aligned: Aligned) -> None:
    assert aligned.line is not None
    start, end = (aligned.line[[0, 1]] + aligned.line[[3, 2]]) / 2
    height = np.linalg.norm(aligned.line[3] - aligned.line[0])
    assert np.linalg.norm(start - aligned.edges[0, 0]) < 1.5 * height
    assert np.linalg.norm(end - aligned.edges[-1, 1]) < 1.5 * height
    assert height < np.linalg.norm(aligned.quad[3] - aligned.quad[0])


def test_a_line_elsewhere_or_as_tall_as_two_rows_hugs_no_number(aligned: Aligned) -> None:
    assert aligned.line is not None
    down = aligned.line[3] - aligned.line[0]
    along = aligned.line[1] - aligned.line[0]
    below = as_quad(aligned.line + down)
    longer = as_quad(aligned.line + np.outer([0, 1, 1, 0], along))
    both = as_quad(aligned.line + np.outer([-1, -1, 1, 1], down))
    assert hugging_line([below, longer, both], aligned) is None
    found = hugging_line([below, as_quad(aligned.line)], aligned)
    assert found is not None
    assert found == pytest.approx(aligned.line)


def test_a_page_of_an_aligned_photo_knows_each_character(
    aligned: Aligned, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real, "photograph", lambda rng, image, height: image.astype(np.uint8))
    box = np.array([380.0, 620.0, 1110.0, 740.0])
    source = RealPhotos([BoxedPhoto(photos / "sample.jpg", box, aligned)])
    rng = np.random.default_rng(1)
    for _ in range(6):
        page = source.page(rng, (320, 448))
        assert page.box is None
        assert page.vin.all()
        assert page.quads.shape == (17, 4, 2)
        assert (page.line_known == 255).all()
        middles = page.quads.mean(axis=1)
        steps = np.linalg.norm(np.diff(middles, axis=0), axis=1)
        assert steps == pytest.approx(np.full(16, np.median(steps)), rel=0.25)
        shape = page.image.shape
        within = np.all((middles >= 1) & (middles < [shape[1] - 1, shape[0] - 1]), axis=1)
        x, y = middles[within].astype(int).T
        assert within.sum() >= 15
        assert (page.text_known[y, x] == 255).all()
        assert 0 < (page.text_known == 255).mean() < 0.2


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
    said = capsys.readouterr().out
    assert "1 of 2 certain labels accepted, 1 of them whole, 0 of these wrong" in said
    assert "0 of 17 characters wrong" in said
    assert not out.exists()
    alignment.align(parser.parse_args([*options, "--unlabelled", "1"]))
    # It would be trained on, were it not a photo that judges the reader.
    assert "0 of 1 photos without label accepted" in capsys.readouterr().out
    (tmp_path / "labels.csv").write_text(COLUMNS)
    alignment.align(parser.parse_args([*options, "--unlabelled", "1"]))
    (found,) = aligned_photos(out)
    assert (found.file, found.vin) == ("sample.jpg", sample_vin())


def test_without_a_label_only_what_is_sure_is_taught(photos: Path) -> None:
    read = Reader.load().read((photos / "sample.jpg").read_bytes())
    sure = [replace(one, confidence=0.96) for one in read.characters]
    characters = (*sure[:3], replace(sure[3], confidence=0.94), *sure[4:])
    unsure = replace(read, status=Status.RETAKE, confidence=0.6, characters=characters)
    number = sample_vin()
    assert alignment.taught_by(read) == number
    assert alignment.taught_by(unsure) == f"{number[:3]}{DOUBTED}{number[4:]}"
    assert alignment.taught_by(replace(unsure, confidence=0.4)) is None
    assert alignment.taught_by(replace(unsure, advice=(TWO_NUMBERS,))) is None
    assert alignment.taught_by(replace(unsure, characters=())) is None
    assert alignment.taught_by(Reading(Status.NOT_FOUND)) is None


def test_a_number_known_in_part_may_be_one_that_judges() -> None:
    number = sample_vin()
    part = f"{number[:3]}{DOUBTED * 2}{number[5:]}"
    assert alignment.may_be(part, {number})
    assert alignment.may_be(number, {number})
    assert not alignment.may_be(part, {"0" + number[1:]})
    assert not alignment.may_be(part, set())


def test_what_is_not_known_of_a_number_has_a_place_and_no_symbol(photos: Path) -> None:
    reader = Reader.load()
    found = alignment.align_unlabelled(reader, photos, "sample.jpg")
    assert found is not None
    save_aligned([replace(found, vin=DOUBTED + found.vin[1:])], photos / "partly.json")
    strip = RealStrips(photos / "partly.json", photos).make(np.random.default_rng(0))
    assert strip.labels[0] == UNKNOWN
    assert (strip.labels[1:] >= 0).all()
    assert len(strip.boxes) == len(strip.labels) > 10


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


@pytest.fixture
def marked(tmp_path: Path) -> BoxedPhoto:
    """A bright bar on a dark photo, and the box around it."""
    grey = np.full((120, 200), 40, np.uint8)
    grey[50:62, 60:150] = 220
    cv2.imwrite(str(tmp_path / "bar.png"), grey)
    return BoxedPhoto(tmp_path / "bar.png", np.array([60.0, 50.0, 150.0, 62.0]))


def test_the_box_turns_with_the_photo(marked: BoxedPhoto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(real, "photograph", lambda rng, image, height: image.astype(np.uint8))
    photos, rng = RealPhotos([marked]), np.random.default_rng(2)
    angles = []
    for _ in range(40):
        page = photos.page(rng, (320, 448))
        assert page.box is not None
        assert page.box.min() > -1
        assert np.all(page.box.max(axis=0) < (449, 321))
        inside = np.zeros(page.image.shape, np.uint8)
        cv2.fillConvexPoly(inside, np.round(page.box * 16).astype(np.int32), 1, shift=4)
        bright = page.image > 128
        assert (bright & (inside > 0)).sum() > 0.9 * inside.sum()
        assert bright[cv2.dilate(inside, np.ones((7, 7), np.uint8)) == 0].sum() == 0
        assert not page.line_known[inside > 0].any()
        assert page.line_known.mean() > 0.5 * 255
        x, y = page.box[1] - page.box[0]
        angles.append(np.rad2deg(np.arctan2(y, x)))
    off = np.abs((np.array(angles) + 45) % 90 - 45)
    assert (off < 1).sum() >= 12  # upright or turned by quarters
    assert (off > 10).sum() >= 5


def test_a_backdrop_has_its_number_painted_over(marked: BoxedPhoto) -> None:
    photos, rng = RealPhotos([marked]), np.random.default_rng(3)
    for _ in range(10):
        backdrop = photos.backdrop(rng, (160, 224))
        assert backdrop.image.max() < 60
        assert 0 < (backdrop.known == 0).mean() < 0.6


def test_an_aligned_number_stands_for_its_box(tmp_path: Path) -> None:
    names = [f"{n}.png" for n in range(60)]
    (tmp_path / "boxes.csv").write_text(
        "file,x0,y0,x1,y1\n" + "".join(f"{name},10,20,110,60\n" for name in names)
    )
    (tmp_path / "labels.csv").write_text(COLUMNS)
    tilted = [[10.0, 22.0], [109.0, 48.0], [107.0, 58.0], [8.0, 32.0]]
    rows = [{"file": name, "vin": "", "quad": tilted, "edges": []} for name in names[::2]]
    (tmp_path / "aligned.json").write_text(json.dumps(rows))
    photos = RealPhotos.to_train_on(tmp_path, tmp_path / "aligned.json").photos
    upright = [[10, 20], [110, 20], [110, 60], [10, 60]]
    for photo in photos:
        aligned = int(photo.path.stem) % 2 == 0
        assert photo.corners.tolist() == (tilted if aligned else upright)
    assert 0 < len(photos) < 60  # some are held out
    assert not any(held_out(photo) for photo in photos)
