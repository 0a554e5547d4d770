"""Building blocks of the nets."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

__all__ = ["Attention", "ConvNorm", "Residual"]


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
    """Two convolutions around a shortcut (He 2016).

    It begins as the shortcut alone (Goyal et al. 2017), so it can be added to a net that is trained
    already, behind what gives no negative values.
    """

    def __init__(self, width: int, kernel: tuple[int, int] = (3, 3)) -> None:
        super().__init__()
        self.first = ConvNorm(width, width, kernel)
        self.second = ConvNorm(width, width, kernel, act=False)
        nn.init.zeros_(self.second.norm.weight)  # type: ignore[arg-type]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.second(self.first(x)))


class Attention(nn.Module):
    """Self-attention along the one row of a map (Vaswani et al. 2017), around a shortcut: maps
    (N, width, 1, T) → the same shape.

    Every place may look at every other, so that a character is told by how its neighbours are made:
    whether the 5 of this line has a corner where its S has none. It begins as the shortcut alone
    (Bachlechner et al. 2021, ReZero), so it can be added to a net that is trained already.
    """

    def __init__(self, width: int, head_width: int = 32) -> None:
        super().__init__()
        self.heads = width // head_width
        self.norm = nn.LayerNorm(width)
        self.split = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        nn.init.zeros_(self.join.weight)
        nn.init.zeros_(self.join.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        width, places = x.shape[1], x.shape[3]
        row = x.permute(0, 2, 3, 1).reshape(-1, places, width)
        query, key, value = (
            part.view(-1, places, self.heads, width // self.heads).transpose(1, 2)
            for part in self.split(self.norm(row)).chunk(3, dim=-1)
        )
        seen = functional.scaled_dot_product_attention(query, key, value)
        joined = self.join(seen.transpose(1, 2).reshape(-1, places, width))
        return x + joined.view(-1, 1, places, width).permute(0, 3, 1, 2)
