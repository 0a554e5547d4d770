"""What the detector is held to: the drawn maps where they are known, boxes where they are not."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

__all__ = ["loss_of"]

_POSITIVE = 0.1
"""Targets above this count as foreground."""
_NEGATIVES = 3.0
"""Hardest background pixels taken for each foreground pixel."""
_LEAST = 400
"""Background pixels taken per page at least."""
_BOX_WEIGHT, _BOX_TEXT_WEIGHT = 0.5, 0.15
_LEAST_SIDE = 2.0
"""Boxes thinner than that, in map pixels, are not judged."""
_ACROSS, _ALONG = 24, 96
"""Places looked at in a box, about one each map pixel in the largest."""


def loss_of(logits: Tensor, maps: Tensor, known: Tensor, boxes: Tensor) -> Tensor:
    """Scalar loss of logits (B, 3, h, w) against the fields of a `Batch`.

    Cross entropy minus the target's own entropy, so that a perfect map costs nothing; foreground
    and hardest background averaged apart.
    """
    logits = logits.float()
    plain = functional.binary_cross_entropy_with_logits(logits, maps, reduction="none")
    sure = maps.clamp(1e-6, 1 - 1e-6)
    entropy = -(sure * sure.log() + (1 - sure) * (1 - sure).log())
    excess = (plain - entropy).clamp_min(0)
    total = logits.new_zeros(())
    for channel in range(3):
        mask = known[:, min(channel, 2) // 2] > 0
        total = total + _mined(excess[:, channel], maps[:, channel], mask)
    return total + _box_loss(logits, boxes)


def _mined(excess: Tensor, target: Tensor, known: Tensor) -> Tensor:
    """Mean over the foreground plus mean over the hardest background."""
    foreground = (target > _POSITIVE) & known
    background = excess[(target <= _POSITIVE) & known]
    loss = excess.new_zeros(())
    count = int(foreground.sum())
    if count:
        loss = loss + excess[foreground].mean()
    take = min(len(background), max(int(_NEGATIVES * count), _LEAST * len(target)))
    if take:
        loss = loss + background.topk(take, sorted=False).values.mean()
    return loss


def _box_loss(logits: Tensor, boxes: Tensor) -> Tensor:
    """At each place along a box (B, 4, 2) some pixel across is on the VIN's line, and some on its
    text; a box's longer sides run along."""
    sides = (boxes[:, 1] - boxes[:, 0]).norm(dim=1), (boxes[:, 3] - boxes[:, 0]).norm(dim=1)
    there = torch.minimum(*sides) >= _LEAST_SIDE
    if not bool(there.any()):
        return logits.new_zeros(())
    upended = (sides[1] > sides[0])[:, None, None]
    boxes = torch.where(upended, boxes.roll(1, dims=1), boxes)[there]
    inside = _sampled(logits[there], boxes)
    line = functional.softplus(-inside[:, 2].amax(1)).mean()
    text = functional.softplus(-torch.maximum(inside[:, 0], inside[:, 1]).amax(1)).mean()
    share = float(there.float().mean())
    return share * (_BOX_WEIGHT * 2 * line + _BOX_TEXT_WEIGHT * 2 * text)


def _sampled(logits: Tensor, boxes: Tensor) -> Tensor:
    """(N, C, across, along) values of maps (N, C, h, w) on a grid in each box (N, 4, 2); what of a
    box is outside takes the value at the edge."""
    y = (torch.arange(_ACROSS, device=boxes.device) + 0.5) / _ACROSS
    x = (torch.arange(_ALONG, device=boxes.device) + 0.5) / _ALONG
    first, right, down = boxes[:, 0], boxes[:, 1] - boxes[:, 0], boxes[:, 3] - boxes[:, 0]
    at = (
        first[:, None, None]
        + x[None, None, :, None] * right[:, None, None]
        + y[None, :, None, None] * down[:, None, None]
    )
    size = boxes.new_tensor([logits.shape[3], logits.shape[2]])
    grid = 2 * at / size - 1
    return functional.grid_sample(
        logits, grid, mode="bilinear", padding_mode="border", align_corners=False
    )
