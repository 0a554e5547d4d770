"""The HTTP API: a photo in, its reading out; or a place to upload to, and the reading later.

`vinreader.api` holds what the routes share; docs/openapi.json describes them.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import ClientError

from vinreader import vin as vins
from vinreader.api.parameters import (
    Cursor,
    IdempotencyKey,
    IfMatch,
    Limit,
    ReadingId,
    Roi,
    StatusWanted,
    VinText,
    VinWanted,
    WithDrawing,
)
from vinreader.api.problems import NAMED_ERRORS, Problem, ProblemType, problem_of
from vinreader.api.requests import (
    PHOTO_TYPES,
    PhotoRequest,
    caller,
    photo_of_request,
    version_of,
)
from vinreader.api.responses import (
    Response,
    json_response,
    moment,
    problem_response,
    reading_response,
)
from vinreader.api.routing import Request, Router
from vinreader.arrivals import order_of_time
from vinreader.bucket import BucketUnavailable, PhotoBucket
from vinreader.deferred import DeferredReader
from vinreader.erasure import Erasure
from vinreader.idempotency import KeyedRequest, RequestRecords
from vinreader.observability import (
    count,
    counts_cold_start,
    make_logger,
    make_metrics,
    note,
    summary,
)
from vinreader.pictures import Pictures
from vinreader.results import Status
from vinreader.settings import Settings
from vinreader.shelf import Shelf
from vinreader.snapshot import prepare_for_snapshot
from vinreader.stages import StageClock
from vinreader.store import (
    Listing,
    ReadingDeleted,
    ReadingNotFound,
    ReadingStore,
    StoreUnavailable,
)
from vinreader.stored import StoredReading

PENDING_RETRY_SECONDS = 2
"""A photo in the bucket is read a second or two after it came."""

READING_NAMESPACE = uuid.UUID("0c1f2f0e-6a5b-4b0f-9a53-6f1f4a1d7c35")
"""Ids of readings whose request had an Idempotency-Key: read twice, such a photo is one reading."""

settings = Settings.from_environment()
logger = make_logger("api")
metrics = make_metrics("api")
reader = DeferredReader(settings.models_dir, settings.threads)
store = ReadingStore(settings.readings_table, settings.retention_days)
records = RequestRecords(settings.idempotency_table)
bucket = PhotoBucket(
    settings.photos_bucket,
    settings.upload_prefix,
    settings.presign_seconds,
    settings.custom_endpoint,
)
shelf = Shelf(bucket)
pictures = Pictures(store, shelf)
erasure = Erasure(store, bucket, shelf)
routes = Router()
if settings.started_ahead:  # else each is loaded by the first request that needs it
    from vinreader.api import bodies  # noqa: F401

    reader.load()
    prepare_for_snapshot(reader, (store.client, records.layer.client, bucket.client))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
@counts_cold_start(metrics)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Events of an HTTP API, payload format 2.0."""
    try:
        return routes.answer(Request(event, context)).to_dict()
    except NAMED_ERRORS as error:
        return tell(error).to_dict()


def tell(error: Exception) -> Response:
    """Each named error is one problem."""
    problem = problem_of(error)
    if problem.kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error(problem.kind.title, exc_info=error)
    return problem_response(problem)


@routes.route("POST", "/readings", "createReading")
def create_reading(
    request: Request, roi: Roi = None, idempotency_key: IdempotencyKey = None
) -> Response:
    """Read the photo of the request, now."""
    asked = photo_of_request(request, roi)
    if idempotency_key is None:
        stored = _read(asked, str(uuid.uuid4()))
    else:
        keyed = KeyedRequest(caller(request), idempotency_key, asked.digest)
        stored = _read_once(asked, keyed, request.context)
    return reading_response(HTTPStatus.CREATED, stored, Location=f"/readings/{stored.reading_id}")


@routes.route("POST", "/uploads", "createUpload")
def create_upload(request: Request) -> Response:
    """Give a place to upload one photo to, and the id that its reading will have."""
    from vinreader.api.bodies import UploadRequest, json_body

    asked = json_body(request, UploadRequest)
    if asked.content_type not in PHOTO_TYPES:
        raise Problem(
            ProblemType.UNSUPPORTED_MEDIA_TYPE,
            f"content_type must be one of {', '.join(PHOTO_TYPES)}.",
        )
    reading = store.expect(str(uuid.uuid4()))
    place = bucket.give_place(
        str(reading.reading_id), asked.content_type, asked.roi.region() if asked.roi else None
    )
    logger.info("place given", reading=summary(reading))
    return json_response(
        HTTPStatus.CREATED,
        {
            "reading_id": reading.reading_id,
            "upload": {"url": place.url, "fields": place.fields},
            "expires_at": moment(place.expires_at),
        },
        Location=f"/readings/{reading.reading_id}",
    )


