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
    """The response has the additions to the access token; the event is otherwise unchanged."""
    event = recorded("pre_token_authentication")

    response = handler(recorded("pre_token_authentication"), Context())

    assert response == {
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
    """A person has the scopes of all groups, each once; group names are compared exactly."""
    assert added(groupConfiguration={"groupsToOverride": groups})["scopesToAdd"] == scopes


def test_only_profile_claims_are_added() -> None:
    """Attributes that the person does not have, and all others, are omitted."""
    additions = added(
        userAttributes={"sub": "x", "email": "ada@example.org", "phone_number": "+442079460000"}
    )

    assert additions["claimsToAddOrOverride"] == {"email": "ada@example.org"}


def test_machine_s_token_is_unchanged() -> None:
    """A client's scopes are its own."""
    event = recorded("pre_token_client_credentials")

    assert handler(recorded("pre_token_client_credentials"), Context()) == event


def test_missing_mapping_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the mapping of groups to scopes no token is issued."""
    monkeypatch.delenv("GROUP_SCOPES")

    with pytest.raises(MissingVariableError, match="GROUP_SCOPES is not set"):
        added()


def test_log_line_has_no_personal_data(log: Callable[[], list[dict[str, Any]]]) -> None:
    """Each invocation logs one line with its ids and without the person."""
    added()

    (line,) = log()
    assert {name: line[name] for name in ("level", "function", "requestId", "triggerSource")} == {
        "level": "INFO",
        "function": "strata-test-function",
        "requestId": Context.aws_request_id,
        "triggerSource": "TokenGeneration_Authentication",
    }
    assert "ada" not in json.dumps(line).lower()
