"""The sheets of synthetic strips show what they say."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.photos import SAMPLE
from training.synthesis.contact_sheet import (
    ORANGE,
    add_arguments,
    beside_sheet,
    strip_sheet,
    write_sheet,
)
from training.synthesis.strips import READABLE, STRIP_WIDTH, StripSynthesiser
from training.synthesis.styles import STYLES

pytestmark = pytest.mark.usefixtures("fonts")


def sheet(folder: Path, *options: str) -> set[str]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    args = ["--out", str(folder), "--real", str(folder / "none"), "--strips", "3", "--pages", "1"]
    write_sheet(parser.parse_args([*args, *options]))
    return {path.name for path in folder.iterdir()}


def test_there_is_a_sheet_for_each_style_and_none_of_real_photos_without_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = sheet(tmp_path)
    others = {"strips.png", "two-hands.png", "pages.png"}
    assert names == others | {f"{name}.png" for name in STYLES}
    assert "No real photos" in capsys.readouterr().out


def test_one_style_alone(tmp_path: Path) -> None:
    assert sheet(tmp_path, "--style", "dot_peen") == {"dot_peen.png"}
    image = cv2.imread(str(tmp_path / "dot_peen.png"))
    assert image.shape == (3 * (32 + 16), STRIP_WIDTH, 3)


def test_the_worst_come_first_and_a_line_shows_where_readable_begins() -> None:
    synthesiser = StripSynthesiser(0)
    strips = [synthesiser.make(index) for index in range(40)]
    assert 0 < sum(strip.legibility >= READABLE for strip in strips) < len(strips)
    image = strip_sheet(strips, by_legibility=True)
    ordered = sorted(strips, key=lambda strip: strip.legibility)
    assert np.array_equal(image[:32, :, 0], ordered[0].image)
    assert np.array_equal(image[-48:-16, :, 0], ordered[-1].image)
    line = np.all(image == ORANGE, axis=(1, 2))
    assert line.sum() == 4


def test_a_strip_of_a_real_photo_stands_beside_a_synthetic_one(tmp_path: Path) -> None:
    (tmp_path / "unlabelled").mkdir()
    shutil.copy(SAMPLE, tmp_path / "unlabelled" / "a.jpg")
    (tmp_path / "boxes.csv").write_text("file,x0,y0,x1,y1\nunlabelled/a.jpg,380,620,1110,740\n")
    image = beside_sheet(0, 1, tmp_path)
    assert image.shape == (32 + 4, 2 * STRIP_WIDTH + 8)
    label = image[:32, :STRIP_WIDTH]  # dark characters on a light label
    assert np.median(label) > 128
    assert label.min() < 90
