"""The trained recogniser as `yolo.onnx`."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from training.onnx_files import blend_onnx_weights, write_onnx
from training.recognition.net import (
    ANCHORS,
    CELL_WIDTH,
    CELLS,
    FRAME_WIDTH,
    DecodedRecognizer,
    RecognizerNet,
)
from training.recognition.targets import SOFTENING
from training.synthesis.strips import STRIP_HEIGHT, STRIP_WIDTH
from vinreader.vin import ALPHABET

__all__ = ["export", "export_checkpoint"]

VERSION = "2"


def export_checkpoint(checkpoint: Path, target: Path, share: float = 1.0) -> float:
    """Write the averaged weights of a training run to `target`, or weights `share` of the way to
    them from those of the file that is there; see `export`."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True)
    net = RecognizerNet()
    net.load_state_dict(saved["averaged"])
    if share < 1:
        blend_onnx_weights(net, target, share)
    return export(net, target)


def export(net: RecognizerNet, target: Path) -> float:
    """Write `net` to `target` and give the largest difference of the two runtimes.

    Raises:
        RuntimeError: ONNX Runtime gives other values than PyTorch.
    """
    example = torch.zeros(2, 1, STRIP_HEIGHT, STRIP_WIDTH)
    metadata = {
        "kind": "yolo",
        "version": VERSION,
        "input": json.dumps({"layout": "N1HW", "height": STRIP_HEIGHT, "width": STRIP_WIDTH}),
        "normalisation": json.dumps({"kind": "standardise", "softening": SOFTENING}),
        "alphabet": ALPHABET,
        "cells": str(CELLS),
        "cell_width": str(CELL_WIDTH),
        "frame_width": str(FRAME_WIDTH),
        "anchors": json.dumps(ANCHORS),
    }
    outputs = ("objectness", "boxes", "classes", "frames")
    return write_onnx(DecodedRecognizer(net.eval()), example, target, outputs, metadata)
