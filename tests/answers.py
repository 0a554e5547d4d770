"""What is looked at in the answers of the API."""

from typing import Any

from local.http_api import Answer

NOBODYS = "00000000-0000-4000-8000-00000000dead"
"""An id of the form that readings have, which none has: the same in all processes that share the
tests, as it stands in their names."""


def problem(answer: Answer) -> dict[str, Any]:
    """The problem of an answer that is one, checked for what every problem has."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status
    assert document["title"]
    assert document["detail"].endswith(".")
    assert document["type"].startswith("urn:problem-type:vinreader:")
    return document
