"""Publishing to the event bus."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from handlers.events.catalogue import OrderPlaced, UserDeleted, UserState
from handlers.events.publish import NewEvent, RejectedError, batches, publish
from handlers.kit import aws as kit
from handlers.kit.errors import Unavailable
from handlers.kit.invocation import Invocation
from tests.unit.handlers.lambda_ import Context


def order(identifier: str, subject: str = "") -> NewEvent:
    """Return an event of a partner."""
    return NewEvent(
        type="order.placed",
        source="partner.acme",
        id=identifier,
        subject=subject or identifier,
        data=OrderPlaced(order_id=identifier, amount=100, currency="EUR"),
        correlation_id="correlation-1",
        occurred_at="2026-11-21T13:52:00Z",
    )


def entry(identifier: str) -> dict[str, str]:
    """Return the expected PutEvents entry of an event."""
    return {
        "EventBusName": "strata-test-events",
        "Source": "partner.acme",
        "DetailType": "order.placed",
        "Detail": json.dumps(
            {
                "metadata": {
                    "id": identifier,
                    "correlationId": "correlation-1",
                    "occurredAt": "2026-11-21T13:52:00Z",
                },
                "data": {"orderId": identifier, "amount": 100, "currency": "EUR"},
            },
            separators=(",", ":"),
        ),
    }


@pytest.fixture
def bus(cloud: Any) -> Iterator[Stubber]:
    """The EventBridge client with stubbed responses."""
    with Stubber(kit.client("events")) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def expect(bus: Stubber, accepted: dict[str, bool]) -> None:
    """Expect a call with these events and accept or reject each."""
    entries = [
        {"EventId": "1"} if taken else {"ErrorCode": "ThrottlingException"} for taken in accepted.values()
    ]
    bus.add_response(
        "put_events",
        {"FailedEntryCount": list(accepted.values()).count(False), "Entries": entries},
        {"Entries": [entry(identifier) for identifier in accepted]},
    )


def test_event_has_metadata_and_data(bus: Stubber, log: Callable[[], list[dict[str, Any]]]) -> None:
    """The entry has the catalogue's shape, and each event is logged."""
    expect(bus, {"order-1": True})

    with Invocation(Context(), "correlation-0"):
        publish([order("order-1")])

    line = log()[0]
    assert 0 <= line["durationMs"] < 10_000
    assert {**line, "timestamp": "", "durationMs": 0} == {
        "timestamp": "",
        "level": "INFO",
        "message": "event",
        "correlationId": "correlation-1",
        "function": "strata-test-function",
        "requestId": Context.aws_request_id,
        "eventId": "order-1",
        "eventType": "order.placed",
        "source": "partner.acme",
        "outcome": "published",
        "durationMs": 0,
    }


def test_only_rejected_entry_is_retried(bus: Stubber) -> None:
    """Accepted entries of a batch are not repeated."""
    expect(bus, {"order-1": True, "order-2": False})
    expect(bus, {"order-2": True})

    publish([order("order-1"), order("order-2")])


@pytest.mark.parametrize(
    "code", ["InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException", "AccessDeniedException"]
)
def test_entry_that_is_rejected_for_good_is_not_retried(bus: Stubber, code: str) -> None:
    """EventBridge lists the codes that no retry changes; the error names the event."""
    bus.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": code}]})

    with pytest.raises(RejectedError, match=f"the event bus rejected order-1: {code}"):
        publish([order("order-1")])


def test_throttled_call_is_retried(bus: Stubber) -> None:
    """A throttled call is repeated with the whole batch."""
    bus.add_client_error("put_events", "ThrottlingException")
    expect(bus, {"order-1": True})

    publish([order("order-1")])


def test_denied_call_is_not_retried(bus: Stubber) -> None:
    """A permanent error is raised immediately."""
    bus.add_client_error("put_events", "AccessDeniedException")

    with pytest.raises(Exception, match="AccessDeniedException"):
        publish([order("order-1")])


def test_nothing_is_published_without_time_left(bus: Stubber) -> None:
    """No call is started that Lambda could interrupt."""
    with Invocation(Context(remaining_milliseconds=1_000), "correlation-0"), pytest.raises(Unavailable):
        publish([order("order-1")])


@pytest.mark.parametrize(
    ("subjects", "expected"),
    [
        ("", []),
        ("abc", ["abc"]),
        ("abab", ["ab", "ab"]),
        ("aab", ["a", "ab"]),
        ("abcdefghijkl", ["abcdefghij", "kl"]),
    ],
)
def test_batch_has_no_repeated_subject(subjects: str, expected: list[str]) -> None:
    """A batch has no order, so events about one subject are in different batches."""
    events = [order(str(place), subject) for place, subject in enumerate(subjects)]

    assert ["".join(event.subject for event in batch) for batch in batches(events)] == expected


def test_event_that_contradicts_the_catalogue_is_rejected() -> None:
    """An event must have its type's source and data."""
    user = UserState(
        id="1", email="a@b.c", name="A", status="active", created_at="x", updated_at="x", version=1
    )
    with pytest.raises(TypeError) as refused:
        NewEvent(
            type="order.placed",
            source="strata.users",
            id="1",
            subject="1",
            data=UserDeleted(user=user),
            correlation_id="c",
            occurred_at="2026-11-21T13:52:00Z",
        )

    assert str(refused.value) == (
        "order.placed from strata.users with UserDeleted: expected source partner.* and data OrderPlaced"
    )
