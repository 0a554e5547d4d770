"""The character recogniser: YOLOv2's head (Redmon & Farhadi 2017) on a row of 30 cells, and a CTC
head (Graves 2006) beside it.

A strip has one row of text, so the grid is one row and a box has a width but no height of its own.
"""

from __future__ import annotations

import torch
from torch import nn

from training.layers import Attention, ConvNorm, Residual
from vinreader.vin import ALPHABET

__all__ = [
    "ANCHORS",
    "BLANK",
    "CELLS",
    "CELL_WIDTH",
    "FRAMES",
    "FRAME_WIDTH",
    "VALUES_PER_ANCHOR",
    "DecodedRecognizer",
    "RecognizerNet",
]

HEIGHT, WIDTH = 32, 960
FOLD = (4, 4)
"""Rows and columns of pixels that the stem takes as channels."""
CELL_WIDTH = 32
CELLS = WIDTH // CELL_WIDTH
FRAME_WIDTH = 16
FRAMES = WIDTH // FRAME_WIDTH
BLANK = len(ALPHABET)
"""The class of a frame that shows no symbol, the last one."""
SYMBOLS = len(ALPHABET) + 1
ANCHORS = (9.0, 15.0, 21.0, 27.0, 33.0, 40.0, 48.0, 60.0)
"""Widths in strip pixels, set by hand from a narrow 1 in a loose strip to a wide W in a tight
one."""
VALUES_PER_ANCHOR = 3 + len(ALPHABET)
"""Objectness, centre, width, then the classes."""


class RecognizerNet(nn.Module):
    """Strips (N, 1, 32, 960) float32, standardised → (N, 30, 8, 36) raw values of the grid and
    (N, 60, 34) logits of the frames.

    Two heads stand on one backbone: boxes in cells (YOLO) and symbols along the line (CTC, Graves
    2006). The second does not know where characters begin and end, so it errs otherwise.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(ConvNorm(FOLD[0] * FOLD[1], 48), ConvNorm(48, 48))
        self.fine = nn.Sequential(ConvNorm(48, 96, stride=(2, 2)), Residual(96), Residual(96))
        self.coarse = nn.Sequential(
            ConvNorm(96, 128, stride=(2, 2)), Residual(128), Residual(128), Residual(128)
        )
        self.context = nn.Sequential(
            ConvNorm(128, 160, (2, 3), (2, 2), (0, 1)),
            Attention(160),
            Residual(160, (1, 3)),
            Attention(160),
            Residual(160, (1, 3)),
        )
        self.head = nn.Conv2d(160, len(ANCHORS) * VALUES_PER_ANCHOR, 1)
        self.row = nn.Sequential(
            ConvNorm(128, 128, (2, 3), (2, 1), (0, 1)),
            Attention(128),
            Residual(128, (1, 3)),
            Attention(128),
            Residual(128, (1, 3)),
        )
        self.symbols = nn.Conv2d(128, SYMBOLS, 1)
        for layer in (self.head, self.symbols):
            nn.init.normal_(layer.weight, std=0.01)
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type]
        with torch.no_grad():  # objects are rare at first
            self.head.bias.view(len(ANCHORS), VALUES_PER_ANCHOR)[:, 0] = -3.0  # type: ignore[union-attr]

    def forward(self, strips: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        # 4 x 4 pixels become channels: the widest layers, which cost most of the time, shrink by
        # sixteen, and characters are stretched sideways, so little is lost.
        tall, wide = FOLD
        rows, columns = HEIGHT // tall, WIDTH // wide
        folded = strips.view(-1, rows, tall, columns, wide).permute(0, 2, 4, 1, 3)
        folded = folded.reshape(-1, tall * wide, rows, columns)
        folded = folded.contiguous(memory_format=torch.channels_last)
        seen = self.coarse(self.fine(self.stem(folded)))
        grid = self.head(self.context(seen))
        frames = self.symbols(self.row(seen))
        return (
            grid.view(-1, len(ANCHORS), VALUES_PER_ANCHOR, CELLS).permute(0, 3, 1, 2),
            frames.view(-1, SYMBOLS, FRAMES).permute(0, 2, 1),
        )


class DecodedRecognizer(nn.Module):
    """The net with its box arithmetic, as it is exported: strips → objectness (N, 240), centre and
    width in strip pixels (N, 240, 2), class probabilities (N, 240, 33), and frame probabilities
    (N, 60, 34), the blank last."""

    def __init__(self, net: RecognizerNet) -> None:
        super().__init__()
        self.net = net
        anchors = torch.tensor(ANCHORS).view(1, 1, -1)
        cells = torch.arange(CELLS, dtype=torch.float32).view(1, -1, 1)
        self.register_buffer("anchor_widths", anchors)
        self.register_buffer("cell_offsets", cells)

    def forward(self, strips: torch.Tensor) -> tuple[torch.Tensor, ...]:
        grid, frames = self.net(strips)
        count = CELLS * len(ANCHORS)
        objectness = torch.sigmoid(grid[..., 0]).reshape(-1, count)
        centre = (torch.sigmoid(grid[..., 1]) + self.cell_offsets) * CELL_WIDTH  # type: ignore[operator]
        width = torch.exp(grid[..., 2].clamp(-3, 3)) * self.anchor_widths
        boxes = torch.stack([centre, width], dim=-1).reshape(-1, count, 2)
        classes = torch.softmax(grid[..., 3:], dim=-1).reshape(-1, count, len(ALPHABET))
        return objectness, boxes, classes, torch.softmax(frames, dim=-1)
