"""Authentication and authorization of API requests."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.deployment import people
from tests.local import tokens
from tests.local.platform import Platform

ROUTES = [
    ("POST", "/users"),
    ("GET", "/users"),
    ("GET", "/users/x"),
    ("PATCH", "/users/x"),
    ("POST", "/users/x"),
    ("DELETE", "/users/x"),
    ("GET", "/me"),
    ("PATCH", "/me"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_request_without_a_token_is_rejected(platform: Platform, method: str, path: str) -> None:
    """Every route that is not public returns 401 without a token."""
    assert platform.ask(method, path, json=None if method == "GET" else {}).status_code == 401


BAD_TOKENS: dict[str, Callable[[Platform], str]] = {
    "forged": lambda platform: tokens.forged(platform.admin),
    "tampered": lambda platform: tokens.tampered(platform.person("person"), scope="users/read users/write"),
    "unsigned": lambda platform: tokens.unsigned(platform.admin),
    "expired": lambda platform: tokens.expired(platform.admin, platform.services),
    "garbage": lambda _: "garbage",
    "of lists": lambda _: "W10.W10.W10",
    "of null": lambda _: "bnVsbA.e30.AA",
}


@pytest.mark.parametrize("kind", BAD_TOKENS)
def test_invalid_token_is_rejected(platform: Platform, kind: str) -> None:
    """A token that is forged, changed, unsigned, expired or malformed returns 401."""
    token = BAD_TOKENS[kind](platform)

    assert platform.ask("GET", "/users", token).status_code == 401
    assert platform.ask("GET", "/me", token).status_code == 401


def test_token_signed_again_is_accepted(platform: Platform) -> None:
    """The tests below can sign a token that the API accepts, also with times that are not whole numbers."""
    now = time.time()
    for changed in (
        {},
        {"exp": now + 60.5, "iat": now - 60.5, "nbf": 0},
        {"scp": ["x"], "custom": [1, None]},
    ):
        token = tokens.resigned(platform.admin, platform.services, **changed)

        assert platform.ask("GET", "/users", token).status_code == 200


NO_TIME = (None, [], [1], {}, "", "text", "9999999999", True, 10**400, 1e300, math.nan, math.inf, -1)
NO_TEXT = (None, 5, [], ["text"], {}, True)
NO_TEXTS = (None, 5, {}, True, [None], [5], [["text"]])
WRONG = [
    *((name, value) for name in ("exp", "nbf", "iat") for value in NO_TIME),
    *((name, value) for name in ("iss", "sub", "client_id", "scope") for value in NO_TEXT),
    *((name, value) for name in ("aud", "scp") for value in NO_TEXTS),
    ("aud", ["another"]),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=lambda part: repr(part)[:20])
def test_signed_token_with_an_unusable_claim_is_rejected(platform: Platform, name: str, value: Any) -> None:
    """A claim of the wrong type or out of range returns 401, also without the front door."""
    token = tokens.resigned(platform.admin, platform.services, **{name: value})
    response = platform.ask("GET", "/users", token)

    assert (response.status_code, response.json()) == (401, {"message": "Unauthorized"})
    assert directly(platform, token) == 401


@pytest.mark.parametrize("name", ["exp", "iss", "client_id"])
def test_signed_token_without_a_required_claim_is_rejected(platform: Platform, name: str) -> None:
    """A token that does not expire, or has no issuer or audience, returns 401."""
    token = tokens.resigned(platform.admin, platform.services, name)

    assert platform.ask("GET", "/users", token).status_code == 401


@pytest.mark.parametrize(
    "head", [{"alg": "none"}, {"alg": "HS256"}, {"alg": None}, {"kid": None}, {"kid": 5}, {"kid": []}]
)
def test_signed_token_with_an_unusable_header_is_rejected(platform: Platform, head: dict[str, Any]) -> None:
    """An algorithm or a key identifier that is not the pool's returns 401."""
    token = tokens.resigned(platform.admin, platform.services, head=head)

    assert platform.ask("GET", "/users", token).status_code == 401


def test_signed_token_without_scopes_is_refused(platform: Platform) -> None:
    """A valid token without the route's scopes returns 403."""
    token = tokens.resigned(platform.admin, platform.services, "scope")

    assert platform.ask("GET", "/users", token).status_code == 403


def directly(platform: Platform, token: str) -> int:
    """Return the status of a request to the emulator's own address of the API."""
    emulator = replace(platform, url=platform.outputs["apiUrl"].removesuffix("/api"))
    return emulator.ask("GET", "/users", token).status_code


def test_token_of_another_client_is_rejected(platform: Platform) -> None:
    """The API does not accept every client of its user pool."""
    with tokens.other_client(platform.cloud, platform.outputs) as outputs:
        token = people.token(platform.cloud, outputs, user="admin")

    assert platform.ask("GET", "/users", token).status_code == 401


def test_token_of_another_user_pool_is_rejected(platform: Platform) -> None:
    """A token with the required scopes from another issuer returns 401."""
    with tokens.other_pool(platform.cloud) as token:
        assert platform.ask("GET", "/users", token).status_code == 401


def test_machine_client_is_limited_to_its_scopes(platform: Platform) -> None:
    """A client with the read scope cannot write; one with the write scope can."""
    reader, writer = platform.machine("reporting"), platform.machine("provisioning")

    assert platform.ask("GET", "/users", reader).status_code == 200
    assert platform.ask("POST", "/users", reader, json={}).status_code == 403
    assert platform.ask("DELETE", "/users/x", reader).status_code == 403
    assert platform.create(writer)["status"] == "active"


def test_only_administrators_may_manage_users(platform: Platform) -> None:
    """A person's group determines the scopes."""
    assert platform.ask("GET", "/users", platform.person("person")).status_code == 403
    assert platform.ask("POST", "/users", platform.person("person"), json={}).status_code == 403
    assert platform.ask("GET", "/users", platform.admin).status_code == 200


def test_id_token_is_not_an_access_token(platform: Platform) -> None:
    """An id token has no scopes: 403 for users and for the own profile."""
    token = people.sign_in(platform.cloud, platform.outputs, "admin").id

    assert platform.ask("GET", "/users", token).status_code == 403
    assert platform.ask("GET", "/me", token).status_code == 403


def test_public_routes_need_no_token(platform: Platform) -> None:
    """GET /health returns the deployed version, and GET /openapi.json returns the document."""
    health = platform.ask("GET", "/health")

    assert (health.status_code, health.json()) == (200, {"status": "ok", "version": "0.1.0"})
    assert platform.ask("GET", "/openapi.json").json()["openapi"] == "3.1.0"


def test_unknown_path_returns_a_problem_document(platform: Platform) -> None:
    """The response is the platform's own 404 instead of the gateway's."""
    response = platform.ask("GET", "/nothing/here")

    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["status"] == 404


@pytest.mark.parametrize("method", ["DELETE", "PUT", "HEAD"])
def test_other_method_of_a_known_path_returns_405(platform: Platform, method: str) -> None:
    """The response has `Allow` with the methods of the path's routes."""
    response = platform.ask(method, "/health")

    assert (response.status_code, response.headers["Allow"]) == (405, "GET")
