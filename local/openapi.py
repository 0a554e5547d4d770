"""The OpenAPI document of the API function, and Swagger UI to look at it and to try it out.

The function must be importable: call these inside of `running_stack`.
"""

from __future__ import annotations

import importlib
import json
from importlib import resources
from pathlib import Path

from aws_lambda_powertools.event_handler.openapi import swagger_ui
from aws_lambda_powertools.event_handler.openapi.swagger_ui import generate_swagger_html

from vinreader.api.openapi import document

__all__ = ["DOCUMENT", "openapi_text", "swagger_page"]

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"
"""Where it is committed, for whoever makes a client of it."""


def openapi_text() -> str:
    """The document as the code describes itself now, as it stands in the file."""
    routes = importlib.import_module("functions.api.app").routes
    return json.dumps(document(routes), indent=2, ensure_ascii=False) + "\n"


def swagger_page() -> str:
    """One HTML page with everything in it: Powertools brings Swagger UI, nothing is fetched."""
    parts = resources.files(swagger_ui)
    return generate_swagger_html(
        openapi_text().replace("</", "<\\/"),  # the page carries it inside of a script
        (parts / "swagger-ui-bundle.min.js").read_text(encoding="utf-8"),
        (parts / "swagger-ui.min.css").read_text(encoding="utf-8"),
        swagger_base_url="",
        oauth2_config=None,
    )
