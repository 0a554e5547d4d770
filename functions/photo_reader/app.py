"""Photos that came into the bucket: S3 event in (through SQS, or as it is), readings stored.

And photos of an archive: a batch of their names in, of a distributed map of Step Functions.
"""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from vinreader.arrivals import Arrival, NotAnS3Event, archived, arrivals
from vinreader.bucket import (
    BucketUnavailable,
    PhotoBucket,
    PhotoGone,
    PhotoUnavailable,
    StoredPhoto,
)
from vinreader.dead_letters import DeadLetters, NotSetAside
from vinreader.intake import Intake
from vinreader.observability import (
    count,
    counts_cold_start,
    make_logger,
    make_metrics,
    note,
    summary,
)
from vinreader.reader import Reader
from vinreader.results import Reading, Status
from vinreader.settings import Settings
from vinreader.shelf import Shelf
from vinreader.snapshot import prepare_for_snapshot
from vinreader.store import ReadingNotFound, ReadingStore, StoreUnavailable

PHOTO_MS = 110_000
"""What one photo may take at worst: 12 s to read it and to make its copy, the rest for S3, DynamoDB
and SQS to answer late or not at all, through all attempts. A test adds them up from the settings of
the clients. To delete a late photo, or one that was replaced, may take longer: where it is cut off,
the next try does it."""

settings = Settings.from_environment()
logger = make_logger("photo_reader")
metrics = make_metrics("photo_reader")
reader = Reader.load(settings.models_dir, settings.threads)
store = ReadingStore(settings.readings_table, settings.retention_days)
bucket = PhotoBucket(
    settings.photos_bucket,
    settings.upload_prefix,
    settings.presign_seconds,
    settings.custom_endpoint,
)
intake = Intake(reader, store, bucket, Shelf(bucket))
dead_letters = DeadLetters(settings.dead_letter_queue)
prepare_for_snapshot(reader, (store.client, bucket.client, dead_letters.client))


class NoTimeLeft(Exception):
    """The function would be stopped in the midst of the next photo."""


class BatchIncomplete(Exception):
    """Photos of an archive that are to be tried again."""


FORESEEN = (
    NotAnS3Event,
    PhotoGone,
    PhotoUnavailable,
    BucketUnavailable,
    StoreUnavailable,
    NoTimeLeft,
)
"""What a message may meet on a day when the code is right. All else is counted apart: Lambda counts
no failure that `MessageBatch` takes care of as an error."""


class MessageBatch(BatchProcessor):
    """Messages taken one by one: one that fails goes back to the queue, or aside with the reason.

    It is set aside when it was tried often enough, and at once where no retry could help.
    """

    def failure_handler(self, record: SQSRecord, exception: Any) -> Any:
        if not isinstance(exception[1], FORESEEN):
            note(metrics, "UnforeseenErrors")
        tries = tries_of(record)
        if tries >= settings.tries or isinstance(exception[1], NotAnS3Event):
            try:
                dead_letters.set_aside(record.body, exception[1], record.message_id, tries)
            except NotSetAside as fault:
                logger.error("message could not be set aside", exc_info=fault)
            else:
                logger.error("message set aside", exc_info=exception, tries=tries)
                note(metrics, "MessagesSetAside")
                return self.success_handler(record, None)
        logger.warning("message goes back to the queue", exc_info=exception, tries=tries)
        note(metrics, "MessagesRetried")
        return super().failure_handler(record, exception)


