"""Where the characters of photos stand, under what is known of their numbers."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.photos import SAMPLE, sample_vin
from training.recognition.alignment import Aligned, add_arguments, align, aligned_photos

PHOTO = "unlabelled/sample.jpg"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder of photos, one of them, without label."""
    folder = tmp_path / "real"
    (folder / "unlabelled").mkdir(parents=True)
    shutil.copy(SAMPLE, folder / PHOTO)
    (folder / "labels.csv").write_text("file,vin,track,label_confidence\n")
    (folder / "boxes.csv").write_text(f"file,x0,y0,x1,y1\n{PHOTO},0,0,100,100\n")
    return folder


@pytest.fixture
def aligning(real: Path, tmp_path: Path) -> Callable[..., list[Aligned]]:
    """Aligns that folder, with what a person saw on the photo, if anything."""

    def run(seen: str | None = None) -> list[Aligned]:
        out = tmp_path / "aligned.json"
        options = ["--real", str(real), "--out", str(out), "--unlabelled", "1"]
        if seen is not None:
            (tmp_path / "seen.csv").write_text(f"file,vin\n{PHOTO},{seen}\n")
            options += ["--seen", str(tmp_path / "seen.csv")]
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        align(parser.parse_args(options))
        return list(aligned_photos(out))

    return run


def test_a_photo_without_label_teaches_what_the_reader_is_sure_of(
    aligning: Callable[..., list[Aligned]],
) -> None:
    (found,) = aligning()
    assert found.vin == sample_vin()


def test_what_a_person_made_out_teaches_instead(aligning: Callable[..., list[Aligned]]) -> None:
    """Characters that the reader sees otherwise are the person's, in the reader's own boxes."""
    made_out = "?" + sample_vin()[1:-2] + ("7" if sample_vin()[-2] != "7" else "1") + "?"
    (alone,), (found,) = aligning(), aligning(made_out)
    assert found.vin == made_out
    assert np.abs(found.edges - alone.edges).max() < np.linalg.norm(alone.quad[3] - alone.quad[0])


def test_what_is_too_far_from_what_is_seen_is_left_out(
    aligning: Callable[..., list[Aligned]],
) -> None:
    assert aligning(sample_vin()[::-1]) == []


def test_what_a_person_saw_of_a_photo_that_judges_teaches_nothing(
    real: Path, aligning: Callable[..., list[Aligned]]
) -> None:
    (real / "labels.csv").write_text(
        f"file,vin,track,label_confidence\nnative/x.jpg,{sample_vin()},native,check_digit\n"
    )
    assert aligning("?" + sample_vin()[1:]) == []


@pytest.mark.parametrize("seen", ["1M8GDM9AXKP04278", "1M8GDM9AXKP04278I"])
def test_what_is_no_number_is_refused(aligning: Callable[..., list[Aligned]], seen: str) -> None:
    with pytest.raises(SystemExit, match=r"seen\.csv: .* is not 17 characters"):
        aligning(seen)
