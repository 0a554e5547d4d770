"""A photo's way in as a client of the API goes it: ask for a place, upload to it over HTTP."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Any

import urllib3

from local.http_api import HttpApi
from vinreader.formats import MEDIA_TYPES

__all__ = ["UploadRefused", "upload"]


class UploadRefused(Exception):
    """The API gave no place, or the bucket did not take the photo."""


def upload(api: HttpApi, photo: Path) -> str:
    """Upload the file through a place that `POST /uploads` gives; the id of its reading."""
    guessed, _ = mimetypes.guess_type(photo.name)
    content_type = guessed if guessed in MEDIA_TYPES else "image/jpeg"
    request = json.dumps({"content_type": content_type}).encode()
    answer = api.request("POST", "/uploads", {"content-type": "application/json"}, request)
    place = answer.json()
    if answer.status != 201:
        raise UploadRefused(f"POST /uploads: {answer.status} {place}")
    # S3 ignores every field that comes after the file.
    fields: dict[str, Any] = {**place["upload"]["fields"]}
    fields["file"] = (photo.name, photo.read_bytes(), content_type)
    taken = urllib3.PoolManager(retries=False).request(
        "POST", place["upload"]["url"], fields=fields
    )
    if taken.status != 204:
        raise UploadRefused(f"POST {place['upload']['url']}: {taken.status} {taken.data!r}")
    reading_id: str = place["reading_id"]
    return reading_id
