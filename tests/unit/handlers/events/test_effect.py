"""Effects that happen once."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

from handlers.events import effect as ledger
from handlers.events.effect import DOUBT_SECONDS, InDoubt, Poison, confirm, done_item, effect, not_done_item
from handlers.kit import dynamodb

Items = Callable[[str], list[dict[str, Any]]]
REFUSAL = ClientError({"Error": {"Code": "Throttling"}}, "SendEmail")


def attempt(name: str = "mail:1", error: Exception | None = None) -> bool:
    """Attempt an effect; return whether it had to be performed."""
    with effect(name) as fresh:
        if fresh and error:
            raise error
        return fresh


@pytest.mark.usefixtures("aws")
def test_effect_is_done_once() -> None:
    """Repeated attempts skip the effect; an effect of another name is independent."""
    assert [attempt(), attempt(), attempt(), attempt("mail:2")] == [True, False, False, True]


def test_effect_expires_after_the_configured_days(items: Items) -> None:
    """The ledger's item expires `EFFECTS_DAYS` after it is written."""
    attempt()

    (item,) = items("EFFECTS_TABLE")
    assert {**item, "at": {}, "claim": {}, "expiresAt": {}} == {
        "id": {"S": "mail:1"},
        "state": {"S": "done"},
        "at": {},
        "claim": {},
        "expiresAt": {},
    }
    assert int(item["expiresAt"]["N"]) - int(item["at"]["N"]) == 8 * 24 * 3600


def test_forever_effect_has_no_expiry(items: Items) -> None:
    """An effect with `forever` has no `expiresAt` and is never repeated."""
    with effect("mail:1", forever=True):
        pass

    (item,) = items("EFFECTS_TABLE")
    assert item.keys() == {"id", "state", "at", "claim"}
    assert attempt() is False


@pytest.mark.usefixtures("aws")
def test_effect_is_recorded_as_done_when_time_is_short() -> None:
    """The outcome is recorded even if too little time is left for a guarded call."""
    with pytest.MonkeyPatch.context() as patch, effect("mail:1"):
        patch.setattr("handlers.kit.aws.remaining_seconds", lambda: 1.0)

    assert attempt() is False


def test_effect_is_done_when_the_first_response_is_lost(aws: Any) -> None:
    """The SDK's repeated call finds the item of its own first attempt."""
    waits = [0]

    def retry(**_: Any) -> int | None:
        return waits.pop() if waits else None

    aws.meta.events.register_first("needs-retry.dynamodb.PutItem", retry)
    try:
        assert attempt() is True
    finally:
        aws.meta.events.unregister("needs-retry.dynamodb.PutItem", retry)
    assert (waits, attempt()) == ([], False)


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    "refusal",
    [
        REFUSAL,
        Poison("no such address"),
        ConnectTimeoutError(endpoint_url="https://ses"),
        EndpointConnectionError(endpoint_url="https://ses"),
    ],
)
def test_refused_effect_is_repeated(refusal: Exception) -> None:
    """An effect that certainly did not happen may be performed later."""
    with pytest.raises(type(refusal)):
        attempt(error=refusal)

    assert [attempt(), attempt()] == [True, False]


@pytest.mark.usefixtures("aws")
def test_effect_in_doubt_is_not_repeated() -> None:
    """An effect that may have happened is not repeated while its outcome is unknown."""
    with pytest.raises(ConnectionError):
        attempt(error=ConnectionError("gone in the middle"))

    for _ in range(2):
        with pytest.raises(InDoubt):
            attempt()


@pytest.mark.usefixtures("aws")
def test_confirmed_effect_is_done() -> None:
    """A later report resolves the doubt."""
    with pytest.raises(ConnectionError):
        attempt(error=ConnectionError("gone in the middle"))

    confirm("mail:1")

    assert attempt() is False


@pytest.mark.usefixtures("aws")
def test_effect_in_doubt_is_repeated_after_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a report within `DOUBT_SECONDS`, the effect has not happened."""
    with pytest.raises(ConnectionError):
        attempt(error=ConnectionError("gone in the middle"))
    later = time.time() + DOUBT_SECONDS + 1
    monkeypatch.setattr(ledger.time, "time", lambda: later)

    assert [attempt(), attempt()] == [True, False]


def test_confirmation_of_an_unknown_effect_is_ignored(items: Items) -> None:
    """A report about an effect that was not begun writes nothing."""
    confirm("mail:1")

    assert items("EFFECTS_TABLE") == []


@pytest.mark.usefixtures("aws")
def test_effect_within_a_transaction_is_done_once() -> None:
    """A second transaction with the same effect fails by the ledger's condition."""
    dynamodb.transact({"effect": done_item("feed:1")})

    with pytest.raises(dynamodb.TransactionCanceledError) as canceled:
        dynamodb.transact({"effect": done_item("feed:1")})
    assert set(canceled.value.refused) == {"effect"}
    assert attempt("feed:1") is False


def test_not_done_item_fails_once_the_effect_is_done(items: Items) -> None:
    """The check writes nothing and may be repeated until the effect is done."""
    for _ in range(2):
        dynamodb.transact({"effect": not_done_item("push:1")})
    assert items("EFFECTS_TABLE") == []
    dynamodb.transact({"effect": done_item("push:1")})

    with pytest.raises(dynamodb.TransactionCanceledError) as canceled:
        dynamodb.transact({"effect": not_done_item("push:1")})
    assert set(canceled.value.refused) == {"effect"}
