"""The character recogniser: YOLOv2's head (Redmon & Farhadi 2017) on a row of 30 cells.

A strip has one row of text, so the grid is one row and a box has a width but no height of its own.
"""

from __future__ import annotations

import torch
from torch import nn

from training.layers import ConvNorm, Residual
from vinreader.vin import ALPHABET

__all__ = [
    "ANCHORS",
    "CELLS",
    "CELL_WIDTH",
    "VALUES_PER_ANCHOR",
    "DecodedRecognizer",
    "RecognizerNet",
]

CELL_WIDTH = 32
CELLS = 30
ANCHORS = (9.0, 15.0, 21.0, 27.0, 33.0, 40.0, 48.0, 60.0)
"""Widths in strip pixels, set by hand from a narrow 1 in a loose strip to a wide W in a tight
one."""
VALUES_PER_ANCHOR = 3 + len(ALPHABET)
"""Objectness, centre, width, then the classes."""


class RecognizerNet(nn.Module):
    """Strips (N, 1, 32, 960) float32, standardised → (N, 30, 8, 36) raw values."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            ConvNorm(8, 32),
            ConvNorm(32, 48, stride=(2, 1)),
            ConvNorm(48, 48),
            ConvNorm(48, 96, stride=(2, 2)),
            Residual(96),
            ConvNorm(96, 128, stride=(2, 2)),
            Residual(128),
        )
        self.context = nn.Sequential(
            ConvNorm(128, 160, (2, 3), (2, 2), (0, 1)),
            Residual(160, (1, 3)),
            Residual(160, (1, 3)),
        )
        self.head = nn.Conv2d(160, len(ANCHORS) * VALUES_PER_ANCHOR, 1)
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)  # type: ignore[arg-type]
        with torch.no_grad():  # objects are rare at first
            self.head.bias.view(len(ANCHORS), VALUES_PER_ANCHOR)[:, 0] = -3.0  # type: ignore[union-attr]

    def forward(self, strips: torch.Tensor) -> torch.Tensor:
        # 2 x 4 pixels become channels: characters are stretched sideways, so little is lost, and
        # the widest layers shrink by eight.
        folded = strips.view(-1, 16, 2, 240, 4).permute(0, 2, 4, 1, 3).reshape(-1, 8, 16, 240)
        folded = folded.contiguous(memory_format=torch.channels_last)
        grid = self.head(self.context(self.backbone(folded)))
        return grid.view(-1, len(ANCHORS), VALUES_PER_ANCHOR, CELLS).permute(0, 3, 1, 2)


class DecodedRecognizer(nn.Module):
    """The net with its box arithmetic, as it is exported: strips → objectness (N, 240), centre and
    width in strip pixels (N, 240, 2), class probabilities (N, 240, 33)."""

    def __init__(self, net: RecognizerNet) -> None:
        super().__init__()
        self.net = net
        anchors = torch.tensor(ANCHORS).view(1, 1, -1)
        cells = torch.arange(CELLS, dtype=torch.float32).view(1, -1, 1)
        self.register_buffer("anchor_widths", anchors)
        self.register_buffer("cell_offsets", cells)

    def forward(self, strips: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        grid = self.net(strips)
        count = CELLS * len(ANCHORS)
        objectness = torch.sigmoid(grid[..., 0]).reshape(-1, count)
        centre = (torch.sigmoid(grid[..., 1]) + self.cell_offsets) * CELL_WIDTH  # type: ignore[operator]
        width = torch.exp(grid[..., 2].clamp(-3, 3)) * self.anchor_widths
        boxes = torch.stack([centre, width], dim=-1).reshape(-1, count, 2)
        classes = torch.softmax(grid[..., 3:], dim=-1).reshape(-1, count, len(ALPHABET))
        return objectness, boxes, classes
