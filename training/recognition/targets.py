"""From character boxes to the grid's targets, and the loss on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from training.recognition.net import ANCHORS, BLANK, CELL_WIDTH, CELLS, FRAMES
from training.synthesis.batches import NO_LABEL, UNKNOWN
from vinreader.vin import LENGTH

__all__ = ["SOFTENING", "LossWeights", "encode", "grid_loss", "loss", "sequence", "standardise"]

SOFTENING = 4.0
"""Grey levels added to a strip's deviation, so that an empty strip is not blown up into noise."""
IGNORE_RATIO = 0.6
"""Anchors of the right cell whose width is this close to the box are no mistake: neither 1 nor 0.
"""


@dataclass(frozen=True)
class LossWeights:
    """Weights of the parts; objectness of empty anchors is as common as 13 to 1, hence its half."""

    empty: float = 0.5
    position: float = 2.0
    symbol: float = 1.0
    frames: float = 0.5


def standardise(strips: np.ndarray) -> np.ndarray:
    """(N, 32, 960) uint8 → (N, 1, 32, 960) float32, each strip with mean 0 and deviation 1."""
    values = strips.astype(np.float32)
    mean = values.mean(axis=(1, 2), keepdims=True)
    deviation = values.std(axis=(1, 2), keepdims=True)
    return ((values - mean) / (deviation + SOFTENING))[:, None]


def encode(boxes: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Targets (30, 8, 4) float32: objectness (1 here, 0 empty, -1 ignored), centre, log width,
    class, which is `UNKNOWN` where only the place of a character is known.

    Each box goes to the cell of its centre and the free anchor nearest in width, so that two
    characters whose centres share a cell both find a place.
    """
    grid = np.zeros((CELLS, len(ANCHORS), 4), np.float32)
    anchors = np.array(ANCHORS)
    widths = np.maximum(boxes[:, 1] - boxes[:, 0], 2.0)[:, None]
    centres = boxes.mean(axis=1) / CELL_WIDTH
    cells = np.minimum(centres.astype(int), CELLS - 1)
    likeness = np.minimum(anchors, widths) / np.maximum(anchors, widths)
    logs = np.log(widths / anchors)
    for i, order in enumerate(np.argsort(-likeness, axis=1)):
        cell = grid[cells[i]]
        for anchor in order:
            if cell[anchor, 0] != 1:
                cell[anchor] = (1, centres[i] - cells[i], logs[i, anchor], labels[i])
                break
        cell[(likeness[i] > IGNORE_RATIO) & (cell[:, 0] == 0), 0] = -1
    return grid


def sequence(labels: np.ndarray) -> np.ndarray:
    """Targets (17,) int64 of the frames: the labels from left to right, then -1; `UNKNOWN` all
    along where one of them is, as the frames do not know which of them belong to it."""
    if (labels == UNKNOWN).any():
        return np.full(LENGTH, UNKNOWN, np.int64)
    padded = np.full(LENGTH, NO_LABEL, np.int64)
    padded[: len(labels)] = labels
    return padded


def loss(
    outputs: tuple[torch.Tensor, torch.Tensor],
    targets: tuple[torch.Tensor, torch.Tensor],
    weights: LossWeights | None = None,
) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss of both heads' raw `outputs`, (N, 30, 8, 36) and (N, 60, 34), against `targets`
    (N, 30, 8, 4) and (N, 17), and its parts by name."""
    w = weights or LossWeights()
    total, parts = grid_loss(outputs[0], targets[0], w)
    frames = _frames_loss(outputs[1], targets[1])
    return total + w.frames * frames, {**parts, "frames": float(frames.detach())}


def _frames_loss(frames: torch.Tensor, sequences: torch.Tensor) -> torch.Tensor:
    """Connectionist temporal classification (Graves 2006), a strip's mean; strips whose text is not
    wholly known cost nothing."""
    count = len(sequences)
    known = (sequences != UNKNOWN).all(dim=1)
    if not bool(known.any()):
        return frames.new_zeros(())
    frames, sequences = frames[known], sequences[known]
    lengths = (sequences >= 0).sum(dim=1)
    said = F.log_softmax(frames.float(), dim=-1).permute(1, 0, 2)
    return (
        F.ctc_loss(
            said,
            sequences.clamp(min=0),
            torch.full_like(lengths, FRAMES),
            lengths,
            blank=BLANK,
            reduction="sum",
            zero_infinity=True,
        )
        / count
    )


def grid_loss(
    values: torch.Tensor, targets: torch.Tensor, weights: LossWeights
) -> tuple[torch.Tensor, dict[str, float]]:
    """Loss of raw `values` (N, 30, 8, 36) against `targets` (N, 30, 8, 4), and its parts by
    name."""
    w = weights
    values = values.float()
    here, empty = targets[..., 0] == 1, targets[..., 0] == 0
    strips = values.shape[0]
    logits = values[..., 0]
    present = F.softplus(-logits[here]).sum() / strips
    absent = F.softplus(logits[empty]).sum() / strips
    mine, wanted = values[here], targets[here]
    position = (
        F.binary_cross_entropy_with_logits(mine[:, 1], wanted[:, 1], reduction="sum")
        + F.smooth_l1_loss(mine[:, 2], wanted[:, 2], beta=0.2, reduction="sum")
    ) / strips
    symbols = wanted[:, 3].long()
    symbol = F.cross_entropy(mine[:, 3:], symbols, ignore_index=UNKNOWN, reduction="sum") / strips
    total = present + w.empty * absent + w.position * position + w.symbol * symbol
    parts = {"present": present, "absent": absent, "position": position, "symbol": symbol}
    return total, {name: float(value.detach()) for name, value in parts.items()}
