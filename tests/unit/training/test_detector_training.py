"""The detector's targets, a few real steps of training, and the way to ONNX and back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import onnxruntime
import pytest

from training.synthesis.pages import Page

if TYPE_CHECKING:
    import torch
else:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: make setup-training")
pytest.importorskip("onnx", reason="onnx is not installed")

from training.detection import data, evaluate, export, net, ranking, targets, train
from training.detection.loss import loss_of
from training.onnx_files import load_onnx_weights
from vinreader.detection import Detector
from vinreader.merit import Merit

SHAPE = (96, 160)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Nets this small lose time to threads that wait for one another."""
    torch.set_num_threads(1)


def written_page(count: int = 17, x0: float = 20.0, pitch: float = 7.0, tall: float = 16.0) -> Page:
    """A page that says where characters are; its picture does not matter."""
    left = x0 + pitch * np.arange(count)
    quads = np.array(
        [[[x, 40], [x + 6, 40], [x + 6, 40 + tall], [x, 40 + tall]] for x in left], np.float32
    )
    everywhere = np.full(SHAPE, 255, np.uint8)
    words = np.zeros(count, int)
    vin = np.ones(count, bool)
    return Page(np.zeros(SHAPE, np.uint8), quads, words, vin, everywhere, everywhere)


def test_targets_peak_in_the_characters_and_the_gaps() -> None:
    page = written_page(count=3, x0=24, pitch=40, tall=24)
    page = Page(
        page.image,
        page.quads + np.array([[[0, 0], [18, 0], [18, 0], [0, 0]]], np.float32),
        page.words,
        page.vin,
        page.text_known,
        page.line_known,
    )
    maps = targets.draw_targets(page, net.STRIDE).maps
    centres = page.quads.mean(axis=1) / net.STRIDE
    for x, y in centres:
        assert maps[0, int(y), int(x)] > 0.85
        assert maps[2, int(y), int(x)] > 0.8
    for x, y in (centres[1:] + centres[:-1]) / 2:
        assert maps[1, int(y), int(x)] > 0.75
        assert maps[0, int(y), int(x)] < 0.3
        assert maps[2, int(y), int(x)] > 0.8
    edge_y, edge_x = int(page.quads[0, 0, 1] / net.STRIDE), int(centres[0, 0])
    assert 0.05 < maps[0, edge_y, edge_x] < 0.4
    assert maps[:, :4].max() == 0
    assert maps[:, -4:].max() == 0


def test_the_band_ends_where_the_number_ends() -> None:
    page = written_page()
    band = targets.draw_targets(page, net.STRIDE).maps[2].max(axis=0)
    columns = np.flatnonzero(band > 0.5)
    assert abs(columns[0] - 20 / net.STRIDE) <= 1
    assert abs(columns[-1] + 1 - (20 + 16 * 7 + 6) / net.STRIDE) <= 1


def test_characters_of_other_lines_leave_the_line_map_empty() -> None:
    page = written_page()
    other = Page(page.image, page.quads, page.words, ~page.vin, page.text_known, page.line_known)
    maps = targets.draw_targets(other, net.STRIDE).maps
    assert maps[0].max() > 0.8
    assert maps[2].max() == 0


def test_a_perfect_map_costs_next_to_nothing_and_a_wrong_one_much() -> None:
    maps = torch.from_numpy(targets.draw_targets(written_page(), net.STRIDE).maps)[None]
    known = torch.ones(1, 2, *maps.shape[2:])
    boxes = torch.zeros(1, 4, 2)
    perfect = torch.logit(maps.clamp(1e-4, 1 - 1e-4))
    assert float(loss_of(perfect, maps, known, boxes)) < 0.01
    assert float(loss_of(-perfect, maps, known, boxes)) > 1.0
    assert float(loss_of(-perfect, maps, known * 0, boxes)) == 0.0


def test_a_box_asks_for_the_line_in_each_of_its_columns() -> None:
    nothing = torch.zeros(1, 3, 24, 40)
    unknown = torch.zeros(1, 2, 24, 40)
    boxes = torch.tensor([[[4.0, 8.0], [36.0, 8.0], [36.0, 16.0], [4.0, 16.0]]])
    low = torch.full((1, 3, 24, 40), -6.0)
    one_row = low.clone()
    one_row[:, :, 12] = 6.0
    empty = float(loss_of(low, nothing, unknown, boxes))
    filled = float(loss_of(one_row, nothing, unknown, boxes))
    assert filled < 0.02 < 1.0 < empty


