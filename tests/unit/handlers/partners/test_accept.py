"""POST /partners/{partner}/events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from handlers.events.catalogue import CATALOGUE
from handlers.http.problem import status_of
from handlers.partners.accept import handler
from handlers.partners.models import PartnerEvent
from tests.unit.handlers.bus import Bus, Published, observed
from tests.unit.handlers.declared import Declared
from tests.unit.handlers.lambda_ import CORRELATION_ID, Reply, call, request

ROUTE = "POST /partners/{partner}/events"
DECLARED = Declared(ROUTE)
ORDER = {
    "id": "order-4711",
    "type": "order.placed",
    "occurredAt": "2026-01-31T09:30:00.5+02:00",
    "data": {"orderId": "4711", "amount": 1999, "currency": "EUR"},
}
CONTACT = {
    "id": "contact-1",
    "type": "contact.changed",
    "occurredAt": "2026-01-31T09:30:00Z",
    "data": {"contactId": "1", "email": "ada@example.org"},
}


@pytest.fixture
def bus(cloud: Any) -> Iterator[Bus]:
    with observed() as bus:
        yield bus


def send(body: Any = None, *, partner: str | None = "acme", path: str = "acme", **more: Any) -> Reply:
    """Send an event as an authorized partner; the response must match the OpenAPI document."""
    event = request(ROUTE, path={"partner": path}, body=body, **more)
    if partner is not None:
        event["requestContext"]["authorizer"] = {"lambda": {"partner": partner}}
    return DECLARED.check(call(handler, event))


def faults(reply: Reply) -> list[tuple[str, str]]:
    return [(error["field"], error["detail"]) for error in reply.body["errors"]]


def test_event_is_published_under_the_source_of_its_partner(bus: Bus) -> None:
    """The published event has the partner's source and id, and the request's correlation id."""
    reply = send(ORDER)

    assert (reply.status, reply.body) == (202, {"id": "acme:order-4711"})
    assert bus.published == [
        Published(
            "order.placed",
            "partner.acme",
            {
                "metadata": {
                    "id": "acme:order-4711",
                    "correlationId": CORRELATION_ID,
                    "occurredAt": "2026-01-31T09:30:00.500000+02:00",
                },
                "data": {"orderId": "4711", "amount": 1999, "currency": "EUR"},
            },
        )
    ]


def test_each_partner_has_its_own_source(bus: Bus) -> None:
    """Two events of different partners with the same id stay distinct."""
    replies = [send(CONTACT, partner=name, path=name) for name in ("acme", "other")]

    assert [reply.body["id"] for reply in replies] == ["acme:contact-1", "other:contact-1"]
    assert [event.source for event in bus.published] == ["partner.acme", "partner.other"]


def test_repeated_event_keeps_its_id(bus: Bus) -> None:
    """Consumers can drop the duplicate by its id."""
    assert [send(ORDER).body for _ in range(2)] == [{"id": "acme:order-4711"}] * 2
    assert [event.detail["metadata"]["id"] for event in bus.published] == ["acme:order-4711"] * 2


def test_every_partner_event_of_the_catalogue_is_accepted() -> None:
    """The operation accepts the catalogue's types, and forbids unknown fields in their data."""
    shapes = {kind.__struct_config__.tag: kind.__annotations__["data"] for kind in get_args(PartnerEvent)}
    accepted = {
        name: shape.__base__
        for name, shape in shapes.items()
        if shape.__struct_config__.forbid_unknown_fields
    }

    assert accepted == {name: kind.data for name, kind in CATALOGUE.items() if kind.source == "partner.*"}


LARGE = "x" * (16 * 1024 + 1)
ORDERED = [
    ({"partner": None, "path": "other", "text": LARGE}, 401, "partner-key-invalid"),
    ({"partner": "", "path": "other", "text": LARGE}, 401, "partner-key-invalid"),
    ({"partner": "acme", "path": "other", "text": LARGE}, 403, "another-partner"),
    ({"partner": "acme", "path": "Acme", "text": "{"}, 403, "another-partner"),
    ({"partner": "acme", "text": LARGE}, 413, "content-too-large"),
    (
        {"partner": "acme", "text": "{}", "headers": {"Content-Type": "text/plain"}},
        415,
        "unsupported-media-type",
    ),
    ({"partner": "acme", "text": "{"}, 400, "invalid-request"),
]


