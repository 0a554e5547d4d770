"""The trained net as an ONNX file that says how it is to be fed, and the way back from one."""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from training.detection.net import MAPS, MULTIPLE, STRIDE, LightCraft
from training.detection.targets import SIGMA

__all__ = ["export", "export_checkpoint", "load_onnx_weights"]

VERSION = "1"
_TOLERANCE = 1e-3
"""Largest difference allowed between PyTorch's and ONNX Runtime's probabilities."""


class _Served(nn.Module):
    """The net with its maps as probabilities, as it is served."""

    def __init__(self, net: LightCraft) -> None:
        super().__init__()
        self.net = net

    def forward(self, photos: Tensor) -> Tensor:
        return torch.sigmoid(self.net(photos))


def export_checkpoint(checkpoint: Path, target: Path) -> float:
    """Write the averaged weights of a training run to `target`; see `export`."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    net = LightCraft()
    net.load_state_dict(saved["ema"])
    return export(net, target)


def export(net: LightCraft, target: Path) -> float:
    """Write `net` to `target` and give the largest difference that ONNX Runtime shows to PyTorch.

    Batch norms stay nodes of their own and initialisers keep the names of the state dict, so that
    training can go on from the file; ONNX Runtime folds them when it loads.

    Raises:
        RuntimeError: the two disagree.
    """
    net.eval()
    served = _Served(net).eval()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draft = Path(folder) / "craft.onnx"
        torch.onnx.export(
            served,
            (torch.zeros(2, 1, 2 * MULTIPLE, 3 * MULTIPLE),),
            str(draft),
            input_names=["photos"],
            output_names=["maps"],
            dynamic_shapes=(_dynamic(),),
            opset_version=18,
            dynamo=True,
            external_data=False,
            optimize=False,
            verbose=False,
        )
        model = onnx.load(str(draft))
    _keep_names(model)
    for key, value in _metadata().items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(model.SerializeToString())
    difference = _difference(served, part)
    if difference > _TOLERANCE:
        raise RuntimeError(f"ONNX Runtime differs from PyTorch by {difference:.4f}")
    part.replace(target)
    return difference


def _dynamic() -> dict[int, object]:
    auto = torch.export.Dim.AUTO
    return {0: auto, 2: auto, 3: auto}


def _keep_names(model: onnx.ModelProto) -> None:
    """Initialisers are called as in the net's own state dict, without the wrapper's prefix; what
    else the exporter leaves behind in metadata of nodes and values goes."""
    for initialiser in model.graph.initializer:
        initialiser.name = initialiser.name.removeprefix("net.")
    for node in model.graph.node:
        for n, name in enumerate(node.input):
            node.input[n] = name.removeprefix("net.")
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    model.graph.ClearField("metadata_props")
    model.graph.ClearField("value_info")
    for value in (*model.graph.input, *model.graph.output):
        value.ClearField("metadata_props")


def _metadata() -> dict[str, str]:
    return {
        "kind": "craft",
        "version": VERSION,
        "input": json.dumps({"layout": "N1HW", "colour": "grey", "scale": 1 / 255, "mean": 0.0}),
        "multiple": str(MULTIPLE),
        "stride": str(STRIDE),
        "sigma": str(SIGMA),
        "maps": json.dumps(MAPS),
    }


def _difference(served: nn.Module, path: Path) -> float:
    """Largest difference of the two runtimes on noise, at a size the export never saw."""
    photos = np.random.default_rng(0).random((1, 1, 5 * MULTIPLE, 4 * MULTIPLE), np.float32)
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (theirs,) = session.run(None, {"photos": photos})
    with torch.no_grad():
        ours = served(torch.from_numpy(photos)).numpy()
    return float(np.abs(ours - theirs).max())


def load_onnx_weights(net: nn.Module, path: Path) -> None:
    """Fill `net` with the weights stored in an exported file.

    Raises:
        RuntimeError: the file lacks a weight of the net, or has it in another shape.
    """
    found = {
        tensor.name: torch.from_numpy(numpy_helper.to_array(tensor).copy())
        for tensor in onnx.load(str(path)).graph.initializer
    }
    wanted = net.state_dict()
    counters = {name for name in wanted if name.endswith("num_batches_tracked")}
    missing = sorted(set(wanted) - set(found) - counters)
    if missing:
        raise RuntimeError(f"{path.name} lacks {', '.join(missing)}")
    net.load_state_dict({k: found.get(k, v) for k, v in wanted.items()})
