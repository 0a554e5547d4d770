"""A photo of a bucket on its way in: read, its reading stored, and what is kept of it put right.

A photo under `uploads/` is kept as a cleaned copy, put down before its reading is stored, and its
upload is deleted last of all. Wherever this is cut off, the upload is still there, and the next
delivery of its event does it all again; when the upload is gone, everything is done.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from vinreader.arrivals import Arrival
from vinreader.bucket import PhotoBucket, PhotoTooLarge, StoredPhoto
from vinreader.cleaning import cleaned
from vinreader.items import Standing
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader
from vinreader.results import Reading, Status
from vinreader.shelf import Shelf
from vinreader.stages import StageClock
from vinreader.store import ReadingDeleted, ReadingStore

__all__ = ["Intake", "Taken"]


@dataclass(frozen=True)
class Taken:
    """A photo that was read."""

    photo: StoredPhoto
    order: str
    """When it arrived, as `arrivals` gives it."""
    reading: Reading
    copy: str | None
    """The key of the copy that was made of it."""
    standing: Standing | None
    """What the store made of the reading; None where it had been deleted before."""
    store_ms: float
    """How long it took to store it."""

    @property
    def stored(self) -> bool:
        """Whether this reading is the one that stands since."""
        return self.standing is not None and self.standing.changed

    @property
    def overtaken(self) -> bool:
        """Whether what stands is of a photo that arrived later. Where the bucket keeps no versions,
        that one took the place of this one, and what lies there now has an event of its own."""
        newer = self.standing is not None and self.standing.order > self.order
        return newer and self.photo.version is None


class Intake:
    """Takes photos in, `take` and then `settle`; either may be repeated after it failed."""

    def __init__(
        self, reader: Reader, store: ReadingStore, bucket: PhotoBucket, shelf: Shelf
    ) -> None:
        self.reader = reader
        self.store = store
        self.bucket = bucket
        self.shelf = shelf

    def take(self, photo: StoredPhoto, order: str) -> Taken:
        """Read a photo, keep a copy of it and store the reading, unless a newer one stands. A file
        that is no usable image is rejected.

        Args:
            order: when it arrived, as `arrivals` gives it.

        Raises:
            PhotoGone, PhotoUnavailable: as `PhotoBucket.download`.
            BucketUnavailable: the copy was not kept, nothing is stored.
            StoreUnavailable: it is not known whether the reading is stored.
        """
        reading_id = self.bucket.reading_id(photo)
        copy = None
        try:
            data = self.bucket.download(photo)
            reading = self.reader.read(data, photo.region)
        except (UnreadableImage, PhotoTooLarge) as error:
            reading = Reading.rejected(str(error))
        else:
            if self.bucket.is_upload(photo):
                arrival = f"{order} {photo.version or photo.etag}"
                copy = self.shelf.keep(reading_id, arrival, cleaned(data))
        reading = replace(reading, reading_id=reading_id)
        clock = StageClock()
        standing = None
        with clock.stage("store"), suppress(ReadingDeleted):
            standing = self.store.save(reading, order, photo, copy)
        return Taken(photo, order, reading, copy, standing, clock.milliseconds()["store"])

    def settle(self, taken: Taken) -> bool:
        """Delete what is not to be kept: the upload, and copies that the reading which stands does
        not show. A file that is no usable image stays for a while. Of a deleted reading everything
        goes; what lies in a bucket of others stays.

        Returns:
            Whether it was the photo of a deleted reading, and went.

        Raises:
            BucketUnavailable: some of it may be left.
        """
        if taken.standing is None:
            return self._erase(taken)
        copies = {taken.copy, taken.standing.replaced} - {taken.standing.kept}
        self.shelf.discard(copy for copy in copies if copy)
        if self.bucket.is_upload(taken.photo) and not taken.overtaken:
            if taken.reading.status is Status.REJECTED:
                self.bucket.mark_rejected(taken.photo)
            else:
                self.bucket.remove(taken.photo)
        return False

    def is_done(self, arrival: Arrival) -> bool:
        """Whether a photo that is gone leaves nothing to do: an earlier delivery of its event, or
        its successor, was taken in, or the reading was corrected or deleted."""
        gone = StoredPhoto(arrival.bucket, arrival.key, arrival.etag or "", arrival.version, size=0)
        return self.bucket.is_upload(gone) and self.store.has_read(
            self.bucket.reading_id(gone), arrival.order, gone
        )

    def _erase(self, taken: Taken) -> bool:
        if taken.photo.bucket != self.bucket.name:
            return False
        reading_id = str(taken.reading.reading_id)
        self.bucket.erase(reading_id, taken.photo)
        self.shelf.clear(reading_id)
        return True
