"""The HTTP API: a photo in, its reading out; or a place to upload to, and the reading later."""

from __future__ import annotations

import base64
import json
import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from vinreader.arrivals import order_of_time
from vinreader.bucket import PhotoBucket
from vinreader.observability import count, make_logger, make_metrics, summary
from vinreader.photo import UnreadableImage
from vinreader.reader import Reader
from vinreader.settings import Settings
from vinreader.store import ReadingNotFound, ReadingStore, StoreUnavailable


@dataclass(frozen=True)
class Limits:
    """What a request may carry."""

    photo_bytes: int = 4_500_000
    """Lambda takes 6 MB a request, and the gateway hands the photo over as base64 (4/3)."""
    upload_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")


class Problem(Exception):
    """A request that cannot be served: its status, what people are told, further members."""

    def __init__(self, status: HTTPStatus, detail: str, **members: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.members = members


LIMITS = Limits()
READING_ID = re.compile(r"[0-9a-f-]{36}")
settings = Settings.from_environment()
logger = make_logger("api")
metrics = make_metrics("api")
reader = Reader.load(settings.models_dir, settings.threads)
store = ReadingStore(settings.readings_table, settings.retention_days)
bucket = PhotoBucket(
    settings.photos_bucket,
    settings.upload_prefix,
    settings.presign_seconds,
    settings.custom_endpoint,
)
app = APIGatewayHttpResolver()


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Events of an HTTP API, payload format 2.0."""
    return app.resolve(event, context)


@app.post("/readings")
def create_reading() -> Response[str]:
    """Read the photo of the request, now."""
    reading = reader.read(_photo_of_request())
    reading = replace(reading, reading_id=str(uuid.uuid4()))
    store.save(reading, order_of_time(datetime.now(UTC)))
    count(metrics, reading)
    logger.info("photo read", reading=summary(reading))
    return _answer(
        HTTPStatus.CREATED, reading.to_dict(), Location=f"/readings/{reading.reading_id}"
    )


@app.post("/uploads")
def create_upload() -> Response[str]:
    """Give a place to upload one photo to, and the id that its reading will have."""
    content_type = _json_body().get("content_type", LIMITS.upload_types[0])
    if content_type not in LIMITS.upload_types:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            f"content_type must be one of {', '.join(LIMITS.upload_types)}.",
        )
    reading = store.expect(str(uuid.uuid4()))
    place = bucket.give_place(str(reading.reading_id), content_type)
    logger.info("place given", reading=summary(reading))
    return _answer(
        HTTPStatus.CREATED,
        {
            "reading_id": reading.reading_id,
            "upload": {"url": place.url, "fields": place.fields},
            "expires_at": place.expires_at.isoformat(timespec="seconds"),
        },
        Location=f"/readings/{reading.reading_id}",
    )


@app.get("/readings/<reading_id>")
def get_reading(reading_id: str) -> Response[str]:
    """The reading as it stands now; `pending` where its photo has not been read yet."""
    if not READING_ID.fullmatch(reading_id):
        raise ReadingNotFound(f"No reading has the id {reading_id}.")
    return _answer(HTTPStatus.OK, store.load(reading_id).to_dict())


@app.exception_handler([Problem, UnreadableImage, ReadingNotFound, StoreUnavailable])  # type: ignore[untyped-decorator]
def tell(error: Exception) -> Response[str]:
    """Each named error has one status."""
    match error:
        case Problem():
            return _problem(error.status, str(error), **error.members)
        case UnreadableImage():
            return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        case ReadingNotFound():
            return _problem(HTTPStatus.NOT_FOUND, str(error))
        case _:
            logger.error("store unavailable", exc_info=error)
            return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "Try again in a few seconds.")


@app.not_found
def tell_no_route(_error: NotFoundError) -> Response[str]:
    event = app.current_event
    return _problem(HTTPStatus.NOT_FOUND, f"There is no {event.http_method} {event.path}.")


def _photo_of_request() -> bytes:
    """The photo's bytes: the body itself where it is an image, or `photo` of a JSON object."""
    content_type = _content_type()
    if content_type.startswith("image/"):
        data = _body()
    elif content_type == "application/json":
        data = _decoded(_json_body().get("photo"))
    else:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "Send the photo itself with a content-type such as image/jpeg, "
            'or application/json with {"photo": "<base64>"}.',
        )
    if len(data) > LIMITS.photo_bytes:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The photo has {len(data):,} bytes, {LIMITS.photo_bytes:,} are possible here. "
            "POST /uploads gives a place for larger ones.",
            uploads="/uploads",
        )
    return data


def _content_type() -> str:
    return (app.current_event.headers.get("content-type") or "").partition(";")[0].strip().lower()


def _body() -> bytes:
    """The body as it was sent; the gateway hands anything but text over as base64."""
    body = app.current_event.body or ""
    return base64.b64decode(body) if app.current_event.is_base64_encoded else body.encode()


def _json_body() -> dict[str, Any]:
    """The JSON object of the body; an empty one where there is no body."""
    try:
        document = json.loads(_body() or b"{}")
    except (ValueError, RecursionError) as error:  # the latter for a body of brackets alone
        raise Problem(HTTPStatus.BAD_REQUEST, f"The body is no JSON: {error}.") from error
    if not isinstance(document, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "The body must be a JSON object.")
    return document


def _decoded(photo: Any) -> bytes:
    if not isinstance(photo, str):
        raise Problem(HTTPStatus.BAD_REQUEST, 'The body has no "photo", a string in base64.')
    try:
        return base64.b64decode(photo, validate=True)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, f'"photo" is not base64: {error}.') from error


def _answer(status: HTTPStatus, body: dict[str, Any], **headers: str) -> Response[str]:
    return Response(
        status_code=status, content_type="application/json", headers=headers, body=json.dumps(body)
    )


def _problem(status: HTTPStatus, detail: str, **members: Any) -> Response[str]:
    """RFC 9457: the title is the status in words, the detail is for people."""
    return Response(
        status_code=status,
        content_type="application/problem+json",
        body=json.dumps({"title": status.phrase, "status": status, "detail": detail, **members}),
    )
