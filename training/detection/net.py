"""A light CRAFT (Baek et al. 2019): dense strided convolutions, a U-shaped way back, three maps."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["MAPS", "MULTIPLE", "STRIDE", "LightCraft"]

STRIDE = 4
"""Pixels of the input for one pixel of the maps."""
MULTIPLE = 32
"""Height and width of the input are multiples of this."""
MAPS = ("region", "affinity", "line")
"""The maps in channel order: a character, the space between neighbours, the line of the VIN."""


_RARE = -2.5
"""Logit of the maps before training: most of a photo is background."""


class _Block(nn.Sequential):
    """3×3 convolution, batch norm, ReLU."""

    def __init__(self, channels_in: int, channels_out: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(inplace=True),
        )


class LightCraft(nn.Module):
    """Grey photo (N, 1, H, W) float32, 0 to 1, H and W multiples of 32 → logits (N, 3, H/4, W/4).

    The pixel shuffle puts four neighbours into channels, so that no convolution runs at full
    resolution; every stage after it halves the size.
    """

    def __init__(self) -> None:
        super().__init__()
        self.unshuffle = nn.PixelUnshuffle(2)
        self.stem = _Block(4, 16)
        self.down4 = nn.Sequential(_Block(16, 40, 2), _Block(40, 40))
        self.down8 = nn.Sequential(_Block(40, 80, 2), _Block(80, 80))
        self.down16 = nn.Sequential(_Block(80, 112, 2), _Block(112, 112))
        self.down32 = nn.Sequential(_Block(112, 128, 2), _Block(128, 128))
        self.up16 = nn.Conv2d(128 + 112, 64, 1)
        self.mix16 = _Block(64, 64)
        self.up8 = nn.Conv2d(64 + 80, 48, 1)
        self.mix8 = _Block(48, 48)
        self.up4 = nn.Conv2d(48 + 40, 40, 1)
        self.mix4 = _Block(40, 40)
        self.head = nn.Conv2d(40, len(MAPS), 1)
        assert self.head.bias is not None
        nn.init.constant_(self.head.bias, _RARE)

    def forward(self, photos: Tensor) -> Tensor:
        half = self.stem(self.unshuffle(photos - 0.5))
        at4 = self.down4(half)
        at8 = self.down8(at4)
        at16 = self.down16(at8)
        at32 = self.down32(at16)
        x = self.mix16(self.up16(torch.cat([_twice(at32), at16], 1)))
        x = self.mix8(self.up8(torch.cat([_twice(x), at8], 1)))
        x = self.mix4(self.up4(torch.cat([_twice(x), at4], 1)))
        return self.head(x)


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")
