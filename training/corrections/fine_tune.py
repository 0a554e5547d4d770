"""Train the recogniser on what people have settled; the new one stays only if it reads better."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from training.corrections.folder import CorrectionsFolder
from training.corrections.judgement import Comparison, judge
from training.recognition import train as recognition
from training.recognition.export import export_checkpoint
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles

__all__ = ["add_arguments", "fine_tune"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training fine-tune`: those of the recogniser's training with
    smaller steps for a shorter time, and what is learnt and judged."""
    recognition.add_arguments(parser)
    parser.set_defaults(out=Path("runs/fine-tune"), hours=0.4, rate=2e-4, aligned_share=0.3)
    parser.add_argument("--corrections", type=Path, default=Path("runs/corrections"))
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument("--strips", type=int, default=100, help="strips of each style to judge by")


def fine_tune(args: argparse.Namespace) -> None:
    """Train on from the models of a folder; the new recogniser takes the place of the old one there
    if it is better on the photos that were held out, and lies in `args.out` otherwise.

    Raises:
        SystemExit: nothing was gathered, or nothing held out.
    """
    folder = CorrectionsFolder(args.corrections)
    photos = [photo for photo in folder.load() if photo.held_out]
    if not photos:
        raise SystemExit("No corrected photo is held out: there is nothing to judge by.")
    before = judge(args.models, folder.path, photos, args.strips)
    args.start_from = ModelFiles.of(args.models).yolo
    args.aligned, args.photos = folder.aligned, folder.path
    recognition.train(args)
    files = _exported(args)
    comparison = Comparison(before, judge(files.yolo.parent, folder.path, photos, args.strips))
    print(comparison.table())
    if not comparison.better:
        print(f"No better beyond doubt: {args.models} stays as it is, {files.yolo} is left to you.")
        return
    shutil.copyfile(files.yolo, args.start_from)
    print(f"Better: it has taken the place of {args.start_from}.")
    print("Confidence was fitted to the one before: `make fit-confidence`, then `make evaluate`.")


def _exported(args: argparse.Namespace) -> ModelFiles:
    """A folder of models with the new recogniser and the detector as it is."""
    target = args.out / "models"
    target.mkdir(parents=True, exist_ok=True)
    craft = ModelFiles.of(args.models).craft
    shutil.copyfile(craft, target / craft.name)
    export_checkpoint(args.out / "checkpoint.pt", target / args.start_from.name)
    return ModelFiles.of(target)
