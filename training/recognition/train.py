"""Train the recogniser on an endless stream of synthetic strips."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

import torch
from torch import nn

from training.loop import LoopConfig, add_loop_arguments, begin, fit
from training.recognition.data import Batch, StripStream
from training.recognition.net import RecognizerNet
from training.recognition.targets import loss

__all__ = ["add_arguments", "strip_loss", "train"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training train-recognizer`."""
    add_loop_arguments(parser, out=Path("runs/recognizer"), batch=48)
    parser.add_argument("--cluster", help="make strips there instead, such as tcp://host:8786")
    parser.add_argument("--aligned", type=Path, help="real photos to mix in, written by `align`")
    parser.add_argument("--photos", type=Path, help="folder of those photos, where not of --real")
    parser.add_argument("--aligned-share", type=float, default=0.2, help="their share of a batch")


def strip_loss(net: nn.Module, batch: Batch) -> tuple[torch.Tensor, dict[str, float]]:
    """The recogniser's loss on one batch, the net in bfloat16 where the processor has it."""
    strips, *targets = batch
    with torch.autocast(strips.device.type, torch.bfloat16):
        outputs = net(strips.contiguous(memory_format=torch.channels_last))
    return loss(outputs, (targets[0], targets[1]))


def train(args: argparse.Namespace) -> None:
    """Train for the budget; the checkpoint lies in `args.out`."""
    net, state = begin(RecognizerNet, args)
    start = state["step"] if state else 0
    source = StripStream(
        args.seed,
        args.batch,
        start,
        real=args.real,
        aligned=args.aligned,
        aligned_share=args.aligned_share,
        photos=args.photos,
        processes=args.workers,
        cluster=args.cluster,
    )
    with closing(iter(source)) as batches:
        fit(net, batches, strip_loss, args.out, LoopConfig(args.hours, args.rate), state)
