"""Fixtures for the sign-in: a fake of Cognito, the key, the client's secret and the event bus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handlers.auth import cognito as calls
from handlers.kit import aws as kit
from tests.unit.handlers.auth.fake_cognito import CLIENT, ISSUER, SECRET, URL, FakeCognito
from tests.unit.handlers.bus import Bus, observed

OPERATIONS = ("GetTokensFromRefreshToken", "RevokeToken", "AdminUserGlobalSignOut")


@pytest.fixture
def bus(aws: Any) -> Iterator[Bus]:
    """The event bus."""
    with observed() as bus:
        yield bus


@pytest.fixture
def cognito(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCognito]:
    """Cognito, and what the wiring gives the functions of the sign-in."""
    fake = FakeCognito()
    secret = kit.client("secretsmanager").create_secret(Name="auth-client", SecretString=SECRET)["ARN"]
    key = kit.client("kms").create_key()["KeyMetadata"]["Arn"]
    environment = {
        "CLIENT_ID": CLIENT,
        "CLIENT_SECRET": secret,
        "ISSUER": ISSUER,
        "LOGIN_URL": fake.url,
        "PUBLIC_URL": URL,
        "SESSIONS_KEY": key,
        "SESSION_SECONDS": "43200",
        "USER_POOL_ID": "us-east-1_Pool",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    events = kit.client("cognito-idp").meta.events
    for operation in OPERATIONS:
        events.register(f"before-call.cognito-identity-provider.{operation}", fake.respond)
    calls._secret.cache_clear()
    yield fake
    for operation in OPERATIONS:
        events.unregister(f"before-call.cognito-identity-provider.{operation}", fake.respond)
    kit.client("secretsmanager").delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    fake.close()
