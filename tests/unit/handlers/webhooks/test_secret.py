"""The webhook's secret: missing, rotated and cached."""

from __future__ import annotations

import time
from typing import Any

import pytest

from handlers.kit import aws as kit
from handlers.webhooks.secret import CACHE_SECONDS, REFRESH_SECONDS, STAGES
from tests.unit.handlers.bus import Bus
from tests.unit.handlers.webhooks.conftest import Secret
from tests.unit.handlers.webhooks.stripe_sender import FAILED, SECRET, SUCCEEDED, deliver


class Clock:
    """A clock that a test advances."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = float(int(time.time()))
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.mark.usefixtures("aws")
def test_binary_or_blank_value_is_ignored(empty_secret: Secret) -> None:
    """A binary or blank value is not one of Stripe's secrets."""
    empty_secret.client.put_secret_value(SecretId=empty_secret.arn, SecretBinary=b"whsec_test")
    empty_secret.put(" ")

    assert deliver(SUCCEEDED, "").status == 503


@pytest.mark.usefixtures("aws")
def test_webhook_without_a_secret_is_unavailable(empty_secret: Secret, clock: Clock) -> None:
    """Without a value every delivery is a 503 with Retry-After, until a value is set and read."""
    replies = [deliver(SUCCEEDED), deliver(SUCCEEDED)]
    reads = empty_secret.reads
    clock.now += REFRESH_SECONDS + 1
    empty_secret.put("whsec_other")

    assert [(reply.status, reply.headers["Retry-After"]) for reply in replies] == [(503, "1")] * 2
    assert reads == len(STAGES)
    assert deliver(SUCCEEDED).status == 401


def test_current_and_previous_value_are_valid(bus: Bus, secret: Secret) -> None:
    """The value before the previous one is not valid."""
    secret.put("whsec_2")
    secret.put("whsec_3")

    replies = [deliver(event, value) for event, value in ((SUCCEEDED, "whsec_3"), (FAILED, "whsec_2"))]
    assert [reply.status for reply in [*replies, deliver(SUCCEEDED, SECRET)]] == [202, 202, 401]


def test_whitespace_around_the_value_is_ignored(bus: Bus, secret: Secret) -> None:
    """A value from a file, for example, ends with a line feed."""
    secret.put("whsec_2\n")

    assert deliver(SUCCEEDED, "whsec_2").status == 202


def test_value_is_cached_for_some_minutes(bus: Bus, secret: Secret, clock: Clock) -> None:
    """The secret is read again only after the cache has expired."""
    reads: list[int] = []
    for seconds in (1, CACHE_SECONDS - 2, 2):
        assert deliver(SUCCEEDED).status == 202
        reads.append(secret.reads)
        clock.now += seconds
    deliver(SUCCEEDED)

    assert [*reads, secret.reads] == [2, 2, 2, 4]


def test_new_value_is_valid_immediately(bus: Bus, secret: Secret, clock: Clock) -> None:
    """A signature that does not match refreshes the secret, unless it was read just before."""
    assert deliver(SUCCEEDED).status == 202
    secret.put("whsec_2")
    early = deliver(SUCCEEDED, "whsec_2").status
    clock.now += REFRESH_SECONDS + 1

    assert (early, deliver(SUCCEEDED, "whsec_2").status, secret.reads) == (401, 202, 4)


def test_forged_deliveries_do_not_refresh_the_secret_each_time(
    bus: Bus, secret: Secret, clock: Clock
) -> None:
    """The secret is read at most every few seconds, regardless of the number of deliveries."""
    for _ in range(20):
        assert deliver(SUCCEEDED, "whsec_forged").status == 401
    reads = secret.reads
    clock.now += REFRESH_SECONDS + 1
    for _ in range(20):
        deliver(SUCCEEDED, "whsec_forged")

    assert (reads, secret.reads) == (2, 4)


@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 503), ("InternalServiceError", 503), ("AccessDeniedException", 500)],
)
def test_unreadable_secret_is_a_server_error(bus: Bus, secret: Secret, code: str, status: int) -> None:
    """A temporary failure is a 503, and a missing permission is a 500."""
    client = kit.client("secretsmanager")

    def fail(**_: Any) -> None:
        raise client.exceptions.ClientError({"Error": {"Code": code}}, "GetSecretValue")

    client.meta.events.register("before-call.secretsmanager.GetSecretValue", fail)
    reply = deliver(SUCCEEDED)
    client.meta.events.unregister("before-call.secretsmanager.GetSecretValue", fail)

    assert (reply.status, bus.published) == (status, [])


def test_secret_is_not_read_without_enough_time(
    bus: Bus, secret: Secret, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function returns a 503 before Lambda stops it."""
    monkeypatch.setattr("handlers.kit.aws.remaining_seconds", lambda: 1.0)

    assert (deliver(SUCCEEDED).status, secret.reads) == (503, 0)
