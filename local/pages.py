"""The pages for people, functions/pages, with the headers that CloudFront gives them."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from local.http_api import Answer

__all__ = ["PAGES", "content_type", "page", "security_policy"]

PAGES = Path(__file__).parents[1] / "functions" / "pages"
INDEX = "index.html"

FIXED = {
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": ("camera=(self), clipboard-write=(self), geolocation=(), microphone=()"),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def page(target: str, photos_origin: str) -> Answer | None:
    """The file that a path names; None where there is none: the path may be one of the API.

    Args:
        photos_origin: where photos are uploaded to and shown from: scripts reach no other place.
    """
    name = target.partition("?")[0].removeprefix("/") or INDEX
    files = {path.relative_to(PAGES).as_posix(): path for path in PAGES.rglob("*")}
    file = files.get(name)
    if file is None or not file.is_file():
        return None
    headers = {
        **FIXED,
        "Content-Type": content_type(file),
        "Content-Security-Policy": security_policy(photos_origin),
    }
    return Answer(200, headers, file.read_bytes())


def content_type(file: Path) -> str:
    """As browsers need it: they start no script that calls itself otherwise."""
    guessed, _ = mimetypes.guess_type(file.name)
    kind = {".js": "text/javascript", ".json": "application/json"}.get(file.suffix, guessed)
    return f"{kind}; charset=utf-8" if kind and kind.startswith("text/") else str(kind)


def security_policy(photos_origin: str, *others: str) -> str:
    """What a page may load and call: its own files, the bucket of photos, and `others`."""
    called = " ".join(("'self'", photos_origin, *others))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; manifest-src 'self'; "
        f"img-src 'self' blob: {photos_origin}; connect-src {called}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
