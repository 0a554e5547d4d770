"""HTTP in front of the API function, as API Gateway's HTTP APIs speak it (payload format 2.0)."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from local.functions import FunctionFailed, LocalFunction

__all__ = ["GATEWAY_LIMIT", "Answer", "HttpApi", "http_event"]

GATEWAY_LIMIT = 10 * 2**20
"""Bytes of a request that an HTTP API takes at most."""

LOCAL_CLAIMS: dict[str, Any] = {
    "sub": "local-user",
    "scope": "readings/read readings/write readings/correct readings/delete",
}
"""There is no authorizer here: every request without a token comes from this person, who may do
everything. What a token says is believed unseen: whoever signs in somewhere is told apart."""

TEXT_TYPES = ("text/", "application/json", "application/javascript", "application/xml")
"""Bodies of these types reach the function as text, all others as base64."""


@dataclass(frozen=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document


class HttpApi:
    """The gateway: every request becomes an event, every answer HTTP again."""

    def __init__(self, function: LocalFunction) -> None:
        self.function = function

    def request(
        self, method: str, target: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Serve one request; `target` is the path with its query, as it stands in HTTP."""
        if len(body) > GATEWAY_LIMIT:
            return _gateway_answer(413, "Request Entity Too Large")
        try:
            result = self.function.invoke(http_event(method, target, headers or {}, body))
        except FunctionFailed as error:
            print(f"{error} (cause: {error.__cause__!r})", flush=True)
            return _gateway_answer(500, "Internal Server Error")
        content = result.get("body") or ""
        return Answer(
            status=result["statusCode"],
            headers=result.get("headers", {}),
            body=base64.b64decode(content) if result.get("isBase64Encoded") else content.encode(),
        )


def http_event(method: str, target: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The event that an HTTP API makes of a request."""
    url = urlsplit(target)
    path = unquote(url.path)
    small = {name.lower(): value for name, value in headers.items()}
    as_text = not body or small.get("content-type", "").lower().startswith(TEXT_TYPES)
    now = datetime.now(UTC)
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": url.query,
        "headers": small,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "authorizer": {"jwt": {"claims": _claims(small), "scopes": None}},
            "domainName": small.get("host", "localhost"),
            "domainPrefix": "local",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": small.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now.timestamp() * 1000),
        },
        "isBase64Encoded": not as_text,
    }
    if url.query:
        event["queryStringParameters"] = _joined(parse_qsl(url.query, keep_blank_values=True))
    if body:
        event["body"] = (
            body.decode(errors="replace") if as_text else base64.b64encode(body).decode()
        )
    return event


def _claims(headers: Mapping[str, str]) -> dict[str, Any]:
    """What the token of a request says (RFC 7519); those of the local person where it has none."""
    _, _, token = headers.get("authorization", "").partition(" ")
    parts = token.split(".")
    if len(parts) != 3:
        return LOCAL_CLAIMS
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:  # neither base64 nor JSON
        return LOCAL_CLAIMS
    return claims if isinstance(claims, dict) else LOCAL_CLAIMS


def _joined(parameters: list[tuple[str, str]]) -> dict[str, str]:
    """One value each: what was given several times is joined by commas."""
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    return {name: ",".join(given) for name, given in values.items()}


def _gateway_answer(status: int, message: str) -> Answer:
    body = json.dumps({"message": message}).encode()
    return Answer(status, {"content-type": "application/json"}, body)
