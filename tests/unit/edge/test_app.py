"""The function that chooses the release of a page.

QuickJS is not CloudFront's runtime: these tests cannot show that it accepts the syntax.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.edge.requests import function, viewer_request

KEYS = {
    "default": "aaaaaaaaaaaa",
    "host:preview.example.com": "bbbbbbbbbbbb",
    "redirect:www.example.com": "example.com",
}
FUNCTION = function("app.js", KEYS)


def event(uri: str, host: str | None = "example.com", **query: Any) -> dict[str, Any]:
    """Return the event of a request."""
    return viewer_request("GET", uri, {"Host": host} if host else {}, query=query)


def run(uri: str, host: str | None = "example.com", **query: Any) -> dict[str, Any]:
    """Return the function's result."""
    return FUNCTION.run(event(uri, host, **query))


@pytest.mark.parametrize("uri", ["/", "/users", "/users/42", "/users/", "/a.b/c", "/ü", "/%C3%BC"])
def test_path_without_an_extension_is_the_page_of_the_live_release(uri: str) -> None:
    """The app reads the path itself."""
    assert run(uri)["uri"] == "/releases/aaaaaaaaaaaa/index.html"


@pytest.mark.parametrize(
    "uri",
    [
        "/favicon.ico",
        "/users/page.html",
        "/releases/cccccccccccc/index.html",
        "/a.",
        "/.env",
        "/api%2Fusers",
        "/assets%2fapp",
        "/..%5cassets",
        "/a\\b",
        "//assets/app",
        "/a/..",
    ],
)
def test_other_path_stays(uri: str) -> None:
    """Without such an object, the bucket returns 403: a wrong path of a file is never a page."""
    assert run(uri) == event(uri)["request"]


@pytest.mark.parametrize("host", ["preview.example.com", "PREVIEW.Example.com", "preview.example.com:8080"])
def test_host_can_show_another_release(host: str) -> None:
    """A preview; case and port of the host do not matter."""
    assert run("/", host)["uri"] == "/releases/bbbbbbbbbbbb/index.html"


def test_request_without_a_host_shows_the_live_release() -> None:
    """HTTP/1.0 has no Host header."""
    assert run("/", None)["uri"] == "/releases/aaaaaaaaaaaa/index.html"


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ({}, "https://example.com/users"),
        (
            {
                "q": {"value": "a%20b", "multiValue": [{"value": "a%20b"}, {"value": "c"}]},
                "flag": {"value": ""},
            },
            "https://example.com/users?q=a%20b&q=c&flag",
        ),
    ],
)
def test_host_can_be_redirected(query: dict[str, Any], location: str) -> None:
    """Path and query stay as they are."""
    redirected = run("/users", "www.example.com", **query)

    assert redirected["statusCode"] == 301
    assert redirected["headers"]["location"] == {"value": location}


def test_file_of_a_redirected_host_is_redirected_too() -> None:
    """Such a host has no content of its own."""
    assert run("/favicon.ico", "www.example.com")["statusCode"] == 301


def test_site_without_a_live_release_is_unavailable() -> None:
    """The first deployment writes the key after all objects; the response is not stored."""
    unavailable = function("app.js").run(event("/"))

    assert unavailable["statusCode"] == 503
    assert unavailable["headers"]["retry-after"] == {"value": "5"}
    assert unavailable["headers"]["cache-control"] == {"value": "no-store"}
    assert "html" not in unavailable["headers"]["content-type"]["value"]


def test_only_the_path_of_a_request_changes() -> None:
    """Headers, query and method reach the bucket as CloudFront's policies define."""
    request = event("/users", page={"value": "2"})["request"]

    assert run("/users", page={"value": "2"}) == {**request, "uri": "/releases/aaaaaaaaaaaa/index.html"}