def box_map(corners: np.ndarray, axis_shift: float) -> torch.Tensor:
    """Logits (1, 3, 40, 40), high along the box's middle line moved down by `axis_shift`."""
    down = (corners[3] - corners[0]) * (0.5 + axis_shift)
    canvas = np.zeros((40, 40), np.uint8)
    ends = [tuple(round(v) for v in corners[n] + down) for n in (0, 1)]
    cv2.line(canvas, ends[0], ends[1], 1, 2)
    return torch.from_numpy(np.where(canvas > 0, 6.0, -6.0).astype(np.float32)).expand(1, 3, -1, -1)


@pytest.mark.parametrize("degrees", [0.0, 30.0, 45.0, 90.0, 200.0])
@pytest.mark.parametrize("first", [0, 1])
def test_a_turned_box_asks_for_the_line_along_it(degrees: float, first: int) -> None:
    corners = quad_of((20, 20), (28, 8), degrees)
    boxes = torch.from_numpy(np.roll(corners, first, axis=0).astype(np.float32))[None]
    nothing, unknown = torch.zeros(1, 3, 40, 40), torch.zeros(1, 2, 40, 40)

    def cost(logits: torch.Tensor) -> float:
        return float(loss_of(logits, nothing, unknown, boxes))

    inside, beside = cost(box_map(corners, 0.0)), cost(box_map(corners, 1.5))
    crossing = cost(box_map(quad_of((20, 20), (28, 8), degrees + 90), 0.0))
    assert inside < 0.1
    assert beside > 1.0
    assert crossing > 1.0


def test_a_batch_of_pages_with_and_without_boxes_is_told_apart() -> None:
    low = torch.full((2, 3, 40, 40), -6.0)
    box = torch.from_numpy(quad_of((20, 20), (28, 8), 30).astype(np.float32))
    nothing, unknown = torch.zeros(2, 3, 40, 40), torch.zeros(2, 2, 40, 40)
    one = float(loss_of(low, nothing, unknown, torch.stack([box, 0 * box])))
    both = float(loss_of(low, nothing, unknown, torch.stack([box, box])))
    assert one == pytest.approx(both / 2, rel=1e-4)


def test_a_few_steps_make_the_loss_fall(fonts: None) -> None:
    torch.manual_seed(0)
    batch = next(data.batches(seed=1, size=2, shape=(96, 160)))
    model = net.LightCraft()
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(12):
        optimiser.zero_grad()
        loss, _ = train.page_loss(model.train(), batch)
        loss.backward()
        optimiser.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-3:]) < 0.75 * losses[0]


def test_the_net_is_light_and_its_maps_have_a_quarter_of_the_size() -> None:
    model = net.LightCraft()
    assert sum(p.numel() for p in model.parameters()) < 1_000_000
    with torch.no_grad():
        assert model(torch.zeros(1, 1, 64, 96)).shape == (1, 3, 16, 24)


