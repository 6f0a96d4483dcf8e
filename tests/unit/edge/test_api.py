"""The function of /api/*: which request gets the token of its cookie, and which cookies go on."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from tests.unit.edge.requests import function, viewer_request

FUNCTION = function("api.js")
COOKIES = {
    "__Host-access": "header.payload.signature",
    "__Host-session": "opaque",
    "__Host-login": "attempt",
    "theme": "dark",
}
SITES = ("same-origin", "same-site", "cross-site", "none", "", "Same-Origin", "same-origin ")
HEADERS = ("1", "0", "", "true")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get", "PROPFIND")


def passed(method: str, uri: str, site: str, header: str = "", **more: Any) -> dict[str, Any]:
    """Return the request that goes on to the API."""
    headers = {"Sec-Fetch-Site": site, "X-Strata-Request": header, **more.pop("headers", {})}
    given = {name: text for name, text in headers.items() if text}
    return FUNCTION.run(viewer_request(method, uri, given, COOKIES, **more))


@pytest.mark.parametrize(("site", "header", "method"), [*itertools.product(SITES, HEADERS, METHODS)])
def test_token_moves_for_requests_of_this_origin_only(site: str, header: str, method: str) -> None:
    """The whole matrix: the browser states the origin, and everything but GET and HEAD has the header."""
    found = passed(method, "/api/users", site, header)

    trusted = site == "same-origin" and (method in ("GET", "HEAD") or header == "1")
    expected = {"value": f"Bearer {COOKIES['__Host-access']}"} if trusted else None
    assert found["headers"].get("authorization") == expected
    assert found["cookies"] == {}


@pytest.mark.parametrize(("site", "header", "method"), [*itertools.product(SITES, HEADERS, ("GET", "POST"))])
def test_session_goes_to_the_sign_in_under_the_same_conditions(site: str, header: str, method: str) -> None:
    """The attempt to sign in goes there in any case: Cognito's redirect comes from another site."""
    found = passed(method, "/api/auth/refresh", site, header)

    trusted = site == "same-origin" and (method == "GET" or header == "1")
    assert set(found["cookies"]) == {"__Host-login", *(["__Host-session"] if trusted else [])}


@pytest.mark.parametrize(
    "uri",
    [
        "/api/users",
        "/api/auth",
        "/api/authx/refresh",
        "/api/AUTH/refresh",
        "/api//auth/refresh",
        "/api/%61uth/x",
    ],
)
def test_no_cookie_goes_anywhere_else(uri: str) -> None:
    """A path that only resembles the sign-in's gets none."""
    assert passed("GET", uri, "same-origin")["cookies"] == {}


def test_bearer_token_of_a_program_is_kept() -> None:
    """A request with its own Authorization keeps it, whatever its cookies are."""
    headers = {"Authorization": "Bearer of-a-program"}

    found = passed("GET", "/api/users", "same-origin", headers=headers)

    assert found["headers"]["authorization"] == {"value": "Bearer of-a-program"}


def test_program_needs_no_header_of_browsers() -> None:
    """A request without cookies and Sec-Fetch-Site goes on unchanged."""
    event = viewer_request("POST", "/api/users", {"Authorization": "Bearer of-a-program"})

    assert FUNCTION.run(event)["headers"] == {"authorization": {"value": "Bearer of-a-program"}}


@pytest.mark.parametrize("name", ["sec-fetch-site", "x-strata-request"])
def test_repeated_header_is_not_trusted(name: str) -> None:
    """No browser sends either header twice."""
    found = passed("POST", "/api/auth/refresh", "same-origin", "1", repeated=(name,))

    assert "authorization" not in found["headers"]
    assert set(found["cookies"]) == {"__Host-login"}


@pytest.mark.parametrize("name", ["__Host-access", "__Host-session", "__Host-login"])
def test_repeated_cookie_goes_nowhere(name: str) -> None:
    """A browser has one cookie with the name; of two, neither is known to be this site's."""
    event = viewer_request("GET", "/api/auth/session", {"Sec-Fetch-Site": "same-origin"}, COOKIES)
    event["request"]["cookies"][name]["multiValue"] = [{"value": COOKIES[name]}, {"value": "other"}]

    found = FUNCTION.run(event)

    assert set(found["cookies"]) == {"__Host-session", "__Host-login"} - {name}
    assert ("authorization" in found["headers"]) == (name != "__Host-access")


def test_disguised_cookie_goes_nowhere() -> None:
    """A sibling subdomain can set such a name, which some servers read as the one without the blank."""
    cookies = {f"\u2000{name}": text for name, text in COOKIES.items()}
    event = viewer_request("GET", "/api/auth/session", {"Sec-Fetch-Site": "same-origin"}, cookies)

    found = FUNCTION.run(event)

    assert (found["cookies"], "authorization" in found["headers"]) == ({}, False)


def test_empty_cookie_is_no_token() -> None:
    """A deleted cookie makes no header."""
    event = viewer_request("GET", "/api/users", {"Sec-Fetch-Site": "same-origin"}, {"__Host-access": ""})

    assert "authorization" not in FUNCTION.run(event)["headers"]


def test_method_path_and_other_headers_stay() -> None:
    """The function changes cookies and Authorization, nothing else."""
    found = passed("PATCH", "/api/users/1", "same-origin", "1", headers={"If-Match": '"3"'})

    assert (found["method"], found["uri"]) == ("PATCH", "/api/users/1")
    assert found["headers"]["if-match"] == {"value": '"3"'}
