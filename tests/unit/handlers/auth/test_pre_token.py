"""Cognito's PreTokenGeneration trigger."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from handlers.auth.pre_token import handler
from handlers.kit.environment import MissingVariableError
from tests.unit.handlers.lambda_ import Context, recorded

SCOPES = {"admins": ["users/write", "users/read"], "auditors": ["users/read"]}


@pytest.fixture(autouse=True)
def group_scopes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUP_SCOPES", json.dumps(SCOPES))


def added(**request: Any) -> dict[str, Any]:
    event = recorded("pre_token_authentication")
    event["request"] |= request
    return handler(event, Context())["response"]["claimsAndScopeOverrideDetails"]["accessTokenGeneration"]


def test_administrator_gets_scopes_and_profile_claims() -> None:
    """The event comes back with what to add to the access token, and is otherwise as it came."""
    event = recorded("pre_token_authentication")

    answer = handler(recorded("pre_token_authentication"), Context())

    assert answer == {
        **event,
        "response": {
            "claimsAndScopeOverrideDetails": {
                "accessTokenGeneration": {
                    "scopesToAdd": ["users/read", "users/write"],
                    "claimsToAddOrOverride": {
                        "email": "ada@example.org",
                        "email_verified": "true",
                        "name": "Ada Lovelace",
                    },
                }
            }
        },
    }


@pytest.mark.parametrize(
    ("groups", "scopes"),
    [
        ([], []),
        (None, []),
        (["staff"], []),
        (["auditors"], ["users/read"]),
        (["auditors", "admins"], ["users/read", "users/write"]),
        (["Admins", "admins "], []),
    ],
)
def test_scopes_are_those_of_the_groups(groups: list[str] | None, scopes: list[str]) -> None:
    """A person may do what their groups may, each scope once, and a group by no other name."""
    assert added(groupConfiguration={"groupsToOverride": groups})["scopesToAdd"] == scopes


def test_claims_are_those_that_the_person_has() -> None:
    """What the pool does not know of a person is not made up, and nothing else of them is told."""
    given = added(userAttributes={"sub": "x", "email": "ada@example.org", "phone_number": "+442079460000"})

    assert given["claimsToAddOrOverride"] == {"email": "ada@example.org"}


def test_machines_token_is_left_as_it_is() -> None:
    """A client's scopes are its own: the event comes back unchanged."""
    event = recorded("pre_token_client_credentials")

    assert handler(recorded("pre_token_client_credentials"), Context()) == event


def test_missing_mapping_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its mapping the trigger gives no token rather than a wrong one."""
    monkeypatch.delenv("GROUP_SCOPES")

    with pytest.raises(MissingVariableError, match="GROUP_SCOPES is not set"):
        added()


def test_log_line_names_nobody(log: Callable[[], list[dict[str, Any]]]) -> None:
    """One line an invocation, with the ids by which it is found, and without the person."""
    added()

    (line,) = log()
    assert {name: line[name] for name in ("level", "function", "requestId", "triggerSource")} == {
        "level": "INFO",
        "function": "strata-test-function",
        "requestId": Context.aws_request_id,
        "triggerSource": "TokenGeneration_Authentication",
    }
    assert "ada" not in json.dumps(line).lower()
