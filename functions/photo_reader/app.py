"""Photos that came into the bucket: S3 event in (through SQS, or as it is), readings stored."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from vinreader.arrivals import Arrival, NotAnS3Event, arrivals
from vinreader.bucket import PhotoBucket, PhotoGone, PhotoTooLarge
from vinreader.observability import count, make_logger, make_metrics, summary
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader
from vinreader.results import Reading
from vinreader.settings import Settings
from vinreader.store import ReadingStore

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


class LoggedBatch(BatchProcessor):
    """Says why a message goes back to the queue; Powertools alone would name it and no more."""

    def failure_handler(self, record: Any, exception: Any) -> Any:
        logger.error("message goes back to the queue", exc_info=exception)
        return super().failure_handler(record, exception)


# With every message of a batch failed, the answer still names them one by one: the same retries,
# without the invocation itself counting as an error.
batch = LoggedBatch(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS messages that carry S3 events, answered with the ones to retry; or one plain S3 event."""
    records = event.get("Records") or [{}]
    if records[0].get("eventSource") == "aws:sqs":
        return dict(process_partial_response(event, read_message, batch, context))
    return {"readings": [reading.to_dict() for reading in read_photos(event)]}


def read_message(record: SQSRecord) -> None:
    """Read the photos that one message tells of; what this raises sends the message back."""
    try:
        event = json.loads(record.body)
    except json.JSONDecodeError as error:
        raise NotAnS3Event(f"the message is no JSON: {error}") from error
    read_photos(event)


def read_photos(event: Any) -> list[Reading]:
    """One reading for each photo of an S3 event that is still there."""
    readings = []
    for arrival in arrivals(event):
        try:
            readings.append(read_photo(arrival))
        except PhotoGone as gone:
            logger.warning("photo is gone", reason=str(gone))
    return readings


def read_photo(arrival: Arrival) -> Reading:
    """Read one photo and store what comes of it; a file that is no usable image is rejected."""
    photo = bucket.find(arrival.bucket, arrival.key, arrival.version)
    try:
        reading = reader.read(bucket.download(photo))
    except (UnreadableImage, PhotoTooLarge) as error:
        reading = Reading.rejected(str(error))
    reading = replace(reading, reading_id=bucket.reading_id(photo))
    stored = store.save(reading, arrival.order, photo)
    count(metrics, reading)
    logger.info("photo read", reading=summary(reading), stored=stored)
    return reading
