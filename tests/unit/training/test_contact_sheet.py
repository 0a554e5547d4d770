"""The sheets of synthetic strips show what they say."""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.synthesis.contact_sheet import ORANGE, add_arguments, strip_sheet, write_sheet
from training.synthesis.strips import STRIP_WIDTH, StripSynthesiser
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
    assert names == {"strips.png", "pages.png", *(f"{name}.png" for name in STYLES)}
    assert "No real photos" in capsys.readouterr().out


def test_one_style_alone(tmp_path: Path) -> None:
    assert sheet(tmp_path, "--style", "dot_peen") == {"dot_peen.png"}
    image = cv2.imread(str(tmp_path / "dot_peen.png"))
    assert image.shape == (3 * (32 + 16), STRIP_WIDTH, 3)


def test_the_worst_come_first_and_a_line_shows_where_readable_begins() -> None:
    synthesiser = StripSynthesiser(0)
    strips = [synthesiser.make(index) for index in range(12)]
    image = strip_sheet(strips, by_legibility=True)
    ordered = sorted(strips, key=lambda strip: strip.legibility)
    assert np.array_equal(image[:32, :, 0], ordered[0].image)
    assert np.array_equal(image[-48:-16, :, 0], ordered[-1].image)
    line = np.all(image == ORANGE, axis=(1, 2))
    assert line.sum() == 4
