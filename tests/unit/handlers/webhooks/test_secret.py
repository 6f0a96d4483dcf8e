"""The webhook's secret: set, replaced, and read no oftener than need be."""

from __future__ import annotations

import time
from typing import Any

import pytest

from handlers.kit import aws as kit
from handlers.webhooks import secret
from tests.unit.handlers.bus import Bus
from tests.unit.handlers.webhooks.conftest import Vault
from tests.unit.handlers.webhooks.stripe_sender import FAILED, SECRET, SUCCEEDED, deliver


class Clock:
    """Time that passes when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = float(int(time.time()))
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.usefixtures("aws")
def test_value_that_is_no_text_is_none(empty_vault: Vault) -> None:
    """Nothing is proved by bytes that Stripe never made, nor by an empty text."""
    empty_vault.client.put_secret_value(SecretId=empty_vault.arn, SecretBinary=b"whsec_test")
    empty_vault.put(" ")

    assert deliver(SUCCEEDED, "").status == 503


@pytest.mark.usefixtures("aws")
def test_webhook_without_a_secret_is_unavailable(empty_vault: Vault, clock: Clock) -> None:
    """Until a value is set nothing can be proved; Stripe is asked to come again, and soon may."""
    replies = [deliver(SUCCEEDED), deliver(SUCCEEDED)]
    reads = empty_vault.reads
    clock.now += secret.READ_AGAIN_SECONDS + 1
    empty_vault.put("whsec_other")

    assert [(reply.status, reply.headers["Retry-After"]) for reply in replies] == [(503, "1")] * 2
    assert reads == len(secret.STAGES)
    assert deliver(SUCCEEDED).status == 401


def test_value_and_the_one_before_count(bus: Bus, vault: Vault) -> None:
    """The secret is replaced while deliveries are under way; the one before that counts no more."""
    vault.put("whsec_2")
    vault.put("whsec_3")

    replies = [deliver(event, value) for event, value in ((SUCCEEDED, "whsec_3"), (FAILED, "whsec_2"))]
    assert [reply.status for reply in [*replies, deliver(SUCCEEDED, SECRET)]] == [202, 202, 401]


def test_space_around_the_value_is_none_of_it(bus: Bus, vault: Vault) -> None:
    """A value that was set from a file ends with a line feed."""
    vault.put("whsec_2\n")

    assert deliver(SUCCEEDED, "whsec_2").status == 202


def test_value_is_kept_for_some_minutes(bus: Bus, vault: Vault, clock: Clock) -> None:
    """A delivery after another asks for nothing; minutes later the secret is read again."""
    reads: list[int] = []
    for seconds in (1, secret.KEPT_SECONDS - 2, 2):
        assert deliver(SUCCEEDED).status == 202
        reads.append(vault.reads)
        clock.now += seconds
    deliver(SUCCEEDED)

    assert [*reads, vault.reads] == [2, 2, 2, 4]


def test_new_value_counts_at_once(bus: Bus, vault: Vault, clock: Clock) -> None:
    """A signature that does not match has the secret read again, unless that was done just now."""
    assert deliver(SUCCEEDED).status == 202
    vault.put("whsec_2")
    soon = deliver(SUCCEEDED, "whsec_2").status
    clock.now += secret.READ_AGAIN_SECONDS + 1

    assert (soon, deliver(SUCCEEDED, "whsec_2").status, vault.reads) == (401, 202, 4)


def test_forgeries_do_not_have_the_secret_read_each_time(bus: Bus, vault: Vault, clock: Clock) -> None:
    """Whatever anybody sends, Secrets Manager is asked every few seconds at most."""
    for _ in range(20):
        assert deliver(SUCCEEDED, "whsec_forged").status == 401
    reads = vault.reads
    clock.now += secret.READ_AGAIN_SECONDS + 1
    for _ in range(20):
        deliver(SUCCEEDED, "whsec_forged")

    assert (reads, vault.reads) == (2, 4)


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 503), ("InternalServiceError", 503), ("AccessDeniedException", 500)],
)
def test_secret_that_cannot_be_read_is_no_refusal(bus: Bus, vault: Vault, code: str, status: int) -> None:
    """What passes is a 503, what is wired wrong a fault of ours; neither is the sender's."""
    client = kit.client("secretsmanager")

    def fail(**_: Any) -> None:
        raise client.exceptions.ClientError({"Error": {"Code": code}}, "GetSecretValue")

    client.meta.events.register("before-call.secretsmanager.GetSecretValue", fail)
    reply = deliver(SUCCEEDED)
    client.meta.events.unregister("before-call.secretsmanager.GetSecretValue", fail)

    assert (reply.status, bus.published) == (status, [])


def test_little_time_is_not_spent_on_the_secret(
    bus: Bus, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Better an answer of ours than the gateway's, when the function is about to be stopped."""
    monkeypatch.setattr("handlers.kit.aws.remaining_seconds", lambda: 1.0)

    assert (deliver(SUCCEEDED).status, vault.reads) == (503, 0)
