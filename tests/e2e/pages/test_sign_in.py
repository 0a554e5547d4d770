"""Signing in with PKCE, as the stack's user pool does it, and whose name stands in a correction."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local.http_api import HttpApi
from tests.browser import DESK, IMAGE, broken_rules, opened, told, words
from tests.photos import SAMPLE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

SCREEN = DESK
EN = words("en")


def token(**claims: Any) -> str:
    parts = ({"alg": "none"}, claims)
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join((*(part.rstrip("=") for part in coded), "signature"))


class Issuer:
    """Of tokens, as OAuth 2.0 has it: a code for a challenge, tokens for the code and its proof."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[dict[str, str]] = []
        self.given: list[dict[str, str]] = []

    def config(self) -> dict[str, Any]:
        return {
            "api": "",
            "auth": {
                "authorize_url": f"{self.address}/oauth2/authorize",
                "token_url": f"{self.address}/oauth2/token",
                "client_id": "pages",
            },
        }

    def authorize(self, route: Route) -> None:
        query = {name: one for name, (one,) in parse_qs(urlsplit(route.request.url).query).items()}
        self.asked.append(query)
        back = f"{query['redirect_uri']}?code=the-code&state={query['state']}"
        route.fulfill(status=302, headers={"location": back})

    def tokens(self, route: Route) -> None:
        form = {name: one for name, (one,) in parse_qs(route.request.post_data).items()}
        if "grant_type" not in form:  # the page only asks whether somebody is there
            return route.fulfill(status=400, json={"error": "invalid_request"})
        self.given.append(form)
        return route.fulfill(
            json={
                "access_token": token(sub="anna-5", scope="readings/read readings/correct"),
                "id_token": token(name="Anna Müller"),
                "refresh_token": "again",
                # A minute at most is left of it: the page has to renew it for each call.
                "expires_in": 30,
            }
        )


@pytest.fixture
def issuer(context: BrowserContext, address: str) -> Issuer:
    """The pages' own, which answers."""
    issuer = Issuer(address)
    context.route("**/config.json", lambda route: route.fulfill(json=issuer.config()))
    context.route("**/oauth2/authorize?*", issuer.authorize)
    context.route("**/oauth2/token", issuer.tokens)
    return issuer


def test_a_correction_bears_who_signed_in(
    context: BrowserContext, address: str, issuer: Issuer, api: HttpApi
) -> None:
    answer = api.request("POST", "/readings", IMAGE, SAMPLE.read_bytes()).json()
    page = opened(context.new_page(), "/desk.html")
    (asked,) = issuer.asked
    code = issuer.given[0]
    assert asked["scope"] == "openid readings/read readings/correct"
    assert (asked["response_type"], asked["client_id"]) == ("code", "pages")
    assert asked["redirect_uri"] == code["redirect_uri"] == f"{address}/desk.html"
    digest = hashlib.sha256(code["code_verifier"].encode()).digest()
    assert asked["code_challenge_method"] == "S256"
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (code["grant_type"], code["code"]) == ("authorization_code", "the-code")
    assert page.url == f"{address}/desk.html", "neither code nor state stay in the address"
    assert page.inner_text("#who") == EN["desk.by"].replace("{name}", "Anna Müller")
    assert {one["grant_type"] for one in issuer.given[1:]} == {"refresh_token"}
    page.evaluate(
        """async ({ reading, vin }) => {
          const { Api } = await import("/js/api.js");
          const { Session } = await import("/js/auth.js");
          const config = await (await fetch("/config.json")).json();
          await new Api("", new Session(config.auth, [])).correct(reading, vin);
        }""",
        {"reading": answer, "vin": answer["vin"]},
    )
    after = api.request("GET", f"/readings/{answer['reading_id']}").json()
    assert after["correction"]["corrected_by"] == "anna-5"


def test_another_s_answer_is_not_taken(context: BrowserContext, issuer: Issuer) -> None:
    reached: list[str] = []

    def authorize(route: Route) -> None:
        reached.append(route.request.url)
        route.fulfill(body="sign in here", content_type="text/plain")

    context.route("**/oauth2/authorize?*", authorize)
    page = context.new_page()
    page.goto("/desk.html?code=stolen&state=foreign")
    page.wait_for_url("**/oauth2/authorize?*")
    assert len(reached) == 1
    assert issuer.given == []


TOKENS = "**/oauth2/token"


def test_an_issuer_that_is_away_is_waited_for(context: BrowserContext, issuer: Issuer) -> None:
    """On the way there, and on the way back with a code, which is not lost."""
    page = context.new_page()
    context.unroute(TOKENS)
    context.route(TOKENS, lambda route: route.abort("connectionrefused"))
    page.goto("/desk.html")
    page.wait_for_selector("#away:not([hidden])")
    assert page.inner_text("#away-title") == EN["begin.signin"]
    assert EN["away.waiting"].split("{")[0] in page.inner_text("#away-text")
    assert issuer.asked == [], "nobody is sent to an address that does not answer"
    assert broken_rules(page) == []
    context.unroute(TOKENS)

    def overloaded(route: Route) -> None:
        # So that the page finds somebody there, and gets no token.
        route.fulfill(status=503, json={"error": "temporarily_unavailable"})

    context.route(TOKENS, overloaded)
    with page.expect_response("**/oauth2/authorize?*"):
        page.click("#away-now")
    page.wait_for_url("**/desk.html?code=the-code&*")
    page.wait_for_selector("#away:not([hidden])")
    assert page.inner_text("#away-title") == EN["begin.signin"]
    context.unroute(TOKENS)
    context.route(TOKENS, issuer.tokens)
    page.wait_for_selector("html[data-ready]")
    assert page.inner_text("#who") == EN["desk.by"].replace("{name}", "Anna Müller")
    assert issuer.given[0]["grant_type"] == "authorization_code"
    assert len(issuer.asked) == 1, "the code that was given is used"
    assert not page.is_visible("#away")


def test_nobody_is_sent_away_because_a_token_cannot_be_renewed_now(
    context: BrowserContext, issuer: Issuer
) -> None:
    page = opened(context.new_page(), "/desk.html")
    context.unroute(TOKENS)
    context.route(TOKENS, lambda route: route.fulfill(status=503, json={}))
    page.click("#refresh")
    told(page, EN["desk.failed"])
    context.unroute(TOKENS)
    context.route(TOKENS, issuer.tokens)
    told(page, EN["desk.count"].split("{n}")[1])
    assert len(issuer.asked) == 1


def test_whom_the_issuer_refuses_is_told_why_and_not_sent_there_for_ever(
    context: BrowserContext, issuer: Issuer
) -> None:
    context.unroute("**/oauth2/authorize?*")
    asked: list[str] = []

    def refuse(route: Route) -> None:
        query = parse_qs(urlsplit(route.request.url).query)
        asked.append(query["state"][0])
        told = {"error": "access_denied", "error_description": "Anna is not of this pool"}
        back = urlencode({**told, "state": query["state"][0]})
        route.fulfill(status=302, headers={"location": f"{query['redirect_uri'][0]}?{back}"})

    context.route("**/oauth2/authorize?*", refuse)
    page = context.new_page()
    page.goto("/")
    page.wait_for_selector("#away:not([hidden])")
    assert page.inner_text("#away-title") == EN["begin.signin"]
    assert page.inner_text("#away-text") == "Anna is not of this pool"
    assert len(asked) == 1
    context.unroute("**/oauth2/authorize?*")
    context.route("**/oauth2/authorize?*", issuer.authorize)
    page.click("#away-now")
    page.wait_for_selector("html[data-ready]")
    assert page.is_visible("#start")
