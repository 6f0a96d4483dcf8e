"""Keys."""

from __future__ import annotations

from typing import Any

import pytest

from components.key import Key
from components.topic import Topic
from tests.infrastructure.components.build import (
    settings,
    tags,
)
from tools.graph import built, statements


def test_a_key_lets_in_the_services_that_publish_and_no_other() -> None:
    """The account governs it; CloudWatch for this account; EventBridge and SES, who do not say for whom."""

    def declare() -> None:
        key = Key("topics", settings())
        Topic("alarms", key, publishers=["cloudwatch.amazonaws.com"])
        Topic("mail", key, publishers=["ses.amazonaws.com", "cloudwatch.amazonaws.com"]).allow_service(
            "events.amazonaws.com", "arn:aws:events:::rule/a"
        )

    graph = built(declare)

    def using(service: str) -> dict[str, Any]:
        return {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
        }

    here = {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}
    assert statements(graph.inputs("aws:kms/keyPolicy:KeyPolicy", "topics")["policy"]) == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        using("cloudwatch.amazonaws.com") | here,
        using("ses.amazonaws.com"),
        using("events.amazonaws.com"),
    ]


@pytest.mark.parametrize(("environment", "days"), [("ephemeral", 7), ("production", 30)])
def test_a_key_is_rotated_named_and_kept_a_while_after_its_end(environment: str, days: int) -> None:
    """A key that is deleted by mistake can be brought back."""
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
