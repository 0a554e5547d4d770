"""The recogniser's targets and loss, a few real steps of training, and the way to ONNX and back."""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    import onnx
    import torch
else:
    onnx = pytest.importorskip("onnx", reason="onnx is not installed")
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: make setup-training")

from training.export import export
from training.layers import Attention, Residual
from training.loop import LoopConfig, fit, load_checkpoint
from training.onnx_files import load_onnx_weights
from training.recognition.data import Batch
from training.recognition.export import export_checkpoint
from training.recognition.net import (
    ANCHORS,
    BLANK,
    CELL_WIDTH,
    CELLS,
    FRAMES,
    SYMBOLS,
    RecognizerNet,
)
from training.recognition.targets import (
    LossWeights,
    encode,
    grid_loss,
    loss,
    sequence,
    standardise,
)
from training.recognition.train import add_arguments, strip_loss, train
from training.synthesis.batches import UNKNOWN
from training.synthesis.strips import StripSynthesiser
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.recognition import Recognizer
from vinreader.vin import ALPHABET


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Nets this small lose time to threads that wait for one another."""
    torch.set_num_threads(1)


@pytest.fixture
def batch(fonts: None) -> Batch:
    synthesiser = StripSynthesiser(0)
    strips = [synthesiser.make(index) for index in range(6)]
    images = standardise(np.stack([strip.image for strip in strips]))
    targets = np.stack([encode(strip.boxes, strip.labels) for strip in strips])
    symbols = np.stack([sequence(strip.labels) for strip in strips])
    return torch.from_numpy(images), torch.from_numpy(targets), torch.from_numpy(symbols)


def test_a_box_goes_to_the_cell_of_its_centre_and_the_anchor_of_its_width() -> None:
    grid = encode(np.array([[100.0, 127.0]]), np.array([7]))
    cell, anchor = 113 // CELL_WIDTH, ANCHORS.index(27.0)
    assert grid[cell, anchor] == pytest.approx([1, 113.5 / CELL_WIDTH - cell, 0.0, 7])
    assert (grid[..., 0] == 1).sum() == 1


def test_two_characters_of_one_cell_both_find_a_place() -> None:
    grid = encode(np.array([[64.0, 78.0], [80.0, 94.0]]), np.array([3, 4]))
    assert sorted(grid[2][grid[2, :, 0] == 1][:, 3]) == [3, 4]


def test_anchors_of_nearly_the_width_are_neither_right_nor_wrong() -> None:
    grid = encode(np.array([[100.0, 130.0]]), np.array([0]))
    objectness = grid[3, :, 0]
    close = [anchor for anchor in ANCHORS if min(anchor, 30) / max(anchor, 30) > 0.6]
    assert [ANCHORS[i] for i in np.flatnonzero(objectness != 0)] == close
    assert ANCHORS[int(objectness.argmax())] == 33.0


def test_an_exact_answer_costs_next_to_nothing_and_a_wrong_symbol_much() -> None:
    targets = torch.from_numpy(encode(np.array([[112.0, 128.0]]), np.array([5])))[None]
    values = torch.full((1, CELLS, len(ANCHORS), 3 + len(ALPHABET)), -12.0)
    here = targets[..., 0] == 1
    exact = torch.full((3 + len(ALPHABET),), -12.0)
    exact[0], exact[3 + 5] = 12.0, 12.0
    exact[1] = torch.logit(targets[here][0, 1])
    exact[2] = targets[here][0, 2]
    values[here] = exact
    right, _ = grid_loss(values, targets, LossWeights())
    values[here, 3 + 5], values[here, 3 + 8] = -12.0, 12.0
    wrong, parts = grid_loss(values, targets, LossWeights())
    entropy = torch.special.entr(targets[here][0, 1]) + torch.special.entr(1 - targets[here][0, 1])
    assert float(right - 2 * entropy) == pytest.approx(0.0, abs=0.01)
    assert parts["symbol"] == pytest.approx(24.0, abs=0.1)
    assert float(wrong - right) == pytest.approx(24.0, abs=0.1)


def test_frames_that_spell_the_number_cost_next_to_nothing_and_others_much() -> None:
    outputs = torch.zeros(1, CELLS, len(ANCHORS), 3 + len(ALPHABET))
    empty = torch.zeros(1, CELLS, len(ANCHORS), 4)
    labels = np.arange(17) % 5
    frames = torch.full((1, FRAMES, SYMBOLS), -12.0)
    frames[0, :, BLANK] = 12.0
    for place, label in enumerate(labels):
        frames[0, 3 * place, BLANK], frames[0, 3 * place, label] = -12.0, 12.0
    wanted = torch.from_numpy(sequence(labels))[None]
    _, right = loss((outputs, frames), (empty, wanted))
    _, wrong = loss((outputs, frames), (empty, torch.from_numpy(sequence(labels[::-1]))[None]))
    assert right["frames"] == pytest.approx(0.0, abs=1e-3)
    assert wrong["frames"] > 100


def test_a_strip_without_number_asks_for_blank_frames() -> None:
    outputs = torch.zeros(1, CELLS, len(ANCHORS), 3 + len(ALPHABET))
    empty = torch.zeros(1, CELLS, len(ANCHORS), 4)
    frames = torch.full((1, FRAMES, SYMBOLS), -12.0)
    frames[..., BLANK] = 12.0
    nothing = torch.from_numpy(sequence(np.zeros(0, np.int64)))[None]
    _, right = loss((outputs, frames), (empty, nothing))
    _, wrong = loss((outputs, -frames), (empty, nothing))
    assert right["frames"] == pytest.approx(0.0, abs=1e-3)
    assert wrong["frames"] > 100


def test_a_symbol_that_is_not_known_teaches_its_place_alone() -> None:
    boxes = np.array([[112.0, 128.0], [140.0, 156.0]])
    values = torch.zeros(1, CELLS, len(ANCHORS), 3 + len(ALPHABET), requires_grad=True)
    frames = torch.zeros(1, FRAMES, SYMBOLS, requires_grad=True)
    labels = np.array([5, UNKNOWN])
    grid = torch.from_numpy(encode(boxes, labels))[None]
    total, parts = loss((values, frames), (grid, torch.from_numpy(sequence(labels))[None]))
    total.backward()
    assert values.grad is not None
    taught = values.grad[0][grid[0, ..., 0] == 1].abs()
    assert (taught[:, 0] > 0).all()  # that characters are there
    assert [bool((row[3:] > 0).any()) for row in taught] == [True, False]
    assert parts["frames"] == 0.0
    assert float(frames.grad.abs().max() if frames.grad is not None else 0.0) == 0.0


def test_standardised_strips_have_no_brightness_or_contrast_of_their_own() -> None:
    strip = np.random.default_rng(0).integers(0, 255, (1, 32, 960)).astype(np.uint8)
    dimmed = (strip // 4 + 30).astype(np.uint8)
    assert standardise(strip).std() == pytest.approx(1.0, abs=0.1)
    assert np.abs(standardise(strip) - standardise(dimmed)).mean() < 0.2


def test_attention_changes_nothing_until_it_has_learnt() -> None:
    row = torch.randn(2, 64, 1, 12)
    assert torch.equal(Attention(64)(row), row)


def test_a_residual_block_changes_nothing_until_it_has_learnt() -> None:
    torch.manual_seed(0)
    maps = torch.rand(2, 32, 4, 12)
    block = Residual(32)
    assert torch.equal(block(maps), maps)
    torch.nn.init.constant_(next(block.second.norm.parameters()), 1.0)
    assert not torch.allclose(block(maps), maps, atol=1e-2)


def test_attention_looks_along_the_whole_row_of_its_own_strip() -> None:
    attention = Attention(64)
    torch.nn.init.normal_(attention.join.weight)
    row = torch.randn(2, 64, 1, 12)
    other = row.clone()
    other[0, :, :, -1] += torch.randn(64, 1)
    change = (attention(other) - attention(row)).abs().amax(dim=1)[:, 0]
    assert bool((change[0] > 1e-4).all())
    assert bool((change[1] == 0).all())


def test_the_net_is_light() -> None:
    assert sum(p.numel() for p in RecognizerNet().parameters()) < 2_600_000


def test_loss_falls_in_a_few_real_steps(batch: Batch, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = RecognizerNet()
    before, _ = strip_loss(net.train(), batch)
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3)
    for _ in range(8):
        optimiser.zero_grad()
        value, _ = strip_loss(net, batch)
        value.backward()
        optimiser.step()
    after, _ = strip_loss(net, batch)
    assert float(after.detach()) < 0.75 * float(before.detach())


def test_training_stops_at_its_budget_and_goes_on_from_its_checkpoint(
    batch: Batch, tmp_path: Path
) -> None:
    net = RecognizerNet()
    config = LoopConfig(hours=1e-9, rate=1e-3)
    state = {"step": 5, "seconds": 0.0}
    fit(net, iter([batch]), strip_loss, tmp_path, config)
    saved = load_checkpoint(tmp_path)
    assert saved is not None
    assert saved["step"] == 0  # the budget was spent before the first step
    state |= {"optimiser": saved["optimiser"], "averaged": saved["averaged"]}
    fit(net, iter([batch]), strip_loss, tmp_path, LoopConfig(hours=1e-9), state)
    resumed = load_checkpoint(tmp_path)
    assert resumed is not None
    assert resumed["step"] == 5


def test_the_train_command_leaves_a_checkpoint(tmp_path: Path, fonts: None) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = ["--hours", "0.0003", "--batch", "2", "--workers", "0", "--out", str(tmp_path)]
    train(parser.parse_args([*options, "--real", str(tmp_path / "none")]))
    saved = load_checkpoint(tmp_path)
    assert saved is not None
    assert saved["step"] >= 1


@dataclass(frozen=True)
class Exported:
    """A net, the file that it was exported to, and how far the two are apart."""

    net: RecognizerNet
    path: Path
    apart: float


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A net that has seen data: no normalisation is an identity. Its weights are such that half
    precision holds, so that they come back as they were."""
    folder = tmp_path_factory.mktemp("exported")
    torch.manual_seed(1)
    net = RecognizerNet().eval()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2.0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.half().float())
    torch.save({"averaged": net.state_dict()}, folder / "checkpoint.pt")
    path = folder / "yolo.onnx"
    return Exported(net, path, export_checkpoint(folder / "checkpoint.pt", path))