@pytest.mark.parametrize(("sent", "status", "problem"), ORDERED)
def test_errors_have_an_order(bus: Bus, sent: dict[str, Any], status: int, problem: str) -> None:
    """The caller is checked before the body, and the body's size before its content; nothing is published."""
    reply = send(**sent)

    assert (reply.status, reply.body["type"]) == (status, f"/problems/{problem}")
    assert reply.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)
    assert bus.published == []


def test_every_declared_error_is_tested() -> None:
    """The statuses above and 503 are all that the operation declares."""
    declared = {status_of(kind) for kind in handler.contract.refusals}

    assert declared == {status for _, status, _ in ORDERED} | {503}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/type", "missing")]),
        (ORDER | {"type": "user.created"}, [("/type", "expected one of order.placed, contact.changed")]),
        (ORDER | {"source": "strata.users"}, [("/source", "unknown; expected one of id, occurredAt, data")]),
        (
            {"type": "order.placed", "id": "a b", "occurredAt": "2026-01-31T09:30:00"},
            [
                ("/id", "expected 1 to 128 printable ASCII characters without spaces"),
                ("/occurredAt", "expected datetime with a timezone component"),
                ("/data", "missing"),
            ],
        ),
        (ORDER | {"id": ""}, [("/id", "expected 1 to 128 printable ASCII characters without spaces")]),
        (ORDER | {"id": "x" * 129}, [("/id", "expected str of length <= 128")]),
        (ORDER | {"id": "x\n"}, [("/id", "expected 1 to 128 printable ASCII characters without spaces")]),
        (
            ORDER | {"occurredAt": "2026-13-01T00:00:00Z"},
            [("/occurredAt", "invalid RFC3339 encoded datetime")],
        ),
        (ORDER | {"occurredAt": 1769851800}, [("/occurredAt", "expected datetime, got int")]),
        (ORDER | {"data": []}, [("/data", "expected object, got array")]),
        (
            ORDER | {"data": {"amount": -1, "currency": "euro", "user": {}}},
            [
                ("/data/user", "unknown; expected one of orderId, amount, currency"),
                ("/data/orderId", "missing"),
                ("/data/amount", "expected int >= 0"),
                ("/data/currency", "expected ISO 4217"),
            ],
        ),
        (
            CONTACT | {"data": ORDER["data"]},
            [
                ("/data/orderId", "unknown; expected one of contactId, email, name"),
                ("/data/amount", "unknown; expected one of contactId, email, name"),
                ("/data/currency", "unknown; expected one of contactId, email, name"),
                ("/data/contactId", "missing"),
            ],
        ),
    ],
)
def test_malformed_event_returns_every_fault(bus: Bus, body: Any, expected: list[tuple[str, str]]) -> None:
    """The problem lists every fault with its JSON pointer, and nothing is published."""
    reply = send(body)

    assert (reply.status, faults(reply)) == (400, expected)
    assert bus.published == []


@pytest.mark.parametrize(
    "occurred_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "2026-01-31t09:30:00z"]
)
def test_any_rfc_3339_timestamp_is_accepted(bus: Bus, occurred_at: str) -> None:
    """The limits of the calendar are valid, and the published timestamp conforms to the catalogue."""
    assert send(ORDER | {"occurredAt": occurred_at}).status == 202

    (event,) = bus.published
    assert event.detail["metadata"]["occurredAt"] == occurred_at.upper()


def test_unreachable_bus_is_unavailable(bus: Bus) -> None:
    """The response asks the partner to retry, and the retry succeeds."""
    bus.broken = True
    failed = send(ORDER)
    bus.broken = False

    assert (failed.status, failed.headers["Retry-After"]) == (503, "1")
    assert (send(ORDER).status, len(bus.published)) == (202, 1)


@pytest.mark.parametrize("text", ["\u200b", "a\u202eb", "a\nb", " ", "\u3164"])
@pytest.mark.parametrize(
    ("event", "field"), [(ORDER, "orderId"), (CONTACT, "contactId"), (CONTACT, "email"), (CONTACT, "name")]
)
def test_invisible_text_is_refused(bus: Bus, event: dict[str, Any], field: str, text: str) -> None:
    """The texts of an event are lines that people can read."""
    reply = send({**event, "data": {**event["data"], field: text}})

    assert faults(reply) == [
        (f"/data/{field}", "expected a non-blank line of text without control or invisible characters")
    ]
    assert (reply.status, bus.published) == (400, [])
