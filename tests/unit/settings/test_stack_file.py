"""Reading of the stack's config."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.settings.config import DEVELOPMENT, load, problems


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        pytest.param(
            {**DEVELOPMENT, "starta:url": "https://app.example.com"},
            'starta:url: "https://app.example.com": namespace unknown; did you mean strata? '
            "expected one of aws, pulumi, strata",
            id="misspelt-namespace",
        ),
        pytest.param(
            {**DEVELOPMENT, "strata:api": "fast"},
            'strata:api: "fast": expected an object of settings',
            id="text-for-object",
        ),
        pytest.param(
            {**DEVELOPMENT, "aws:endpoints": [{"lambda": "http://aws.example.com"}]},
            'aws:endpoints: "http://aws.example.com": expected one loopback address for every service: '
            "AWS itself needs no endpoints",
            id="endpoint-that-is-not-local",
        ),
    ],
)
def test_unreadable_config_is_rejected(config: dict[str, Any], expected: str) -> None:
    """An unknown namespace, a section that is not an object and a remote endpoint are errors."""
    assert problems(config, secrets=("strata:events",)) == (expected,)


def test_other_namespaces_are_not_checked() -> None:
    """Keys of the provider and of Pulumi are ignored."""
    assert load({**DEVELOPMENT, "aws:profile": "work"}).region == "us-east-1"


def test_given_value_keeps_the_other_defaults() -> None:
    """An object in a stack file overrides the defaults of its environment class key by key."""
    settings = load({**DEVELOPMENT, "strata:api": {"throttle": {"burstLimit": 7}}})

    assert (settings.api.throttle.rate_limit, settings.api.throttle.burst_limit) == (100.0, 7)
