"""The pages for people on localhost, the HTTP API, and Swagger UI at `/docs`."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.http_api import GATEWAY_LIMIT, Answer, HttpApi
from local.openapi import openapi_text, swagger_page
from local.pages import page

__all__ = ["Front"]

HOST = "127.0.0.1"
CHUNK = 65_536


class Front(ThreadingHTTPServer):
    """Serves `api` on `port` (any free one for 0), and pages that send photos to `photos_origin`.
    Raises `OSError` where the port is taken."""

    def __init__(self, api: HttpApi, port: int, photos_origin: str) -> None:
        super().__init__((HOST, port), _RequestHandler)
        self.api = api
        self.photos_origin = photos_origin
        self.address = f"http://{HOST}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves in the midst of an answer is no fault."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _RequestHandler(BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        match self.path:
            case "/docs":
                self._show("text/html; charset=utf-8", swagger_page())
            case "/openapi.json":
                self._show("application/json", openapi_text())
            case _:
                file = page(self.path, self.server.photos_origin)
                if file is None:
                    self._forward()
                else:
                    self._send(file)

    def do_POST(self) -> None:
        self._forward()

    do_PUT = do_PATCH = do_DELETE = do_POST

    def _forward(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            self.close_connection = True
            self._refuse(411, "Length Required")
        elif int(length) > GATEWAY_LIMIT:
            self._discard(int(length))  # who is still sending would not see the answer
            self._refuse(413, "Request Entity Too Large")
        else:
            body = self.rfile.read(int(length))
            headers = dict(self.headers.items())
            self._send(self.server.api.request(self.command, self.path, headers, body))

    def _show(self, content_type: str, text: str) -> None:
        self._send(Answer(200, {"content-type": content_type}, text.encode()))

    def _discard(self, left: int) -> None:
        while left and (part := self.rfile.read(min(left, CHUNK))):
            left -= len(part)

    def _refuse(self, status: int, message: str) -> None:
        body = f'{{"message": "{message}"}}'.encode()
        self._send(Answer(status, {"content-type": "application/json"}, body))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
