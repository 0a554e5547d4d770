"""Building blocks that both nets share, and the way their weights travel through ONNX files.

A convolution and its batch normalisation become one convolution on export. Loading an exported file
puts the fused weights into the convolution and makes the normalisation an identity, so training goes
on from an ONNX file on any machine.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

__all__ = ["ConvNorm", "Residual", "fused_state", "load_onnx_weights"]


class ConvNorm(nn.Module):
    """Convolution, batch normalisation, ReLU (Hardware-friendly: all three fuse into one at serving)."""

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


@torch.no_grad()
def fuse(net: nn.Module) -> nn.Module:
    """The same net with every normalisation folded into its convolution, in place."""
    for module in net.modules():
        if isinstance(module, ConvNorm) and isinstance(module.norm, nn.BatchNorm2d):
            norm, conv = module.norm, module.conv
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)  # type: ignore[operator]
            conv.weight.mul_(scale[:, None, None, None])
            conv.bias.sub_(norm.running_mean).mul_(scale).add_(norm.bias)  # type: ignore
            module.norm = nn.Identity()
    return net


def fused_state(net: nn.Module) -> dict[str, np.ndarray]:
    """Names and arrays of the convolutions of a fused net, as they stand in an exported file."""
    return {name: value.numpy() for name, value in net.state_dict().items()}


@torch.no_grad()
def load_onnx_weights(net: nn.Module, path: Path) -> None:
    """Weights of an exported file into a net in training form.

    Raises:
        ValueError: the file lacks a weight of the net, or has it in another shape.
    """
    import onnx
    from onnx import numpy_helper

    stored = {w.name: numpy_helper.to_array(w) for w in onnx.load(str(path)).graph.initializer}
    for name, parameter in net.named_parameters():
        if ".norm." in name:
            continue
        if name not in stored or tuple(stored[name].shape) != tuple(parameter.shape):
            raise ValueError(f"{path.name} holds no weight {name} of shape {tuple(parameter.shape)}")
        parameter.copy_(torch.from_numpy(stored[name].copy()))
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
            module.running_mean.zero_()  # type: ignore[union-attr]
            module.running_var.fill_(1.0 - module.eps)  # type: ignore[union-attr]