@dataclass(frozen=True)
class Exported:
    """A net, the file that it was exported to, and how far the two are apart."""

    model: net.LightCraft
    path: Path
    apart: float


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A net that has seen data: no normalisation is an identity."""
    pytest.importorskip("onnxscript", reason="PyTorch's exporter needs onnxscript")
    torch.manual_seed(3)
    model = net.LightCraft()
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2.0)
    path = tmp_path_factory.mktemp("exported") / "craft.onnx"
    return Exported(model, path, export.export(model, path))


def test_the_runtime_folds_all_norms_of_an_exported_net(exported: Exported, tmp_path: Path) -> None:
    import onnx

    folded = tmp_path / "folded.onnx"
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(folded)
    onnxruntime.InferenceSession(str(exported.path), options, providers=["CPUExecutionProvider"])
    kinds = [node.op_type for node in onnx.load(str(folded)).graph.node]
    assert kinds.count("Conv") == 16
    assert "BatchNormalization" not in kinds


def test_export_equals_the_net_and_leads_back_to_it(exported: Exported) -> None:
    model, path = exported.model, exported.path
    assert exported.apart < 1e-4
    assert path.stat().st_size < 10_000_000
    other = net.LightCraft()
    load_onnx_weights(other, path)
    for name, value in model.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(value, other.state_dict()[name]), name
    detector = Detector(path)
    assert detector.layout.stride == net.STRIDE
    assert detector.layout.maps == net.MAPS
    photos = np.random.default_rng(0).random((1, 1, 160, 128), np.float32)
    (served,) = detector.session.run(None, {"input": photos})
    with torch.no_grad():
        trained = torch.sigmoid(model(torch.from_numpy(photos))).numpy()
    assert served.shape == (1, 3, 40, 32)
    assert np.abs(served - trained).max() < 1e-4


def quad_of(centre: tuple[float, float], size: tuple[float, float], degrees: float) -> np.ndarray:
    turn = np.deg2rad(degrees)
    along = np.array([np.cos(turn), np.sin(turn)]) * size[0] / 2
    down = np.array([-np.sin(turn), np.cos(turn)]) * size[1] / 2
    c = np.array(centre)
    return np.stack([c - along - down, c + along - down, c + along + down, c - along + down])


BOX = np.array([20.0, 40.0, 180.0, 60.0])


@pytest.mark.parametrize(
    ("centre", "size", "degrees", "covered", "tight", "literal"),
    [
        ((100, 50), (150, 12), 0, True, True, True),
        ((100, 50), (150, 6), 4, True, True, False),  # thin and slanted, as its box tells
        ((60, 50), (70, 14), 0, False, True, False),  # not half of the line
        ((100, 50), (190, 50), 0, True, False, False),  # far too tall
        ((100, 75), (150, 16), 0, False, False, False),  # the line below
        ((100, 50), (150, 12), 90, False, False, False),
    ],
)
def test_a_line_is_held_against_its_box(
    centre: tuple[float, float],
    size: tuple[float, float],
    degrees: float,
    covered: bool,
    tight: bool,
    literal: bool,
) -> None:
    verdict = evaluate.verdict_of(quad_of(centre, size, degrees), BOX)
    assert (verdict.covered, verdict.tight, verdict.literal) == (covered, tight, literal)
    assert verdict.hit == (covered and tight)


def test_weights_that_tell_the_line_are_found() -> None:
    """Of three lines a photo the right one has the highest second feature; the others are noise."""
    rng = np.random.default_rng(4)
    features = rng.normal(0, 1, (300, 5)).astype(np.float32)
    view = np.repeat(np.arange(100), 3)
    best = features[:, 1].reshape(100, 3).argmax(axis=1)
    right = np.zeros(300, bool)
    right[np.arange(100) * 3 + best] = True
    lines = ranking.Lines(features, view, right, np.arange(100))
    merit = ranking.fit_merit(lines)
    noise = (merit.mean, merit.miscount, merit.beyond, merit.share)
    assert merit.faintest > 5 * max(abs(weight) for weight in noise)
    assert ranking.won(lines, merit).all()
    assert ranking.cross_validated(lines).mean() > 0.95
    assert ranking.won(lines, Merit(1, 0, 0, 0, 0, 0)).mean() < 0.6


def test_what_is_learnt_by_heart_does_not_pass_for_found() -> None:
    """Nothing tells the right line: weights fitted to the photos themselves do better on them."""
    rng = np.random.default_rng(8)
    features = rng.normal(0, 1, (60, 5)).astype(np.float32)
    right = np.zeros(60, bool)
    right[np.arange(12) * 5 + rng.integers(0, 5, 12)] = True
    view = np.repeat(np.arange(12), 5)
    lines = ranking.Lines(features, view, right, np.arange(12))
    by_heart = ranking.won(lines, ranking.fit_merit(lines)).mean()
    assert ranking.cross_validated(lines, folds=12).mean() < by_heart


def test_a_view_without_lines_is_not_won() -> None:
    features = np.eye(5, dtype=np.float32)[[1, 0]]
    lines = ranking.Lines(features, np.array([0, 0]), np.array([True, False]), np.array([0, 1]))
    assert ranking.won(lines, Merit(0, 1, 0, 0, 0, 0)).tolist() == [True, False]
