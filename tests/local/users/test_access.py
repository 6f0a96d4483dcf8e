"""Who gets in, and how far."""

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
def test_no_token_is_refused_everywhere(platform: Platform, method: str, path: str) -> None:
    """Without a token nothing but what is public answers."""
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
def test_a_bad_token_is_refused(platform: Platform, kind: str) -> None:
    """Signed by nobody we know, changed, or past its time."""
    token = BAD_TOKENS[kind](platform)

    assert platform.ask("GET", "/users", token).status_code == 401
    assert platform.ask("GET", "/me", token).status_code == 401


def test_another_client_s_token_is_refused(platform: Platform) -> None:
    """A token of the same pool, for a client that the API does not take."""
    with tokens.other_client(platform.cloud, platform.outputs) as outputs:
        token = people.token(platform.cloud, outputs, user="admin")

    assert platform.ask("GET", "/users", token).status_code == 401


def test_another_pool_s_token_is_refused(platform: Platform) -> None:
    """A token with the right scopes, of another issuer."""
    with tokens.other_pool(platform.cloud) as token:
        assert platform.ask("GET", "/users", token).status_code == 401


def test_a_machine_gets_as_far_as_its_scopes(platform: Platform) -> None:
    """One that reads may not write; one that writes may."""
    reader, writer = platform.machine("reporting"), platform.machine("provisioning")

    assert platform.ask("GET", "/users", reader).status_code == 200
    assert platform.ask("POST", "/users", reader, json={}).status_code == 403
    assert platform.ask("DELETE", "/users/x", reader).status_code == 403
    assert platform.create(writer)["status"] == "active"


def test_a_plain_person_is_kept_from_users_and_an_administrator_is_not(platform: Platform) -> None:
    """What a person may do follows from the group."""
    assert platform.ask("GET", "/users", platform.person("person")).status_code == 403
    assert platform.ask("POST", "/users", platform.person("person"), json={}).status_code == 403
    assert platform.ask("GET", "/users", platform.admin).status_code == 200


def test_an_id_token_does_not_stand_for_an_access_token(platform: Platform) -> None:
    """It says who somebody is, not what may be done: no scope, and no profile either."""
    token = people.sign_in(platform.cloud, platform.outputs, "admin").id

    assert platform.ask("GET", "/users", token).status_code == 403
    assert platform.ask("GET", "/me", token).status_code == 403


def test_what_is_public_answers_without_a_token(platform: Platform) -> None:
    """Health tells the deployed version, and the contract is there."""
    health = platform.ask("GET", "/health")

    assert (health.status_code, health.json()) == (200, {"status": "ok", "version": "0.1.0"})
    assert platform.ask("GET", "/openapi.json").json()["openapi"] == "3.1.0"


def test_what_is_not_there_is_a_problem(platform: Platform) -> None:
    """An unknown path is answered by us, in our own form."""
    answer = platform.ask("GET", "/nothing/here")

    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["status"] == 404