def test_onnx_runtime_agrees_and_weights_come_back(exported: Exported) -> None:
    assert exported.apart < 1e-3
    other = RecognizerNet().eval()
    load_onnx_weights(other, exported.path)
    strips = torch.randn(1, 1, 32, 960)
    with torch.no_grad():
        for ours, theirs in zip(exported.net(strips), other(strips), strict=True):
            assert torch.equal(ours, theirs)
    layout = Recognizer(exported.path).layout
    assert (layout.height, layout.width, layout.alphabet) == (32, 960, ALPHABET)


def test_weights_are_stored_in_half_precision_and_fed_in_single(exported: Exported) -> None:
    graph = onnx.load(str(exported.path)).graph
    stored = {tensor.name: tensor.data_type for tensor in graph.initializer}
    for name, parameter in exported.net.named_parameters():
        half = parameter.dim() > 1
        assert stored[name] == (onnx.TensorProto.FLOAT16 if half else onnx.TensorProto.FLOAT), name
    assert exported.path.stat().st_size < 2.1 * sum(p.numel() for p in exported.net.parameters())
    inputs = {name for node in graph.node if node.op_type != "Cast" for name in node.input}
    assert not {name for name in inputs if stored.get(name) == onnx.TensorProto.FLOAT16}


def test_weights_a_share_of_the_way_lie_between_the_earlier_and_the_new(
    exported: Exported, tmp_path: Path
) -> None:
    torch.manual_seed(2)
    old, new, between = exported.net, RecognizerNet(), RecognizerNet()
    shutil.copy(exported.path, tmp_path / "yolo.onnx")
    torch.save({"averaged": new.state_dict()}, tmp_path / "checkpoint.pt")
    export_checkpoint(tmp_path / "checkpoint.pt", tmp_path / "yolo.onnx", share=0.25)
    load_onnx_weights(between, tmp_path / "yolo.onnx")
    wanted = old.head.weight.lerp(new.head.weight, 0.25)
    assert torch.allclose(between.head.weight, wanted, atol=1e-4)  # stored in half precision
    assert not torch.allclose(between.head.weight, new.head.weight, atol=1e-3)


def test_a_share_of_the_way_needs_a_model_to_start_from(tmp_path: Path) -> None:
    run = tmp_path / "recognizer"
    run.mkdir()
    torch.save({"averaged": RecognizerNet().state_dict()}, run / "checkpoint.pt")
    args = argparse.Namespace(runs=tmp_path, models=tmp_path / "models", share=0.5)
    with pytest.raises(SystemExit, match=r"no .*yolo\.onnx"):
        export(args)


def test_a_file_of_another_net_is_refused() -> None:
    craft = DEFAULT_MODELS_DIR / "craft.onnx"
    with pytest.raises(RuntimeError, match="lacks"):
        load_onnx_weights(RecognizerNet(), craft)
    with pytest.raises(ValueError, match="not a yolo model"):
        Recognizer(craft)
