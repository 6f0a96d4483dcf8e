"""Keys.

These tests cannot show how KMS evaluates the key policy.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.key import Key
from components.topic import Topic
from components.use import Use
from tests.infrastructure.components.build import KEY_POLICY, settings, tags
from tools.graph import built, statements


def test_key_allows_only_the_services_that_publish() -> None:
    """CloudWatch may use it for this account; EventBridge and SES pass no account, so they may always."""

    def declare() -> None:
        key = Key("topics", settings())
        Topic("alarms", key, publishers=["cloudwatch.amazonaws.com"])
        Topic("mail", key, publishers=["ses.amazonaws.com", "cloudwatch.amazonaws.com"]).allow_service(
            "events.amazonaws.com", "arn:aws:events:::rule/a"
        )

    graph = built(declare)

    def allowed(service: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        }

    here = {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}
    assert statements(graph.inputs(KEY_POLICY, "topics")["policy"]) == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        allowed("cloudwatch.amazonaws.com") | here,
        allowed("ses.amazonaws.com"),
        allowed("events.amazonaws.com"),
    ]


@pytest.mark.parametrize(("environment", "days"), [("ephemeral", 7), ("production", 30)])
def test_key_is_rotated_and_has_an_alias_and_a_deletion_window(environment: str, days: int) -> None:
    """A key that was deleted by mistake can be restored within the window."""
    graph = built(lambda: Key("topics", settings(environment)))

    assert graph.inputs("aws:kms/key:Key", "topics") == {
        "description": "Topics of strata's stack test",
        "enableKeyRotation": True,
        "deletionWindowInDays": days,
        "tags": tags("topics"),
    }
    assert graph.inputs("aws:kms/alias:Alias", "topics") == {
        "name": "alias/strata-test-topics",
        "targetKeyId": "topics-id",
    }


def test_use_allows_exactly_the_operations_on_this_key() -> None:
    """The function gets the key's ARN in a variable named after the key."""
    uses: list[Use] = []
    built(
        lambda: uses.append(Key("sessions", settings(), purpose="Refresh tokens").use("Encrypt", "Decrypt"))
    )

    ((grant,), env) = (uses[0].grants, uses[0].env)
    assert grant.actions == ("kms:Encrypt", "kms:Decrypt")
    assert (len(grant.resources), list(env)) == (1, ["SESSIONS_KEY"])
    assert grant.resources[0] is env["SESSIONS_KEY"]
