"""Pictures of readings, drawn when someone asks for one, from the kept photo."""

from __future__ import annotations

import io

from vinreader.results import Reading, Status
from vinreader.s3_faults import PhotoGone
from vinreader.shelf import Link, Shelf
from vinreader.store import ReadingNotFound, ReadingPending, ReadingStore

__all__ = ["PhotoNotKept", "Pictures"]

QUALITY = 85
"""Of the JPEG: letters and lines stay crisp, and a phone has it at once."""


class PhotoNotKept(LookupError):
    """There is nothing to draw on: the text is for people."""


class Pictures:
    """Shows readings in pictures.

    Every method may raise `StoreUnavailable` and `BucketUnavailable`.
    """

    def __init__(self, store: ReadingStore, shelf: Shelf) -> None:
        self.store = store
        self.shelf = shelf

    def show(self, reading_id: str, annotated: bool = True) -> Link:
        """Where the picture of a reading as it stands now can be fetched. It is drawn once for each
        version of the reading: a correction shows. Without that it is the kept copy of the photo:
        in its full size, and with no more metadata than its orientation.

        Raises:
            ReadingNotFound: as `ReadingStore.load`.
            ReadingPending: the photo has not been read yet.
            PhotoNotKept: it never was, or its time is over.
        """
        kept = self.store.load_kept(reading_id)
        if kept.reading.status is Status.PENDING:
            raise ReadingPending("The photo has not been read yet: there is nothing to show.")
        if kept.copy is None:
            raise PhotoNotKept("No photo of this reading is kept.")
        if not annotated:
            if not self.shelf.has(kept.copy):
                raise PhotoNotKept("The photo of this reading is no longer kept.")
            return self.shelf.link(kept.copy)
        key = self.shelf.picture_key(reading_id, kept.reading.version)
        if not self.shelf.has(key):
            try:
                photo = self.shelf.fetch(kept.copy)
            except PhotoGone as error:
                raise PhotoNotKept("The photo of this reading is no longer kept.") from error
            self.shelf.put(key, _drawn(photo, kept.reading))
            self._require_undeleted(reading_id)
        return self.shelf.link(key)

    def _require_undeleted(self, reading_id: str) -> None:
        """Nothing may be left of a reading that was deleted while its picture was drawn."""
        try:
            self.store.load(reading_id)
        except ReadingNotFound:
            self.shelf.clear(reading_id)
            raise


def _drawn(photo: bytes, reading: Reading) -> bytes:
    """The picture as a JPEG."""
    # Loaded by the first picture: nothing else in a process of the API may need them.
    from PIL import Image

    from vinreader.annotate import annotate
    from vinreader.photo import open_photo

    file = io.BytesIO()
    Image.fromarray(annotate(open_photo(photo), reading)).save(file, "JPEG", quality=QUALITY)
    return file.getvalue()
