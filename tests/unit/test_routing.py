"""Requests find their function, with arguments of the right type, or a problem."""

from typing import Any

import pytest

from local.http_api import http_event
from vinreader.api.parameters import (
    IfMatch,
    Limit,
    ReadingId,
    Roi,
    StatusWanted,
    VinWanted,
    WithDrawing,
)
from vinreader.api.problems import Problem, ProblemType
from vinreader.api.responses import Response
from vinreader.api.routing import Request, Router
from vinreader.results import Status

router = Router()
seen: list[Any] = []


@router.route("GET", "/readings", "list")
def listed(
    request: Request,
    vin: VinWanted = None,
    status: StatusWanted = None,
    limit: Limit = 20,
    roi: Roi = None,
) -> Response:
    seen.append((vin, status, limit, roi))
    return Response(200)


@router.route("GET", "/readings/{reading_id}", "get")
def got(request: Request, reading_id: ReadingId, if_match: IfMatch = None) -> Response:
    seen.append((reading_id, if_match))
    return Response(200)


@router.route("GET", "/readings/{reading_id}/picture", "picture")
def shown(request: Request, reading_id: ReadingId, annotated: WithDrawing = True) -> Response:
    seen.append((reading_id, annotated))
    return Response(200)


def request(method: str, target: str, headers: dict[str, str] | None = None) -> Request:
    return Request(http_event(method, target, headers or {}, b""), None)  # type: ignore[arg-type]


def ask(target: str, headers: dict[str, str] | None = None) -> Any:
    """What the function got."""
    assert router.answer(request("GET", target, headers)).status == 200
    return seen.pop()


def refused(method: str, target: str) -> Problem:
    with pytest.raises(Problem) as problem:
        router.answer(request(method, target))
    assert seen == []
    return problem.value


def test_a_path_names_what_is_between_slashes() -> None:
    assert ask("/readings/a%20b-1") == ("a b-1", None)
    assert ask("/readings/a/picture") == ("a", True)


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/readings"),
        ("GET", "/readings/"),
        ("GET", "/readings/a/"),
        ("GET", "/readings/a%2Fb/c"),
        ("GET", "/readings/a%22b"),
        ("GET", "/readings/a%0A"),
        ("GET", "/reading"),
        ("GET", "/v1/readings"),
    ],
)
def test_what_no_route_has_is_told(method: str, target: str) -> None:
    assert refused(method, target).kind is ProblemType.NO_SUCH_ROUTE


def test_what_did_not_come_has_its_default() -> None:
    assert ask("/readings") == (None, None, 20, None)
    assert ask("/readings?other=1") == (None, None, 20, None)


def test_values_have_the_types_of_the_signature() -> None:
    assert ask("/readings?status=retake&limit=7") == (None, Status.RETAKE, 7, None)
    assert ask("/readings/a/picture?annotated=false") == ("a", False)


def test_headers_come_in_any_case() -> None:
    assert ask("/readings/a", {"If-MATCH": '"3"'}) == ("a", '"3"')


def test_a_comma_is_part_of_a_value_that_came_once() -> None:
    assert ask("/readings?vin=a,b&roi=0,0,1,1") == ("a,b", None, 20, "0,0,1,1")


@pytest.mark.parametrize(
    ("query", "name", "detail"),
    [
        ("limit=0", "limit", "Input should be greater than or equal to 1"),
        ("limit=101", "limit", "Input should be less than or equal to 100"),
        (
            "limit=seven",
            "limit",
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            "limit=",
            "limit",
            "Input should be a valid integer, unable to parse string as an integer",
        ),
        (f"roi={'1' * 101}", "roi", "String should have at most 100 characters"),
        ("vin=a&vin=b", "vin", "Input should be a valid string"),
        (
            "status=gone",
            "status",
            "Input should be 'read', 'retake', 'not_found', 'rejected' or 'pending'",
        ),
    ],
)
def test_a_wrong_value_is_told_by_its_name_and_not_repeated(
    query: str, name: str, detail: str
) -> None:
    problem = refused("GET", f"/readings?{query}")
    assert problem.kind is ProblemType.INVALID_REQUEST
    (told,) = problem.members["errors"]
    assert (told["in"], told["name"]) == ("query", name)
    assert told["detail"].startswith(detail)
    assert "gone" not in str(problem.to_dict())
    assert "seven" not in str(problem.to_dict())


def test_everything_wrong_is_told_at_once() -> None:
    errors = refused("GET", "/readings?limit=0&status=x").members["errors"]
    assert [one["name"] for one in errors] == ["status", "limit"]


def test_a_stage_is_no_part_of_the_path() -> None:
    event = http_event("GET", "/v1/readings/a", {}, b"")
    event["requestContext"]["stage"] = "v1"
    router.answer(Request(event, None))  # type: ignore[arg-type]
    assert seen.pop() == ("a", None)


def test_bodies_come_as_they_were_sent() -> None:
    for content_type, body in (("image/jpeg", b"\xff\xd8"), ("application/json", b'{"a": 1}')):
        headers = {"Content-Type": f"{content_type.upper()}; charset=utf-8"}
        sent = Request(http_event("POST", "/readings", headers, body), None)  # type: ignore[arg-type]
        assert sent.content_type == content_type
        assert sent.body == body


def test_a_request_without_a_token_has_no_claims() -> None:
    event = http_event("GET", "/readings", {}, b"")
    for authorizer in ({}, {"jwt": None}, None):
        event["requestContext"]["authorizer"] = authorizer
        assert Request(event, None).claims == {}  # type: ignore[arg-type]
