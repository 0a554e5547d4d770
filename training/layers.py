"""Building blocks of the nets."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["ConvNorm", "Residual"]


class ConvNorm(nn.Module):
    """Convolution, batch normalisation, ReLU (one operation once the serving runtime has fused
    them)."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int] = (3, 3),
        stride: tuple[int, int] = (1, 1),
        padding: tuple[int, int] | None = None,
        act: bool = True,
    ) -> None:
        super().__init__()
        pad = padding if padding is not None else (kernel[0] // 2, kernel[1] // 2)
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, pad, bias=True)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)
        self.act: nn.Module = nn.ReLU(inplace=True) if act else nn.Identity()
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        nn.init.zeros_(self.conv.bias)  # type: ignore[arg-type]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.norm(self.conv(x)))


class Residual(nn.Module):
    """Two convolutions around a shortcut (He 2016)."""

    def __init__(self, width: int, kernel: tuple[int, int] = (3, 3)) -> None:
        super().__init__()
        self.first = ConvNorm(width, width, kernel)
        self.second = ConvNorm(width, width, kernel, act=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.second(self.first(x)))
