"""Parameters of the routes, as the document describes them and the resolver checks them."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header, Path, Query

from vinreader.results import Status

__all__ = [
    "Cursor",
    "IdempotencyKey",
    "IfMatch",
    "Limit",
    "ReadingId",
    "Roi",
    "StatusWanted",
    "VinText",
    "VinWanted",
    "WithDrawing",
]

ReadingId = Annotated[str, Path(description="The id of a reading.")]
VinText = Annotated[str, Path(description="The number; separators and small letters do no harm.")]
Roi = Annotated[
    str | None,
    Query(
        description="Region of interest of a photo that is the body: x,y,width,height in fractions "
        "of the upright photo, from its top left. The number is looked for there first.",
        max_length=100,
        openapi_examples={"lower half": {"value": "0,0.5,1,0.5"}},
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="The same key with the same photo gives the same reading, for 24 hours.",
    ),
]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag of the reading that was seen.")
]
WithDrawing = Annotated[
    bool, Query(description="Whether what was found is drawn on it; else it is the photo alone.")
]
VinWanted = Annotated[str | None, Query(description="The number that stands; or `status`.")]
StatusWanted = Annotated[Status | None, Query(description="Which readings; or `vin`.")]
Limit = Annotated[int, Query(ge=1, le=100, description="At most so many.")]
Cursor = Annotated[str | None, Query(description="`cursor` of the page before.", max_length=256)]
