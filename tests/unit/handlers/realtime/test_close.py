"""Closing the connections of people who were disabled or deleted, and of sessions that have ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from handlers.realtime.close import handler
from handlers.realtime.connect import handler as connect
from handlers.realtime.tickets import TICKET_SECONDS
from tests.unit.handlers.events.samples import USER, document, outcomes
from tests.unit.handlers.lambda_ import Context
from tests.unit.handlers.people import delete, disable, enable, link
from tests.unit.handlers.realtime.conftest import Gateway
from tests.unit.handlers.realtime.events import ADA, EVERYTHING, gateway_event, invoke, push_batch
from tests.unit.handlers.tables import TABLES

Items = Callable[[str], list[dict[str, Any]]]


def add_connection(
    aws: Any, audience: str, connection: str, subject: str, seconds_ago: int = 60, **more: str
) -> None:
    """Store a connection that opened some seconds ago."""
    item = {"audience": audience, "connectionId": connection, "subject": subject, **more}
    opened = {"openAt": {"N": str(int(time.time()) - seconds_ago)}}
    aws.put_item(
        TableName=TABLES["CONNECTIONS_TABLE"]["TableName"],
        Item={**{name: {"S": value} for name, value in item.items()}, **opened},
    )


def deliver(subject: str | None = "ada") -> int:
    """Deliver the event of a deleted user, whatever the state is; return the number of failed messages."""
    data = {"user": {**USER, "subject": subject}}
    batch = push_batch(document("user.deleted", data=data))
    return len(handler(batch, Context())["batchItemFailures"])


@pytest.mark.parametrize("change", [disable, delete])
def test_connections_of_the_person_are_closed(
    aws: Any, gateway: Gateway, change: Callable[[str], None]
) -> None:
    """Those with either audience are closed, and those of other people stay open."""
    change(link("ada"))
    add_connection(aws, ADA, "own", "ada")
    add_connection(aws, EVERYTHING, "all", "ada")
    add_connection(aws, EVERYTHING, "all-of-another", "bob")
    add_connection(aws, "user#bob", "of-another", "bob")

    assert deliver() == 0
    assert gateway.closed == ["own", "all"]


@pytest.mark.parametrize("change", [lambda _: None, lambda user: (disable(user), enable(user))])
def test_late_event_closes_no_connection_of_an_enabled_person(
    aws: Any, gateway: Gateway, log: Any, change: Callable[[str], object]
) -> None:
    """The current state counts, not the event's."""
    change(link("ada"))
    add_connection(aws, ADA, "own", "ada")

    assert deliver() == 0
    assert (gateway.closed, outcomes(log)[-1]) == ([], "skipped")


def test_user_without_a_sign_in_is_skipped(gateway: Gateway, log: Any) -> None:
    """A user who has never signed in has no connection."""
    assert deliver(None) == 0
    assert (gateway.closed, outcomes(log)[-1]) == ([], "skipped")


def test_connection_that_is_gone_is_removed(aws: Any, gateway: Gateway, items: Items) -> None:
    """API Gateway may not have reported that it was closed."""
    disable(link("ada"))
    add_connection(aws, ADA, "gone", "ada")
    gateway.statuses["gone"] = 410

    assert deliver() == 0
    assert items("CONNECTIONS_TABLE") == []


def test_connection_that_may_be_opening_is_retried(aws: Any, gateway: Gateway, items: Items) -> None:
    """API Gateway reports it as gone until it is open; the next delivery closes it. The others are closed."""
    disable(link("ada"))
    add_connection(aws, ADA, "opening", "ada", seconds_ago=-5)
    add_connection(aws, EVERYTHING, "open", "ada")
    gateway.statuses["opening"] = 410

    assert deliver() == 1
    assert gateway.closed == ["open"]
    assert "opening" in {row["connectionId"]["S"] for row in items("CONNECTIONS_TABLE")}


@pytest.mark.parametrize("status", [403, 429, 500])
def test_failure_is_retried(aws: Any, gateway: Gateway, status: int) -> None:
    """A connection that cannot be closed fails the message."""
    disable(link("ada"))
    add_connection(aws, ADA, "own", "ada")
    gateway.statuses["own"] = status

    assert deliver() == 1


def end_session(*origins: str) -> int:
    """Deliver the event of a session of ada's that has ended; return the number of failed messages."""
    session = {"id": "0" * 64, "subject": "ada", "origins": list(origins)}
    event = document("session.ended", "strata.sessions", data={"session": session})
    return len(handler(push_batch(event), Context())["batchItemFailures"])


def test_connections_of_an_ended_session_are_closed(aws: Any, gateway: Gateway) -> None:
    """Those of the person's other sessions and programs, and those of other people, stay open."""
    add_connection(aws, ADA, "tab-1", "ada", session="origin-1")
    add_connection(aws, ADA, "tab-2", "ada", session="origin-1")
    add_connection(aws, EVERYTHING, "tab-3", "ada", session="origin-2")
    add_connection(aws, ADA, "phone", "ada", session="origin-3")
    add_connection(aws, ADA, "program", "ada")
    add_connection(aws, EVERYTHING, "all-of-another", "bob", session="origin-4")

    assert end_session("origin-1", "origin-2") == 0
    assert gateway.closed == ["tab-1", "tab-2", "tab-3"]


def test_ended_session_opens_no_connection(gateway: Gateway, items: Items) -> None:
    """A ticket that was issued before the sign-out is refused: the access token is valid for minutes."""
    assert invoke(connect, gateway_event(route="$connect", session="origin-1")) == {"statusCode": 200}
    end_session("origin-1")
    stored = items("CONNECTIONS_TABLE")

    assert invoke(connect, gateway_event(route="$connect", session="origin-1")) == {"statusCode": 403}
    assert invoke(connect, gateway_event(route="$connect", session="origin-2")) == {"statusCode": 200}
    assert [item["session"] for item in stored] == [{"S": "origin-1"}]
    (mark,) = items("SESSION_ENDS_TABLE")
    assert int(mark["expiresAt"]["N"]) > time.time() + 300 + TICKET_SECONDS


def test_session_whose_connection_is_opening_is_retried(aws: Any, gateway: Gateway) -> None:
    """As for a person who may not act: the next delivery closes it."""
    add_connection(aws, ADA, "opening", "ada", seconds_ago=-5, session="origin-1")
    gateway.statuses["opening"] = 410

    assert end_session("origin-1") == 1
