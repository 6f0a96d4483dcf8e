"""Fixtures for the webhook: its secret, its tables and the event bus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handlers.kit import aws as kit
from handlers.webhooks import logic
from handlers.webhooks.secret import Secrets
from tests.unit.handlers.bus import Bus, observed
from tests.unit.handlers.webhooks.stripe_sender import SECRET


class Secret:
    """The webhook's secret in Secrets Manager, with a count of its reads."""

    def __init__(self, arn: str) -> None:
        self.client = kit.client("secretsmanager")
        self.arn = arn
        self.reads = 0

    def put(self, value: str) -> None:
        """Set a new value; the current value becomes the previous one."""
        self.client.put_secret_value(SecretId=self.arn, SecretString=value)

    def count(self, **_: Any) -> None:
        """Count a read."""
        self.reads += 1


@pytest.fixture
def empty_secret(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Secret]:
    """The secret without a value, as it is after a deployment."""
    client = kit.client("secretsmanager")
    secret = Secret(client.create_secret(Name="webhook-1a2b3c")["ARN"])
    client.meta.events.register("before-call.secretsmanager.GetSecretValue", secret.count)
    monkeypatch.setenv("WEBHOOK_SECRET", secret.arn)
    monkeypatch.setattr(logic, "SECRETS", Secrets())
    yield secret
    client.meta.events.unregister("before-call.secretsmanager.GetSecretValue", secret.count)
    client.delete_secret(SecretId=secret.arn, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def secret(empty_secret: Secret) -> Secret:
    """The secret with a value."""
    empty_secret.put(SECRET)
    return empty_secret


@pytest.fixture
def bus(aws: Any, secret: Secret) -> Iterator[Bus]:
    """The event bus, with everything that a delivery needs."""
    with observed() as bus:
        yield bus
