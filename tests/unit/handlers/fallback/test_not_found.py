"""$default: requests that match no route."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.fallback import not_found
from handlers.fallback.not_found import handler
from tests.unit.handlers.lambda_ import Context, Reply, call, request

ROUTES = ["GET /files/{path+}", "GET /me", "GET /users", "GET /users/{userId}", "POST /users", "PATCH /me"]


@pytest.fixture(autouse=True)
def route_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of route keys in the bundle."""
    path = tmp_path / "routes.json"
    path.write_text(json.dumps(ROUTES))
    monkeypatch.setattr(not_found, "ROUTES", path)
    not_found._route_keys.cache_clear()
    yield path
    not_found._route_keys.cache_clear()


def event(method: str, path: str) -> dict[str, Any]:
    sent = request()
    sent["rawPath"] = f"/api{path}"
    sent["requestContext"]["http"] |= {"method": method, "path": sent["rawPath"]}
    return sent


def send(method: str, path: str) -> Reply:
    return call(handler, event(method, path))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", ""),
        ("GET", "/user"),
        ("GET", "/users/"),
        ("DELETE", "/users/1/2"),
        ("DELETE", "/xusers"),
        ("DELETE", "/api/users"),
        ("DELETE", "/users\n"),
        ("GET", "/users"),
    ],
)
def test_unknown_path_is_not_found(method: str, path: str) -> None:
    """A path that no route matches gets a 404 problem, and so does a request that a route accepts."""
    reply = send(method, path)

    assert (reply.status, reply.headers["Content-Type"], reply.body["type"], "Allow" in reply.headers) == (
        404,
        "application/problem+json",
        "/problems/not-found",
        False,
    )


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/users", "GET, POST"),
        ("PUT", "/users/1", "GET"),
        ("OPTIONS", "/me", "GET, PATCH"),
        ("POST", "/files/a/b", "GET"),
        ("get", "/users", "GET, POST"),
    ],
)
def test_other_method_of_a_known_path_is_not_allowed(method: str, path: str, allowed: str) -> None:
    """The 405 problem has `Allow` with the methods of the path's routes."""
    reply = send(method, path)

    assert (reply.status, reply.headers["Allow"], reply.body) == (
        405,
        allowed,
        {
            "type": "/problems/method-not-allowed",
            "title": "Method not allowed",
            "status": 405,
            "detail": f"this path supports {allowed}",
        },
    )


def test_path_without_the_stage_is_the_same_path() -> None:
    """The emulator omits the stage from `rawPath`."""
    bare = event("DELETE", "/users")
    bare["rawPath"] = "/users"

    assert call(handler, bare).status == 405


@pytest.mark.parametrize(("path", "status"), [("/users", 405), ("/user", 404)])
def test_response_to_head_has_no_body(path: str, status: int) -> None:
    """A response to HEAD has the status and no content."""
    response = handler(event("HEAD", path), Context())

    assert (response["statusCode"], "body" in response) == (status, False)


def test_missing_route_keys_are_an_internal_error(
    route_keys: Path, log: Callable[[], list[dict[str, Any]]]
) -> None:
    """The response is 500, and the log has the missing path."""
    route_keys.unlink()

    reply = send("GET", "/")

    (line,) = log()
    assert (reply.status, line["error"]) == (500, "RoutesMissingError")
    assert f"{route_keys} is not in the bundle: package it with the function" in line["traceback"]
