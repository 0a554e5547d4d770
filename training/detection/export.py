"""The trained detector as an ONNX file: its maps as probabilities, how to feed it as metadata."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor, nn

from training.detection.net import MAPS, MULTIPLE, STRIDE, LightCraft
from training.detection.targets import SIGMA
from training.onnx_files import blend_onnx_weights, write_onnx

__all__ = ["export", "export_checkpoint"]

VERSION = "1"


class _Served(nn.Module):
    """The net with its maps as probabilities, as it is served."""

    def __init__(self, net: LightCraft) -> None:
        super().__init__()
        self.net = net

    def forward(self, photos: Tensor) -> Tensor:
        return torch.sigmoid(self.net(photos))


def export_checkpoint(checkpoint: Path, target: Path, share: float = 1.0) -> float:
    """Write the averaged weights of a training run to `target`, or weights `share` of the way to
    them from those of the file that is there; see `export`."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    net = LightCraft()
    net.load_state_dict(saved["averaged"])
    if share < 1:
        blend_onnx_weights(net, target, share)
    return export(net, target)


def export(net: LightCraft, target: Path) -> float:
    """Write `net` for photos of any size to `target`; gives and raises what `write_onnx` does."""
    net.eval()
    example = torch.zeros(2, 1, 2 * MULTIPLE, 3 * MULTIPLE)
    return write_onnx(_Served(net), example, target, ["maps"], _metadata(), dynamic=(0, 2, 3))


def _metadata() -> dict[str, str]:
    return {
        "kind": "craft",
        "version": VERSION,
        "input": json.dumps({"layout": "N1HW", "colour": "grey", "scale": 1 / 255, "mean": 0.0}),
        "multiple": str(MULTIPLE),
        "stride": str(STRIDE),
        "maps": json.dumps(MAPS),
        "sigma": str(SIGMA),
    }
