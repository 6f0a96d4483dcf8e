"""The function of /ws: only a page of this host opens a WebSocket."""

from __future__ import annotations

import pytest

from tests.unit.edge.requests import function, viewer_request

FUNCTION = function("ws.js")
HOST = "strata.example.com"


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (HOST, f"https://{HOST}"),
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_own_page_passes_without_cookies(host: str, origin: str) -> None:
    """The ticket is in the query; cookies stay at the edge."""
    cookies = {"__Host-access": "a", "__Host-session": "b", "theme": "dark"}

    found = FUNCTION.run(viewer_request("GET", "/ws", {"Host": host, "Origin": origin}, cookies))

    assert (found["uri"], found["cookies"]) == ("/ws", {})
    assert found["headers"]["origin"] == {"value": origin}


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "https://evil.example",
        f"https://{HOST}.evil.example",
        f"https://evil-{HOST}",
        f"https://sub.{HOST}",
        f"https://{HOST}:8443",
        f"http://{HOST}",
        f"https://{HOST}/",
        f"https://{HOST.upper()}",
        f"wss://{HOST}",
    ],
)
def test_page_of_another_origin_is_refused(origin: str) -> None:
    """A sibling subdomain, another port and plain HTTP are other origins; so is none at all."""
    headers = {"Host": HOST, **({"Origin": origin} if origin else {})}

    assert FUNCTION.run(viewer_request("GET", "/ws", headers))["statusCode"] == 403


def test_repeated_origin_is_refused() -> None:
    """No browser sends two."""
    event = viewer_request("GET", "/ws", {"Host": HOST, "Origin": f"https://{HOST}"}, repeated=("origin",))

    assert FUNCTION.run(event)["statusCode"] == 403


def test_request_without_a_host_is_refused() -> None:
    """An origin that names no host equals none."""
    assert FUNCTION.run(viewer_request("GET", "/ws", {"Origin": "https://"}))["statusCode"] == 403
