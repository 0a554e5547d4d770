"""From the desk to a set to fine-tune on: photos, their numbers, and where each character stands.

What a person corrected, or accepted as it was, is a label: the characters are found under it by
forced alignment. Photos that nobody looked at teach what the reader is sure of (see
`training.recognition.alignment`). A share of the corrected vehicles is held out to judge by.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from training.corrections.desk import Desk, Settled
from training.corrections.folder import CorrectionsFolder, SettledPhoto, is_held_out
from training.recognition.alignment import (
    Aligned,
    align_labelled,
    align_unlabelled,
    looking_at_all,
    may_be,
    save_aligned,
)
from vinreader.models import DEFAULT_MODELS_DIR
from vinreader.reader import Reader
from vinreader.s3_faults import PhotoGone

__all__ = ["add_arguments", "gather"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `python -m training corrections`."""
    parser.add_argument("--table", required=True, help="output ReadingsTableName of the stack")
    parser.add_argument("--bucket", required=True, help="output PhotosBucketName of the stack")
    parser.add_argument("--models", type=Path, default=DEFAULT_MODELS_DIR)
    parser.add_argument(
        "--held-out", type=float, default=0.25, help="share of the corrected vehicles to judge by"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/corrections"))


def gather(args: argparse.Namespace) -> None:
    """Fetch what is new, forget what is gone, and align the characters.

    Raises:
        SystemExit: no reading was settled by a person.
    """
    folder = CorrectionsFolder(args.out)
    desk = Desk(args.table, args.bucket)
    settled = [reading for reading in desk.readings() if _fetch(desk, reading, folder)]
    forgotten = folder.keep_only({folder.photo(reading.copy) for reading in settled})
    photos = [_photo(reading, folder, args.held_out) for reading in settled]
    by_person = [photo for photo in photos if photo.vin]
    if not by_person:
        raise SystemExit("Nobody has corrected or accepted a reading: there is nothing to learn.")
    folder.save(photos)
    held_out = sum(photo.held_out for photo in by_person)
    print(
        f"{len(by_person)} photos settled by a person, {held_out} of them held out; "
        f"{len(photos) - len(by_person)} read by the reader alone; {forgotten} forgotten",
        flush=True,
    )
    labelled = _align_labelled(looking_at_all(args.models), args.out, by_person)
    sure = _align_others(Reader.load(args.models), args.out, photos)
    save_aligned([*labelled, *sure], folder.aligned)
    print(f"{len(labelled)} of {len(by_person) - held_out} labels aligned")
    print(f"{len(sure)} of {len(photos) - len(by_person)} readings without a label accepted")


def _fetch(desk: Desk, reading: Settled, folder: CorrectionsFolder) -> bool:
    """Whether the photo is here, be it from an earlier time."""
    path = folder.photo(reading.copy)
    if path.exists():
        return True
    try:
        photo = desk.photo(reading)
    except PhotoGone:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(photo)
    part.replace(path)
    return True


def _photo(reading: Settled, folder: CorrectionsFolder, share: float) -> SettledPhoto:
    file = folder.photo(reading.copy).relative_to(folder.path).as_posix()
    held_out = reading.vin is not None and is_held_out(reading.vin, share)
    return SettledPhoto(file, reading.vin or "", held_out)


def _align_labelled(reader: Reader, root: Path, photos: list[SettledPhoto]) -> list[Aligned]:
    found = [
        align_labelled(reader, root, photo.file, photo.vin)
        for photo in photos
        if not photo.held_out
    ]
    return [aligned for aligned in found if aligned]


def _align_others(reader: Reader, root: Path, photos: list[SettledPhoto]) -> list[Aligned]:
    """Photos that nobody labelled, but for those of vehicles that judge."""
    judging = {photo.vin for photo in photos if photo.held_out}
    found = [align_unlabelled(reader, root, photo.file) for photo in photos if not photo.vin]
    return [aligned for aligned in found if aligned and not may_be(aligned.vin, judging)]
