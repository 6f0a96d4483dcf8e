"""The environment classes and the defaults that differ between them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple


class Environment(StrEnum):
    """The environment class of a stack."""

    EPHEMERAL = "ephemeral"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class ByClass(NamedTuple):
    """The default of one key in each environment class."""

    ephemeral: Any
    development: Any
    production: Any


REQUIRED: Any = object()
"""In place of a default: the stack file must give a value."""

DEFAULTS = {
    "api.throttle.rateLimit": ByClass(1_000.0, 100.0, 1_000.0),
    "api.throttle.burstLimit": ByClass(2_000, 200, 2_000),
    "auth.mfa": ByClass("off", "off", "required"),
    "auth.sessionHours": ByClass(24, 24, 12),
    # Cognito takes a verified domain only, and a new stack's domain is verified after its first deployment.
    "auth.mail": ByClass("cognito", "cognito", "ses"),
    "auth.deletionProtection": ByClass(ephemeral=False, development=False, production=True),
    "functions.logRetentionDays": ByClass(3, 14, 365),
    "functions.tracing": ByClass(ephemeral=False, development=True, production=True),
    "functions.snapStart": ByClass(ephemeral=False, development=False, production=True),
    # A new account has 10 concurrent executions, which the consumers must leave some of to the API.
    "functions.consumerConcurrency": ByClass(2, 2, 10),
    "data.deletionProtection": ByClass(ephemeral=False, development=False, production=True),
    "data.pointInTimeRecovery": ByClass(ephemeral=False, development=True, production=True),
    "buckets.oldVersionDays": ByClass(1, 7, 90),
    "events.archiveDays": ByClass(1, 14, 365),
    "site.priceClass": ByClass("PriceClass_100", "PriceClass_100", "PriceClass_All"),
    "mail.sender": ByClass("no-reply@example.com", REQUIRED, REQUIRED),
    "audit.coldAfterDays": ByClass(30, 30, 90),
    "audit.expireAfterDays": ByClass(120, 120, 2_555),
}
"""Defaults by key. A default that is the same in every class belongs to the field."""


def defaults(environment: Environment) -> dict[str, Any]:
    """Return the defaults of an environment class, nested as in a stack file."""
    nested: dict[str, Any] = {}
    for key, values in DEFAULTS.items():
        value = getattr(values, environment.value)
        if value is not REQUIRED:
            *sections, name = key.split(".")
            inner = nested
            for section in sections:
                inner = inner.setdefault(section, {})
            inner[name] = value
    return nested