# With every message of a batch failed, the answer still names them one by one: the same retries,
# without the invocation itself counting as an error.
batch = MessageBatch(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context(clear_state=True)
@counts_cold_start(metrics)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS messages that carry S3 events, answered with the ones to retry; or one plain S3 event;
    or a batch of an archive."""
    if "BatchInput" in event:
        return read_batch(event, context)
    records = event.get("Records") or [{}]
    if records[0].get("eventSource") == "aws:sqs":
        # Those that waited longest come first: none is left for another time again and again.
        records = sorted(records, key=lambda record: -tries_of(SQSRecord(record)))
        return dict(process_partial_response({"Records": records}, read_message, batch, context))
    return {"readings": [reading.to_dict() for reading in read_photos(event)]}


def read_message(record: SQSRecord, lambda_context: LambdaContext) -> None:
    """Read the photos that one message tells of; what this raises sends the message back."""
    logger.set_correlation_id(record.message_id)
    try:
        event = json.loads(record.body)
    except (ValueError, RecursionError) as error:  # the latter for a body of brackets alone
        raise NotAnS3Event(f"the message is no JSON: {error}") from error
    gone = []
    for arrival in arrivals(event):
        require_time(lambda_context)
        try:
            read_photo(arrival)
        except PhotoGone as error:
            if not intake.is_done(arrival):
                gone.append(error)
    if gone and tries_of(record) == 1:
        raise gone[0]  # one more look, later: what is gone by mistake would be lost
    for photo in gone:
        tell_gone(photo)


def read_batch(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Read the photos of one batch of an archive, but those that a reading stands of.

    Raises:
        BatchIncomplete: after everything else was read. The next attempt passes over that.
    """
    told: list[dict[str, Any]] = []
    left: list[str] = []
    for arrival in archived(event):
        try:
            require_time(context)
            reading = read_archived(arrival, again=event["BatchInput"].get("again") is True)
        except PhotoGone as gone:
            tell_gone(gone)
            told.append({"key": arrival.key, "status": "gone"})
        except (NoTimeLeft, PhotoUnavailable, BucketUnavailable, StoreUnavailable) as error:
            logger.warning("photo of the archive is left", reason=str(error))
            left.append(str(error))
        else:
            about = {"reading_id": reading.reading_id, "status": reading.status}
            told.append({"key": arrival.key, **about})
    if left:
        raise BatchIncomplete(f"{len(left)} of {len(left) + len(told)} photos: {left[0]}")
    return {"photos": told}


def read_archived(arrival: Arrival, again: bool) -> Reading:
    """The reading that stands of a photo, or a new one where there is none or `again` says so."""
    photo = bucket.find(arrival.bucket, arrival.key, arrival.version)
    if not again:
        try:
            reading = store.load(bucket.reading_id(photo))
        except ReadingNotFound:
            return read_found(photo, arrival.order)
        if reading.status is not Status.PENDING:
            return reading
    return read_found(photo, arrival.order)


def require_time(context: LambdaContext) -> None:
    """Raise `NoTimeLeft` where the function might be stopped in the midst of another photo."""
    if context.get_remaining_time_in_millis() < PHOTO_MS:
        raise NoTimeLeft("the function has too little time left for another photo")


def tries_of(record: SQSRecord) -> int:
    """How often the message was taken from the queue, this time included."""
    return int(record.attributes.approximate_receive_count)


def read_photos(event: Any) -> list[Reading]:
    """One reading for each photo of an S3 event that is still there."""
    readings = []
    for arrival in arrivals(event):
        try:
            readings.append(read_photo(arrival))
        except PhotoGone as gone:
            if not intake.is_done(arrival):
                tell_gone(gone)
    return readings


def read_photo(arrival: Arrival) -> Reading:
    """Read the photo that came, and store what comes of it."""
    photo = bucket.find(arrival.bucket, arrival.key, arrival.version, arrival.etag)
    return read_found(photo, arrival.order)


def read_found(photo: StoredPhoto, order: str) -> Reading:
    """Read one photo and store what comes of it; then put right what is kept of it."""
    taken = intake.take(photo, order)
    if taken.stored:
        count(metrics, taken.reading, taken.store_ms)
    else:
        note(metrics, "ReadingsUnchanged")
    logger.info("photo read", reading=summary(taken.reading), stored=taken.stored)
    if intake.settle(taken):
        note(metrics, "PhotosErased")
        logger.info("photo of a deleted reading erased", reading_id=taken.reading.reading_id)
    return taken.reading


def tell_gone(gone: PhotoGone) -> None:
    """Nothing is left to read: it was deleted, or its successor has an event of its own."""
    logger.warning("photo is gone", reason=str(gone))
    note(metrics, "PhotosGone")
