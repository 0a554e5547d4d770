"""All that is kept of a reading, deleted for good, as a person asked for it."""

from __future__ import annotations

from vinreader.bucket import PhotoBucket
from vinreader.shelf import Shelf
from vinreader.store import ReadingDeleted, ReadingStore

__all__ = ["Erasure"]


class Erasure:
    """Deletes readings, with their photos and pictures."""

    def __init__(self, store: ReadingStore, bucket: PhotoBucket, shelf: Shelf) -> None:
        self.store = store
        self.bucket = bucket
        self.shelf = shelf

    def erase(self, reading_id: str) -> None:
        """Delete a reading, its uploads, the copy of its photo and its pictures.

        Raises:
            ReadingNotFound: there is none. What a try that was cut off left of one that is deleted
                already, goes first.
            BucketUnavailable, StoreUnavailable: to be tried again; some may be deleted by then.
        """
        try:
            # Photos go first: were the reading gone, a second try would not find an upload.
            self.bucket.erase(reading_id, self.store.photo_of(reading_id))
            self.shelf.clear(reading_id)
            self.store.delete(reading_id)
        except ReadingDeleted:
            self.shelf.clear(reading_id)
            raise
        # What was put there meanwhile. From now on the store refuses the reading to whoever has a
        # photo of it, and that photo goes.
        self.shelf.clear(reading_id)
