"""Checkpoints of both nets to the ONNX files that the reader loads."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.detection import export as detection
from training.recognition import export as recognition

__all__ = ["add_arguments", "export"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training export`."""
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="folder of the training runs"
    )
    parser.add_argument("--models", type=Path, default=Path("layers/vinreader/models"))
    parser.add_argument(
        "--share", type=float, default=1.0, help="of the way from the models that are there"
    )


def export(args: argparse.Namespace) -> None:
    """Write the models whose checkpoints are there, and say how far the runtimes differ.

    Raises:
        SystemExit: there is no checkpoint at all, or no model that a share of the way starts from.
    """
    written = 0
    for run, name, kind in (
        ("detector", "craft.onnx", detection),
        ("recognizer", "yolo.onnx", recognition),
    ):
        checkpoint = args.runs / run / "checkpoint.pt"
        if not checkpoint.exists():
            print(f"No {checkpoint}: {name} stays as it is.")
            continue
        target = args.models / name
        if args.share < 1 and not target.exists():
            raise SystemExit(f"There is no {target} to go a part of the way from.")
        difference = kind.export_checkpoint(checkpoint, target, args.share)
        size = target.stat().st_size / 1e6
        print(f"{target}: {size:.1f} MB, ONNX Runtime within {difference:.1e} of PyTorch")
        written += 1
    if not written:
        raise SystemExit(f"Nothing to export in {args.runs}.")
