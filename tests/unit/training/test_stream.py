"""The stream of strips: the same whoever makes it, in order, never far ahead, and it survives its
workers."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.photos import SAMPLE, sample_vin

if TYPE_CHECKING:
    from distributed import Client
else:
    pytest.importorskip("distributed", reason="Dask is not installed: make setup")

from training.recognition.mixture import MixedRecipe
from training.synthesis import batches, stream, synthesise
from training.synthesis.batches import StripBatch, SyntheticRecipe
from training.synthesis.fonts import MissingFonts
from training.synthesis.shards import OtherSeries
from training.synthesis.strips import StripSynthesiser

pytestmark = pytest.mark.usefixtures("fonts")

RECIPE = SyntheticRecipe(seed=4, batch=2)


@dataclass(frozen=True)
class Watched:
    """A recipe of blank strips that leaves a trace of each batch made in `folder`; the first to
    make the batch `fatal` does not live to tell."""

    folder: Path
    fatal: int | None = None
    inputs: tuple[Path, ...] = ()
    held_out: bool = False

    def make(self, number: int) -> StripBatch:
        trace = self.folder / str(number)
        again = trace.exists()
        trace.touch()
        if number == self.fatal and not again:
            os.kill(os.getpid(), signal.SIGKILL)
        images = np.full((1, 32, 960), number, np.uint8)
        boxes, labels = np.zeros((1, 17, 2), np.float32), np.full((1, 17), -1, np.int8)
        return StripBatch(
            number, images, boxes, labels, np.array(["blank"]), np.zeros(1, np.float32)
        )


@pytest.fixture(scope="module")
def one() -> Iterator[Client | None]:
    with stream.workers(1) as client:
        yield client


@pytest.fixture(scope="module")
def two() -> Iterator[Client | None]:
    with stream.workers(2) as client:
        yield client


def digest(*parts: Iterable[StripBatch]) -> str:
    running = hashlib.sha256()
    for part in parts:
        for batch in part:
            batch.feed(running)
    return running.hexdigest()


def test_any_number_of_workers_makes_the_same_strips(
    one: Client | None, two: Client | None
) -> None:
    here = digest(stream.stream(None, RECIPE, range(3)))
    assert digest(stream.stream(one, RECIPE, range(3))) == here
    assert digest(stream.stream(two, RECIPE, range(3))) == here
    other = replace(RECIPE, seed=5)
    assert digest(stream.stream(None, other, [0])) != digest(stream.stream(None, RECIPE, [0]))


def test_a_run_stopped_in_the_middle_goes_on_with_the_same_strips(two: Client | None) -> None:
    whole = digest(stream.stream(None, RECIPE, range(4)))
    with closing(stream.stream(two, RECIPE, range(1 << 40))) as endless:
        before = list(islice(endless, 2))
    assert two is not None
    assert not two.futures  # nothing goes on being made for nobody
    after = stream.stream(two, RECIPE, range(2, 4))
    assert digest(before, after) == whole


def test_batches_come_in_the_order_asked_and_hold_their_own_strips(two: Client | None) -> None:
    made = list(stream.stream(two, RECIPE, [4, 1]))
    assert [batch.number for batch in made] == [4, 1]
    synthesiser = StripSynthesiser(seed=4)
    for batch in made:
        for row in range(2):
            strip = synthesiser.make(2 * batch.number + row)
            found = len(strip.labels)
            assert np.array_equal(batch.images[row], strip.image)
            assert np.array_equal(batch.boxes[row, :found], strip.boxes)
            assert np.array_equal(batch.labels[row, :found], strip.labels)
            assert np.all(batch.labels[row, found:] == batches.NO_LABEL)
            assert batch.styles[row] == strip.style
            assert batch.legibility[row] == np.float32(strip.legibility)


def test_no_more_is_made_ahead_than_allowed(one: Client | None, tmp_path: Path) -> None:
    assert one is not None
    watched, last = tmp_path / "watched", tmp_path / "last"
    watched.mkdir()
    last.mkdir()
    with closing(stream.stream(one, Watched(watched), range(100), ahead=5)) as slow:
        taken = list(islice(slow, 3))
        # One worker makes one after the other, and this after all that is ordered already.
        one.submit(stream._make, Watched(last), 0, pure=False, priority=-1).result()
        made = sorted(int(trace.name) for trace in watched.iterdir())
    assert [batch.number for batch in taken] == [0, 1, 2]
    assert made == list(range(8))


def test_a_worker_that_dies_changes_nothing(two: Client | None, tmp_path: Path) -> None:
    fatal = Watched(tmp_path, fatal=4)
    numbers = [batch.number for batch in stream.stream(two, fatal, range(12))]
    assert numbers == list(range(12))


def test_workers_that_would_make_other_strips_are_named(two: Client | None) -> None:
    elsewhere = replace(
        stream.origin_at(two, RECIPE), host="elsewhere", fonts="others", libraries="older"
    )
    with pytest.raises(stream.DifferentOrigins, match=r"elsewhere and .* fonts and libraries"):
        next(stream.stream(two, RECIPE, range(3), origin=elsewhere))


def test_a_worker_without_the_photos_says_so(two: Client | None, tmp_path: Path) -> None:
    absent = replace(RECIPE, real=tmp_path / "none")
    with pytest.raises(FileNotFoundError, match=r"worker on .*none/boxes.csv"):
        next(stream.stream(two, absent, range(3)))


def test_a_worker_without_the_fonts_says_so(two: Client | None) -> None:
    assert two is not None
    with pytest.raises(MissingFonts, match=r"worker on .* font faces found: run `make fonts`"):
        two.submit(_look_without_fonts, pure=False).result()


def _look_without_fonts() -> None:
    """Runs on a worker, which finds its fonts again afterwards."""
    from training.synthesis import fonts

    fonts.faces.cache_clear()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fonts, "FONT_FOLDERS", ())
            stream._look(SyntheticRecipe(seed=0, batch=1))
    finally:
        fonts.faces.cache_clear()


def address(client: Client | None) -> str:
    assert client is not None
    return str(client.scheduler.address)


def command(*options: str) -> None:
    pytest.importorskip("tqdm", reason="tqdm is not installed: make setup")
    parser = argparse.ArgumentParser()
    synthesise.add_arguments(parser)
    synthesise.synthesise(parser.parse_args(["--real", "none", "--seed", "4", *options]))


def test_the_command_prints_the_digest_of_what_any_cluster_made(
    two: Client | None, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = digest(stream.stream(None, RECIPE, range(1, 4)))
    command("--count", "5", "--batch", "2", "--start", "1", "--cluster", address(two))
    told = capsys.readouterr().out
    assert told.startswith("6 strips in ")
    assert told.endswith(f"digest {expected[:32]}\n")


def test_only_shards_that_are_not_whole_are_made_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--workers", "0", "--batch", "2", "--shard", "2", "--out", str(tmp_path))
    command("--count", "9", *options)
    shards = [tmp_path / f"strips-00000{k}.npz" for k in range(3)]
    assert sorted(tmp_path.iterdir()) == [tmp_path / "series.json", *shards]
    first, second, third = (shard.read_bytes() for shard in shards)
    shards[1].with_suffix(".tmp").write_bytes(second[:100])  # as a killed run leaves it
    shards[1].unlink()
    shards[2].write_bytes(b"whole as far as its name says")
    capsys.readouterr()
    command("--count", "12", *options)
    assert capsys.readouterr().out.startswith("4 strips in ")
    assert [shards[0].read_bytes(), shards[1].read_bytes()] == [first, second]
    assert shards[2].read_bytes() != third
    with np.load(shards[1]) as stored:
        assert np.array_equal(stored["images"][3], StripSynthesiser(seed=4).make(7).image)
        assert stored["labels"].shape == (4, 17)


def test_a_folder_of_other_strips_is_refused(tmp_path: Path) -> None:
    options = ("--count", "1", "--workers", "0", "--shard", "1", "--out", str(tmp_path))
    command("--batch", "1", *options)
    with pytest.raises(OtherSeries, match="begun with another batch and config"):
        command("--batch", "2", "--styles", "dot_peen", *options)


def test_real_strips_take_their_share_of_a_batch(tmp_path: Path) -> None:
    (tmp_path / "sample.jpg").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "boxes.csv").write_text("file,x0,y0,x1,y1\n")
    middles = np.linspace(400, 1090, 17)
    edges = [[[x - 15, 680], [x + 15, 680]] for x in middles]
    quad = [[380, 640], [1110, 640], [1110, 720], [380, 720]]
    photo = {"file": "sample.jpg", "vin": sample_vin(), "quad": quad, "edges": edges}
    aligned = tmp_path / "aligned.json"
    aligned.write_text(json.dumps([photo]))
    synthetic = replace(RECIPE, batch=5, real=tmp_path)
    mixed = MixedRecipe(synthetic, tmp_path, aligned, share=0.4)
    batch = mixed.make(3)
    assert np.array_equal(batch.images[:3], synthetic.make(3).images[2:])
    assert batch.styles.tolist()[3:] == ["real", "real"]
    assert np.array_equal(batch.images, mixed.make(3).images)
    assert not np.array_equal(batch.images[3:], mixed.make(4).images[3:])
    assert mixed.inputs == (tmp_path / "boxes.csv", aligned)


def test_training_draws_the_same_batches_from_a_cluster(two: Client | None) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: make setup-training")
    from training.recognition.data import StripStream

    here = list(islice(StripStream(4, 2), 3))
    later = StripStream(4, 2, start=1, cluster=address(two))
    with closing(iter(later)) as there:
        for mine, other in zip(here[1:], there, strict=False):
            assert all(torch.equal(a, b) for a, b in zip(mine, other, strict=True))
            assert [len(part) for part in other] == [2, 2, 2]
