"""Doing once what may be asked for many times."""

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
    """Do an effect; whether it was to be done."""
    with effect(name) as fresh:
        if fresh and error:
            raise error
        return fresh


@pytest.mark.usefixtures("aws")
def test_effect_is_done_once() -> None:
    """However often it is asked for; and another effect has nothing to do with it."""
    assert [attempt(), attempt(), attempt(), attempt("mail:2")] == [True, False, False, True]


def test_effect_is_kept_for_the_days_that_the_wiring_says(items: Items) -> None:
    """The ledger outlasts whatever may deliver the event again, and then forgets."""
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


def test_effect_for_ever_is_never_forgotten(items: Items) -> None:
    """What asks for it may come at any time, long after every event that could come again."""
    with effect("mail:1", forever=True):
        pass

    (item,) = items("EFFECTS_TABLE")
    assert item.keys() == {"id", "state", "at", "claim"}
    assert attempt() is False


@pytest.mark.usefixtures("aws")
def test_effect_is_noted_as_done_however_short_the_time_is() -> None:
    """A run near its end has done it all the same: unnoted, it would be done again after the doubt."""
    with pytest.MonkeyPatch.context() as patch, effect("mail:1"):
        patch.setattr("handlers.kit.aws.remaining_seconds", lambda: 1.0)

    assert attempt() is False


def test_effect_begun_by_a_call_whose_answer_was_lost_is_done(aws: Any) -> None:
    """The SDK asks again and finds the first attempt's own item: nobody else has begun it."""
    waits = [0]

    def again(**_: Any) -> int | None:
        return waits.pop() if waits else None

    aws.meta.events.register_first("needs-retry.dynamodb.PutItem", again)
    try:
        assert attempt() is True
    finally:
        aws.meta.events.unregister("needs-retry.dynamodb.PutItem", again)
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
def test_refused_effect_is_tried_again(refusal: Exception) -> None:
    """What was certainly not done may be done later."""
    with pytest.raises(type(refusal)):
        attempt(error=refusal)

    assert [attempt(), attempt()] == [True, False]


@pytest.mark.usefixtures("aws")
def test_effect_in_doubt_is_not_repeated() -> None:
    """Whoever broke off may have done it: nobody does it again until it is known."""
    with pytest.raises(ConnectionError):
        attempt(error=ConnectionError("gone in the middle"))

    for _ in range(2):
        with pytest.raises(InDoubt):
            attempt()


@pytest.mark.usefixtures("aws")
def test_confirmed_effect_is_done() -> None:
    """A late report settles the doubt."""
    with pytest.raises(ConnectionError):
        attempt(error=ConnectionError("gone in the middle"))

    confirm("mail:1")

    assert attempt() is False


@pytest.mark.usefixtures("aws")
def test_effect_in_doubt_for_long_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a report by then, it has not happened."""
    with pytest.raises(ConnectionError):
        attempt(error=ConnectionError("gone in the middle"))
    later = time.time() + DOUBT_SECONDS + 1
    monkeypatch.setattr(ledger.time, "time", lambda: later)

    assert [attempt(), attempt()] == [True, False]


def test_confirmation_of_what_nobody_began_leaves_no_trace(items: Items) -> None:
    """A report about somebody else's effect is nothing."""
    confirm("mail:1")

    assert items("EFFECTS_TABLE") == []


@pytest.mark.usefixtures("aws")
def test_effect_within_a_transaction_is_done_once() -> None:
    """The second transaction fails by the ledger's condition, and an effect of that name is done."""
    dynamodb.transact({"effect": done_item("feed:1")})

    with pytest.raises(dynamodb.CancelledError) as cancelled:
        dynamodb.transact({"effect": done_item("feed:1")})
    assert set(cancelled.value.refused) == {"effect"}
    assert attempt("feed:1") is False


def test_transaction_may_ask_that_an_effect_is_not_done(items: Items) -> None:
    """As often as it likes, for it does not do it; once it is done the transaction fails."""
    for _ in range(2):
        dynamodb.transact({"effect": not_done_item("push:1")})
    assert items("EFFECTS_TABLE") == []
    dynamodb.transact({"effect": done_item("push:1")})

    with pytest.raises(dynamodb.CancelledError) as cancelled:
        dynamodb.transact({"effect": not_done_item("push:1")})
    assert set(cancelled.value.refused) == {"effect"}
