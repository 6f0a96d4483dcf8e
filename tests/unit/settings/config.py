"""Stack configs for tests, and how tests load them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from settings import Settings, SettingsError

ROUTES = ("GET /users", "POST /users")
SCOPES = ("users/read", "users/write", "events/read")
EVENTS = ("user.created", "order.placed")
DEVELOPMENT = {
    "aws:region": "us-east-1",
    "strata:environment": "development",
    "strata:mail": {"sender": "no-reply@example.com"},
}
PRODUCTION = {
    **DEVELOPMENT,
    "strata:environment": "production",
    "strata:alarms": {"emails": ["operations@example.com"]},
}


def load(config: dict[str, Any], *, secrets: tuple[str, ...] = (), python: str = "3.13") -> Settings:
    """Return the settings of a config whose objects are Python dicts."""
    from pulumi.runtime import set_all_config

    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    set_all_config(text, list(secrets))
    return Settings.load(ROUTES, SCOPES, EVENTS, python)


def problems(config: dict[str, Any], **how: Any) -> tuple[str, ...]:
    """Return the problems of an invalid config, one line each."""
    with pytest.raises(SettingsError) as caught:
        load(config, **how)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def google(**provider: str) -> dict[str, Any]:
    """Return a development config with Google as an identity provider."""
    return {**DEVELOPMENT, "strata:auth": {"identityProviders": {"google": provider}}}


def delivery(**changes: Any) -> dict[str, Any]:
    """Return a development config that delivers events to an endpoint."""
    given = {"url": "https://crm.example.com/events", "events": ["user.created"], "key": "k", **changes}
    return {**DEVELOPMENT, "strata:events": {"deliveries": {"crm": given}}}
