"""Train the detector on an endless stream of pages."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import nn

from training.detection.data import Batch, batches
from training.detection.loss import loss_of
from training.detection.net import LightCraft
from training.loop import LoopConfig, add_loop_arguments, begin, fit

__all__ = ["add_arguments", "page_loss", "train"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training train-detector`."""
    add_loop_arguments(parser, out=Path("runs/detector"), batch=12)
    parser.add_argument("--aligned", type=Path, help="lines of real photos, written by `align`")


def page_loss(net: nn.Module, batch: Batch) -> tuple[torch.Tensor, dict[str, float]]:
    """The detector's loss on one batch, the net in bfloat16."""
    photos = batch.photos.float().div_(255).contiguous(memory_format=torch.channels_last)
    with torch.autocast(photos.device.type, torch.bfloat16):
        logits = net(photos)
    return loss_of(logits, batch.maps, batch.known, batch.boxes), {}


def train(args: argparse.Namespace) -> None:
    """Train for the budget; the checkpoint lies in `args.out`."""
    net, state = begin(LightCraft, args)
    start = state["step"] if state else 0
    real = args.real if (args.real / "boxes.csv").exists() else None
    if real is None:
        print(f"no real photos in {args.real}: training on synthetic pages alone", flush=True)
    stream = batches(
        args.seed,
        args.batch,
        start=start,
        workers=args.workers,
        real=real,
        aligned=args.aligned,
    )
    warmup, average = (60, 0.995) if args.start_from else (300, 0.998)
    config = LoopConfig(args.hours, args.rate, 1e-4, warmup_steps=warmup, average=average, clip=5.0)
    fit(net, stream, page_loss, args.out, config, state)
