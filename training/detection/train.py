"""The detector's training: an endless stream of pages, a time budget, checkpoints, progress."""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from torch import nn

from training.detection.data import Batch, batches
from training.detection.loss import loss_of
from training.detection.net import LightCraft

__all__ = ["Ema", "add_arguments", "train", "train_step"]

_WARM_UP_STEPS = 150
_LAST_RATE = 0.02
"""Learning rate at the end, as a share of its peak."""
_EMA_DECAY = 0.998


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `train-detector`."""
    parser.add_argument("--hours", type=float, default=1.0, help="training time in all")
    parser.add_argument("--out", type=Path, default=Path("runs/detector"))
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--start-from", type=Path, help="an ONNX file whose weights to start from")
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--checkpoint-minutes", type=float, default=3.0)


class Ema:
    """A moving average of a net's weights: steadier than the net itself, and what is exported."""

    def __init__(self, net: nn.Module) -> None:
        self.state = {k: v.detach().clone() for k, v in net.state_dict().items()}
        self.steps = 0

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Take a step towards `net`; early steps are long, so that the start is soon forgotten."""
        self.steps += 1
        decay = min(_EMA_DECAY, (1 + self.steps) / (10 + self.steps))
        for name, value in net.state_dict().items():
            if value.dtype.is_floating_point:
                self.state[name].lerp_(value, 1 - decay)
            else:
                self.state[name].copy_(value)


def train_step(net: nn.Module, optimiser: torch.optim.Optimizer, batch: Batch) -> float:
    """One step on one batch; gives the loss before it."""
    net.train()
    photos = batch.photos.float().div_(255).contiguous(memory_format=torch.channels_last)
    with torch.autocast("cpu", torch.bfloat16):
        logits = net(photos)
    loss = loss_of(logits, batch.maps, batch.known, batch.boxes)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    return float(loss.detach())


def _rate(step: int, share: float) -> float:
    """Share of the peak learning rate at `step`, `share` of the time budget spent."""
    warm = min(1.0, (step + 1) / _WARM_UP_STEPS)
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, share)))
    return warm * (_LAST_RATE + (1 - _LAST_RATE) * cosine)


def _save(path: Path, state: dict[str, Any]) -> None:
    """Write a checkpoint so that a reader never finds half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def train(args: argparse.Namespace) -> None:
    """Train until the time budget is spent; `--resume` goes on where the last run stopped."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    net = LightCraft().to(memory_format=torch.channels_last)
    if args.start_from:
        from training.onnx_files import load_onnx_weights

        load_onnx_weights(net, args.start_from)
    optimiser = torch.optim.AdamW(net.parameters(), lr=args.rate, weight_decay=1e-4)
    ema = Ema(net)
    step, spent = 0, 0.0
    path = args.out / "checkpoint.pt"
    if args.resume and path.exists():
        saved = torch.load(path, map_location="cpu", weights_only=True)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        ema.state, ema.steps = saved["ema"], saved["step"]
        step, spent = saved["step"], saved["spent"]
    real = args.real if (args.real / "boxes.csv").exists() else None
    if real is None:
        print(f"no real photos in {args.real}: training on synthetic pages alone", flush=True)
    stream: Iterator[Batch] = batches(
        args.seed, args.batch, start=step, workers=args.workers, real=real
    )

    def checkpoint() -> None:
        state = {"net": net.state_dict(), "ema": ema.state, "optimiser": optimiser.state_dict()}
        _save(path, state | {"step": step, "spent": spent})

    budget, last, smooth = args.hours * 3600, time.monotonic(), 0.0
    saved_at = said_at = spent
    with suppress(KeyboardInterrupt):
        while spent < budget:
            for group in optimiser.param_groups:
                group["lr"] = args.rate * _rate(step, spent / budget)
            loss = train_step(net, optimiser, next(stream))
            ema.update(net)
            now = time.monotonic()
            step, spent, took, last = step + 1, spent + now - last, now - last, now
            smooth = loss if smooth == 0 else 0.98 * smooth + 0.02 * loss
            if spent - said_at > 20 or step == 1:
                print(
                    f"step {step}  loss {smooth:.4f}  {args.batch / took:.1f} pages/s  "
                    f"{spent / 60:.1f} of {budget / 60:.0f} min, {(budget - spent) / 60:.0f} left",
                    flush=True,
                )
                said_at = spent
            if spent - saved_at > args.checkpoint_minutes * 60:
                checkpoint()
                saved_at = spent
    checkpoint()
