"""A webhook that is set up: secret, marks and bus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from handlers.kit import aws as kit
from handlers.webhooks import logic
from handlers.webhooks.secret import Secrets
from tests.unit.handlers.bus import Bus, observed
from tests.unit.handlers.webhooks.stripe_sender import SECRET


class Vault:
    """The webhook's secret in Secrets Manager, and how often it was asked for."""

    def __init__(self, arn: str) -> None:
        self.client = kit.client("secretsmanager")
        self.arn = arn
        self.reads = 0

    def put(self, value: str) -> None:
        """Set a new value; the one before becomes the previous."""
        self.client.put_secret_value(SecretId=self.arn, SecretString=value)

    def count(self, **_: Any) -> None:
        """Note that a value was asked for."""
        self.reads += 1


@pytest.fixture
def empty_vault(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vault]:
    """A secret without a value, as it is deployed."""
    client = kit.client("secretsmanager")
    vault = Vault(client.create_secret(Name="webhook-1a2b3c")["ARN"])
    client.meta.events.register("before-call.secretsmanager.GetSecretValue", vault.count)
    monkeypatch.setenv("WEBHOOK_SECRET", vault.arn)
    monkeypatch.setattr(logic, "SECRETS", Secrets())
    yield vault
    client.meta.events.unregister("before-call.secretsmanager.GetSecretValue", vault.count)
    client.delete_secret(SecretId=vault.arn, ForceDeleteWithoutRecovery=True)


@pytest.fixture
def vault(empty_vault: Vault) -> Vault:
    """The secret with a value."""
    empty_vault.put(SECRET)
    return empty_vault


@pytest.fixture
def bus(aws: Any, vault: Vault) -> Iterator[Bus]:
    """Everything that a delivery needs; the bus to look at."""
    with observed() as bus:
        yield bus
