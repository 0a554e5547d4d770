"""Puts functions/pages into the bucket of a stack that was deployed with `Pages=on`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3

from local.pages import PAGES, content_type, security_policy

__all__ = ["NoPages", "outputs_of", "publish"]

CONFIG = "config.json"
NEEDED = (
    "ApiUrl",
    "AuthorizeUrl",
    "PagesBucketName",
    "PagesClientId",
    "PagesUrl",
    "PhotosOrigin",
    "TokenUrl",
)
HEAD = '<meta charset="utf-8">\n'


class NoPages(LookupError):
    """The stack has none: the text is for people."""


def outputs_of(stack: str) -> dict[str, str]:
    """The outputs of a stack, by name.

    Raises:
        NoPages: it was deployed without pages.
    """
    (described,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", ())}
    missing = [name for name in NEEDED if name not in outputs]
    if missing:
        raise NoPages(f"{stack} lacks {', '.join(missing)}: deploy it with Pages=on.")
    return outputs


def publish(outputs: Mapping[str, str]) -> list[str]:
    """Put every file there, the settings of this stack with them; their names."""
    s3 = boto3.client("s3")
    files = {name: file for name, file in _files().items() if name != CONFIG}
    contents = {name: _narrowed(file, outputs) for name, file in files.items()}
    contents[CONFIG] = json.dumps(_config(outputs)).encode()
    for name, content in contents.items():
        s3.put_object(
            Bucket=outputs["PagesBucketName"],
            Key=name,
            Body=content,
            ContentType=content_type(Path(name)),
            # Asked for each time, which costs a short answer where nothing has changed.
            CacheControl="no-cache",
        )
    return sorted(contents)


def _files() -> dict[str, Path]:
    return {path.relative_to(PAGES).as_posix(): path for path in PAGES.rglob("*") if path.is_file()}


def _config(outputs: Mapping[str, str]) -> dict[str, Any]:
    return {
        "api": outputs["ApiUrl"].rstrip("/"),
        "auth": {
            "authorize_url": outputs["AuthorizeUrl"],
            "token_url": outputs["TokenUrl"],
            "client_id": outputs["PagesClientId"],
        },
    }


def _narrowed(file: Path, outputs: Mapping[str, str]) -> bytes:
    """A page names the very hosts that it may call: the header knows their region alone."""
    content = file.read_bytes()
    if file.suffix != ".html":
        return content
    hosts = [urlsplit(outputs[name]) for name in ("ApiUrl", "TokenUrl")]
    others = [f"{host.scheme}://{host.netloc}" for host in hosts]
    policy = security_policy(outputs["PhotosOrigin"], *others)
    # A page cannot say by whom it may be framed; the header does.
    policy = policy.removesuffix("; frame-ancestors 'none'")
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    text = content.decode()
    if text.count(HEAD) != 1:
        raise ValueError(f"{file} does not begin its head with {HEAD.strip()}")
    return text.replace(HEAD, HEAD + meta).encode()