@routes.route("GET", "/readings/{reading_id}", "getReading")
def get_reading(request: Request, reading_id: ReadingId) -> Response:
    """The reading as it stands now; `pending` where its photo has not been read yet."""
    stored = store.load(reading_id)
    if stored.status is Status.PENDING:
        return reading_response(
            HTTPStatus.OK, stored, **{"Retry-After": str(PENDING_RETRY_SECONDS)}
        )
    return reading_response(HTTPStatus.OK, stored)


@routes.route("GET", "/readings/{reading_id}/picture", "getPicture")
def get_picture(request: Request, reading_id: ReadingId, annotated: WithDrawing = True) -> Response:
    """Show a reading in a picture: what was found, drawn on its photo. The picture is a JPEG, at an
    address that needs no token and is good for a while."""
    link = pictures.show(reading_id, annotated)
    return json_response(HTTPStatus.OK, {"url": link.url, "expires_at": moment(link.expires_at)})


@routes.route("GET", "/readings", "listReadings")
def list_readings(
    request: Request,
    vin: VinWanted = None,
    status: StatusWanted = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """Readings of one VIN or of one status, newest first."""
    if vin is not None and status is None:
        page = store.page(Listing.VIN, vins.validate(vin), limit, cursor)
    elif status is not None and vin is None:
        page = store.page(Listing.STATUS, status.value, limit, cursor)
    else:
        raise Problem(ProblemType.INVALID_REQUEST, "Ask by vin or by status: one of them.")
    listed = [stored.to_dict() for stored in page.readings]
    return json_response(HTTPStatus.OK, {"readings": listed, "cursor": page.cursor})


@routes.route("PUT", "/readings/{reading_id}/correction", "correctReading")
def correct_reading(request: Request, reading_id: ReadingId, if_match: IfMatch = None) -> Response:
    """Set the VIN that a person has seen, or that he cannot read it; no photo overwrites it. The
    check digit is told, but does not have to be right."""
    from vinreader.api.bodies import CorrectionRequest, json_body

    told = json_body(request, CorrectionRequest).vin
    vin = vins.validate(told) if told is not None else None
    by = caller(request)
    stored = store.correct(reading_id, vin, version_of(if_match), by)
    logger.info("reading corrected", reading=summary(stored), corrected_by=by)
    return reading_response(HTTPStatus.OK, stored)


@routes.route("DELETE", "/readings/{reading_id}", "deleteReading")
def delete_reading(request: Request, reading_id: ReadingId) -> Response:
    """Delete a reading, its photo and its pictures, for good."""
    by = caller(request)
    erasure.erase(reading_id)
    logger.info("reading deleted", reading_id=reading_id, deleted_by=by)
    return Response(HTTPStatus.NO_CONTENT)


@routes.route("GET", "/vins/{vin}", "checkVin")
def check_vin(request: Request, vin: VinText) -> Response:
    """Check and decode a number without a photo."""
    number = vins.validate(vin)
    return json_response(
        HTTPStatus.OK,
        {
            "vin": number,
            "check_digit": vins.verdict(number).value,
            "expected_check_digit": vins.check_digit(number),
            "vehicle": asdict(vins.describe(number)),
        },
    )


def _read(request: PhotoRequest, reading_id: str) -> StoredReading:
    reading = replace(reader.read(request.photo, request.region), reading_id=reading_id)
    copy = _keep(request, reading_id)
    clock = StageClock()
    try:
        with clock.stage("store"):
            stored = store.create(reading, order_of_time(datetime.now(UTC)), copy)
    except (ReadingDeleted, StoreUnavailable, ClientError):
        # No reading tells of it, or none whose id anyone knows: nobody could have it deleted.
        shelf.discard([copy] if copy else [])
        raise
    count(metrics, reading, clock.milliseconds()["store"])
    logger.info("photo read", reading=summary(reading))
    return stored


def _keep(request: PhotoRequest, reading_id: str) -> str | None:
    """The key of the copy of a photo; None where S3 does not take it: the reading counts."""
    from vinreader.cleaning import cleaned  # OpenCV comes with it, which the reader has loaded

    try:
        return shelf.keep(reading_id, request.digest, cleaned(request.photo))
    except (BucketUnavailable, ClientError) as fault:
        logger.error("photo is not kept", exc_info=fault, reading_id=reading_id)
        note(metrics, "PhotosNotKept")
        return None


def _read_once(request: PhotoRequest, keyed: KeyedRequest, context: LambdaContext) -> StoredReading:
    """The reading of this request, be it read now or before, as it stands now."""
    # Where a first try was cut off after it had stored the reading, the second finds the same id.
    reading_id = str(uuid.uuid5(READING_NAMESPACE, "\n".join(asdict(keyed).values())))
    try:
        records.once(keyed, lambda: str(_read(request, reading_id).reading_id), context)
        return store.load(reading_id)
    except ReadingNotFound as error:
        raise Problem(
            ProblemType.READING_DELETED, "To read the photo again, send another Idempotency-Key."
        ) from error
