"""Authentication and authorization of API requests."""

from __future__ import annotations

from collections.abc import Callable

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
    assert platform.ask(method, path, json={}).status_code == 401


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
