"""How well the models read: whole numbers, characters, wrong answers that were called right.

Everything is written to the output folder, which git ignores: pictures and results of real photos
stay there.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.detection.evaluate import evaluate as find_boxes
from training.evaluation.calibration import reliability_table
from training.evaluation.choices import choices_table
from training.evaluation.comparison import changes
from training.evaluation.confusions import confusion_counts, confusion_pairs, pair_name
from training.evaluation.framed import read_framed
from training.evaluation.heads import ALL_HEADS, Heads
from training.evaluation.outcomes import Outcome, PhotoOutcome, Results
from training.evaluation.pages import read_pages
from training.evaluation.photos import read_photos, read_photos_by_head
from training.evaluation.pictures import picture_of_photos, picture_of_strips
from training.evaluation.strips import HELD_OUT_SEED, look_closer, read_strips
from training.evaluation.tables import heads_table, photo_table, strip_table
from training.evaluation.turned import read_turned
from training.evaluation.unlabelled import answered_table, read_unlabelled
from vinreader.models import DEFAULT_MODELS_DIR, ModelFiles
from vinreader.reader import Reader
from vinreader.recognition import Recognizer

__all__ = ["add_arguments", "evaluate"]

PAIRS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training evaluate`."""
    parser.add_argument("--real", type=Path, default=Path("../shared/real"))
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument(
        "--uncertain", action="store_true", help="the uncertain labels of `low` instead"
    )
    parser.add_argument("--boxes", action="store_true", help="judge the detector by boxes too")
    parser.add_argument(
        "--heads",
        action="store_true",
        help="compare the recogniser's heads; photos are read without bar codes and not timed",
    )
    parser.add_argument("--strips", type=int, default=300, help="held-out strips of each style")
    parser.add_argument(
        "--readable", type=int, default=0, help="more strips until so many of a style are readable"
    )
    parser.add_argument("--pages", type=int, default=0, help="whole synthetic photos")
    parser.add_argument(
        "--framed", type=int, default=0, help="large ones of a small number, without and with frame"
    )
    parser.add_argument(
        "--turned", type=float, nargs="*", default=(), help="degrees to turn the real photos by"
    )
    parser.add_argument(
        "--unlabelled", action="store_true", help="count what is answered of photos without label"
    )
    parser.add_argument("--seed", type=int, default=HELD_OUT_SEED)
    parser.add_argument("--against", type=Path, help="results.json of an earlier evaluation")
    parser.add_argument("--out", type=Path, default=Path("output/evaluation"))


def evaluate(args: argparse.Namespace) -> None:
    """Print tables; write `results.json`, `strips.png` and `photos.png` to the output folder."""
    earlier = Results.load(args.against) if args.against else None
    files = ModelFiles.of(args.models)
    heads: tuple[Heads, ...] = ALL_HEADS if args.heads else ("both",)
    recognizer = Recognizer(files.yolo)
    strips = read_strips(recognizer, args.strips, args.seed, heads, args.readable)
    looked = look_closer(Reader.load(args.models), strips["both"], args.seed)
    photos = _photos_by_head(args, heads)
    results = Results(files.digests(), tuple(photos.get("both", ())), tuple(looked))
    args.out.mkdir(parents=True, exist_ok=True)
    results.save(args.out / "results.json")
    if results.strips:
        _print(strip_table(results.strips), _confusions(results.strips))
        picture_of_strips(results.strips, args.seed).save(args.out / "strips.png")
    if results.photos:
        _print(photo_table(results.photos), _confusions(results.photos))
        picture_of_photos(results.photos, args.real).save(args.out / "photos.png")
        _print(reliability_table(results.photos), choices_table(results.photos))
    if args.pages:
        pages = list(read_pages(Reader.load(args.models), args.pages, args.seed))
        _print(photo_table(pages), reliability_table(pages), choices_table(pages))
    if args.framed:
        _print(photo_table(list(read_framed(Reader.load(args.models), args.framed, args.seed))))
    for degrees in args.turned:
        turned = list(read_turned(Reader.load(args.models), args.real, degrees))
        _print(photo_table(turned) if turned else f"No photos in {args.real} to turn.")
    if args.unlabelled:
        answered = list(read_unlabelled(Reader.load(args.models), args.real))
        _print(answered_table(answered) if answered else f"No photos without label in {args.real}.")
    if args.heads:
        _print(heads_table(strips, photos))
    if args.boxes and results.photos:
        find_boxes(files.craft, args.real)
    if earlier:
        _print(changes(earlier, results))
    print(f"Results and pictures lie in {args.out}.")


def _photos_by_head(
    args: argparse.Namespace, heads: tuple[Heads, ...]
) -> dict[Heads, list[PhotoOutcome]]:
    """Outcomes of the photos, none where the folder is not there."""
    if not (args.real / "labels.csv").exists():
        print(f"No real photos in {args.real}: that part is left out.\n")
        return {}
    if len(heads) > 1:
        return read_photos_by_head(args.models, args.real, heads, args.uncertain)
    return {"both": list(read_photos(Reader.load(args.models), args.real, args.uncertain))}


def _confusions(outcomes: tuple[Outcome, ...]) -> str:
    pairs = confusion_pairs(confusion_counts(outcomes))[:PAIRS]
    return f"Confusions: {', '.join(map(pair_name, pairs)) or 'none'}"


def _print(*parts: str) -> None:
    for part in parts:
        print(part, end="\n\n")
