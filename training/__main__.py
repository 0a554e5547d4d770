"""`python -m training COMMAND`: everything that makes, trains, exports and judges the models."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable

COMMANDS = {
    "contact-sheet": (
        "training.synthesis.contact_sheet",
        "write_sheet",
        "sheet of synthetic images",
    ),
    "sample-photo": ("training.synthesis.sample_photo", "write_sample", "one synthetic photo"),
    "synthesise": ("training.synthesis.synthesise", "synthesise", "strips in bulk, on any cluster"),
    "train-detector": ("training.detection.train", "train", "train CRAFT"),
    "train-recognizer": ("training.recognition.train", "train", "train YOLO"),
    "align": ("training.recognition.alignment", "align", "find the characters of real photos"),
    "corrections": (
        "training.corrections.gather",
        "gather",
        "what people have settled, as a set to fine-tune on",
    ),
    "fine-tune": (
        "training.corrections.fine_tune",
        "fine_tune",
        "train YOLO on corrections; kept if better",
    ),
    "export": ("training.export", "export", "checkpoints to ONNX, checked and described"),
    "evaluate": ("training.evaluate", "evaluate", "measure the models"),
    "fit-defects": ("training.quality.fit", "fit", "what tells a photo's defects"),
    "evaluate-defects": ("training.quality.evaluate", "evaluate", "how well defects are told"),
    "fit-confidence": ("training.trust.fit", "fit", "how far a number can be trusted"),
    "card-pictures": ("training.evaluation.card", "draw", "pictures for the model card"),
}
"""Name: module with `add_arguments`, its verb, help. Imported on demand: most need PyTorch."""


def main(argv: list[str] | None = None) -> None:
    """Run one command."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, _, summary) in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    args, rest = parser.parse_known_args(argv)
    module_name, verb, summary = COMMANDS[args.command]
    module = importlib.import_module(module_name)
    options = argparse.ArgumentParser(
        prog=f"python -m training {args.command}", description=summary
    )
    module.add_arguments(options)
    run: Callable[[argparse.Namespace], None] = getattr(module, verb)
    run(options.parse_args(rest))


if __name__ == "__main__":
    main()
