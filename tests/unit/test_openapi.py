"""docs/openapi.json is what the code says of itself, and what the API answers."""

import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from local.http_api import Answer, HttpApi
from local.openapi import DOCUMENT, openapi_text, swagger_page
from tests.photos import SAMPLE
from vinreader.api.problems import ProblemType
from vinreader.formats import MEDIA_TYPES


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(DOCUMENT.read_text(encoding="utf-8"))


def require_described(document: dict[str, Any], answer: Answer, method: str, path: str) -> None:
    """Nothing is in the answer that the document does not describe, and nothing is missing."""
    response = document["paths"][path][method]["responses"][str(answer.status)]
    (content,) = (
        one for kind, one in response["content"].items() if kind == answer.headers["Content-Type"]
    )
    Draft202012Validator({**document, **content["schema"]}).validate(answer.json())
    schema = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
    if schema.get("additionalProperties") is not True:
        assert set(answer.json()) == set(schema["properties"])
    for header in response.get("headers", {}):
        assert header in answer.headers or header == "Retry-After"


def test_the_committed_document_is_that_of_the_code(api: HttpApi) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == openapi_text(), "run `make openapi`"


def test_it_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_answer_is_as_described(api: HttpApi, document: dict[str, Any]) -> None:
    image, text = {"content-type": "image/jpeg"}, {"content-type": "application/json"}
    read = api.request("POST", "/readings", image, SAMPLE.read_bytes())
    require_described(document, read, "post", "/readings")
    assert len(read.json()["characters"]) == 17
    at = read.headers["Location"]
    one = "/readings/{reading_id}"
    require_described(document, api.request("GET", at), "get", one)
    shown = api.request("GET", f"{at}/picture")
    assert shown.status == 200
    require_described(document, shown, "get", f"{one}/picture")
    change = {**text, "if-match": read.headers["ETag"]}
    body = b'{"vin": "1M8GDM9AXKP042788"}'
    corrected = api.request("PUT", f"{at}/correction", change, body)
    assert corrected.status == 200
    require_described(document, corrected, "put", f"{one}/correction")
    conflict = api.request("PUT", f"{at}/correction", change, body)
    require_described(document, conflict, "put", f"{one}/correction")
    listed = api.request("GET", "/readings?vin=1M8GDM9AXKP042788&limit=1")
    assert len(listed.json()["readings"]) == 1
    require_described(document, listed, "get", "/readings")
    place = api.request("POST", "/uploads")
    require_described(document, place, "post", "/uploads")
    pending = api.request("GET", place.headers["Location"])
    assert pending.json()["status"] == "pending"
    require_described(document, pending, "get", one)
    early = api.request("GET", f"{place.headers['Location']}/picture")
    assert early.status == 409
    require_described(document, early, "get", f"{one}/picture")
    checked = api.request("GET", "/vins/1M8GDM9AXKP042788")
    require_described(document, checked, "get", "/vins/{vin}")
    refused = api.request("POST", "/readings", text, b'{"foto": ""}')
    assert refused.json()["errors"]
    require_described(document, refused, "post", "/readings")
    deleted = api.request("DELETE", at)
    assert str(deleted.status) in document["paths"][one]["delete"]["responses"]


def test_what_a_request_may_hold_is_described(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    body = document["paths"]["/readings"]["post"]["requestBody"]
    assert list(body["content"]) == [*MEDIA_TYPES, "application/json"]
    assert schemas["ReadingRequest"]["required"] == ["photo"]
    assert schemas["RegionOfInterest"]["required"] == ["x", "y", "width", "height"]
    parameters = document["paths"]["/readings"]["post"]["parameters"]
    assert {(one["in"], one["name"]) for one in parameters} == {
        ("query", "roi"),
        ("header", "idempotency-key"),
    }


def test_swagger_ui_needs_nothing_from_elsewhere(api: HttpApi) -> None:
    page = swagger_page()
    assert "/readings/{reading_id}/correction" in page
    assert "SwaggerUIBundle" in page
    head = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.S)
    assert re.findall(r"(?:src|href)=", head) == []


def test_the_page_for_people_knows_every_call_and_every_problem(document: dict[str, Any]) -> None:
    page = DOCUMENT.with_name("api.md").read_text(encoding="utf-8")
    for path, operations in document["paths"].items():
        short = path.replace("{reading_id}", "{id}")
        for method, operation in operations.items():
            scope = operation["security"][0]["tokens"][0]
            assert re.search(rf"`{method.upper()} {re.escape(short)}`.*`{scope}`", page)
    told = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", page, re.M)
    assert told == [(kind.uri.rpartition(":")[2], str(kind.status)) for kind in ProblemType]
