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
    """In each column of a box some pixel is on the VIN's line, and some on its text."""
    line_terms, text_terms = [], []
    height, width = logits.shape[2:]
    text = torch.maximum(logits[:, 0], logits[:, 1])
    for n, (x0, y0, x1, y1) in enumerate(boxes.round().long().tolist()):
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
        if x1 - x0 < 2 or y1 - y0 < 2:
            continue
        across = 0 if x1 - x0 >= y1 - y0 else 1
        line_terms.append(functional.softplus(-logits[n, 2, y0:y1, x0:x1].amax(across)).mean())
        text_terms.append(functional.softplus(-text[n, y0:y1, x0:x1].amax(across)).mean())
    if not line_terms:
        return logits.new_zeros(())
    share = len(line_terms) / len(boxes)
    return share * (
        _BOX_WEIGHT * 2 * torch.stack(line_terms).mean()
        + _BOX_TEXT_WEIGHT * 2 * torch.stack(text_terms).mean()
    )
