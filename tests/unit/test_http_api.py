"""The local gateway: HTTP requests become the events of an HTTP API."""

import base64

from local.http_api import GATEWAY_LIMIT, HttpApi, http_event
from vinreader.api.openapi import SCOPES


def test_an_image_reaches_the_function_as_base64() -> None:
    event = http_event("POST", "/readings", {"Content-Type": "image/jpeg"}, b"\xff\xd8")
    assert event["isBase64Encoded"] is True
    assert base64.b64decode(event["body"]) == b"\xff\xd8"
    assert event["headers"] == {"content-type": "image/jpeg"}
    assert event["requestContext"]["http"]["method"] == "POST"


def test_json_reaches_the_function_as_text() -> None:
    headers = {"content-type": "application/json; charset=utf-8"}
    event = http_event("POST", "/uploads", headers, b"{}")
    assert event["isBase64Encoded"] is False
    assert event["body"] == "{}"


def test_path_is_decoded_and_query_is_taken_apart() -> None:
    event = http_event("GET", "/readings/a%20b?vin=1%2B1&empty=", {}, b"")
    assert event["rawPath"] == "/readings/a b"
    assert event["rawQueryString"] == "vin=1%2B1&empty="
    assert event["queryStringParameters"] == {"vin": "1+1", "empty": ""}
    assert "body" not in event


def test_a_parameter_given_twice_is_joined_as_the_gateway_does() -> None:
    event = http_event("GET", "/readings?status=read&status=retake", {}, b"")
    assert event["queryStringParameters"] == {"status": "read,retake"}


def test_every_request_comes_from_a_person_with_every_scope() -> None:
    event = http_event("GET", "/readings", {}, b"")
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["sub"] == "local-user"
    assert set(claims["scope"].split()) == set(SCOPES)


def test_a_token_says_who_asks_and_what_is_none_says_nothing() -> None:
    claims = base64.urlsafe_b64encode(b'{"sub": "anna-5"}').decode().rstrip("=")
    for token, sub in (
        (f"e30.{claims}.s", "anna-5"),
        ("none", "local-user"),
        ("a.#.c", "local-user"),
    ):
        event = http_event("GET", "/readings/a", {"Authorization": f"Bearer {token}"}, b"")
        assert event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == sub


def test_gateway_refuses_what_no_function_would_see(api: HttpApi) -> None:
    answer = api.request("POST", "/readings", {}, b"x" * (GATEWAY_LIMIT + 1))
    assert answer.status == 413
    assert answer.json() == {"message": "Request Entity Too Large"}
