"""POST /webhooks/{provider}."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from handlers.http.problem import status_of
from handlers.webhooks.receive import handler
from tests.unit.handlers.bus import Bus, Published
from tests.unit.handlers.lambda_ import CORRELATION_ID, Reply
from tests.unit.handlers.webhooks.stripe_sender import FAILED, SECRET, SUCCEEDED, deliver, send, signature

Items = Callable[[str], list[dict[str, Any]]]
TEXT = json.dumps(SUCCEEDED)


def problem_of(reply: Reply) -> tuple[int, str]:
    """Return the status and the type of a problem."""
    return reply.status, reply.body["type"].removeprefix("/problems/")


@pytest.mark.parametrize(
    ("event", "type_", "data"),
    [
        (SUCCEEDED, "payment.succeeded", {"paymentId": "pi_1", "amount": 1999, "currency": "EUR"}),
        (
            FAILED,
            "payment.failed",
            {"paymentId": "pi_2", "amount": 500, "currency": "USD", "reason": "card_declined"},
        ),
        (
            {
                **FAILED,
                "data": {
                    "object": {"id": "pi_2", "amount": 0, "currency": "usd", "last_payment_error": None}
                },
            },
            "payment.failed",
            {"paymentId": "pi_2", "amount": 0, "currency": "USD", "reason": None},
        ),
    ],
)
def test_signed_payment_is_published(
    bus: Bus, event: dict[str, Any], type_: str, data: dict[str, Any]
) -> None:
    """The published event has the webhook's source, Stripe's id and time, and the translated data."""
    reply = deliver(event)

    event_id = f"stripe:{event['id']}"
    assert (reply.status, reply.body) == (202, {"id": event_id, "published": True})
    metadata = {"id": event_id, "correlationId": CORRELATION_ID, "occurredAt": "2026-01-31T09:30:00Z"}
    assert bus.published == [Published(type_, "webhook.stripe", {"metadata": metadata, "data": data})]


def test_unused_type_is_accepted_and_not_published(bus: Bus, log: Callable[[], list[dict[str, Any]]]) -> None:
    """Stripe gets a success, and the log line states that the event was skipped."""
    reply = deliver({"id": "evt_3", "type": "customer.created", "created": 1, "data": {"object": 1}})

    assert (reply.status, reply.body) == (202, {"id": "stripe:evt_3", "published": False})
    assert bus.published == []
    (line,) = [line for line in log() if line["message"] == "event"]
    assert {name: line[name] for name in ("correlationId", "eventId", "eventType", "source", "outcome")} == {
        "correlationId": CORRELATION_ID,
        "eventId": "stripe:evt_3",
        "eventType": "customer.created",
        "source": "webhook.stripe",
        "outcome": "skipped",
    }


THIN = {
    "id": "evt_test_65R9Ijk8dKEYZcXeRWn16R9A7j1FSQ3w3TGDPLLGSM4CW0",
    "object": "v2.core.event",
    "type": "v1.billing.meter.error_report_triggered",
    "livemode": False,
    "created": "2024-09-17T06:20:52.246Z",
    "related_object": {"id": "mtr_test_61", "type": "billing.meter", "url": "/v1/billing/meters/mtr_test_61"},
}


def test_thin_event_is_accepted_and_not_published(bus: Bus) -> None:
    """A thin event has a time as text and no data; the platform uses none."""
    reply = deliver(THIN)

    assert (reply.status, reply.body) == (202, {"id": f"stripe:{THIN['id']}", "published": False})
    assert bus.published == []


def test_every_declared_error_is_tested() -> None:
    """The operation declares only errors that this module tests."""
    assert {status_of(kind) for kind in handler.contract.refusals} == {400, 401, 404, 409, 413, 415, 503}


HEADERS: dict[str, Callable[[str], str | None]] = {
    "missing": lambda _: None,
    "empty": lambda _: "",
    "no scheme": lambda good: good[-64:],
    "no time": lambda good: good.partition(",")[2],
    "two times": lambda good: f"t=1,{good}",
    "no value": lambda good: good.partition(",")[0],
    "only a weaker scheme": lambda good: good.replace("v1=", "v0="),
    "short value": lambda good: good[:-1],
    "long value": lambda good: good + "0",
    "value in capitals": lambda good: good[:-64] + "A" * 64,
    "time is not a number": lambda good: good.replace("t=", "t=x"),
    "endless time": lambda good: good.replace("t=", "t=9999999999999"),
    "no ASCII": lambda good: good[:-64] + "é" * 64,
}


@pytest.mark.parametrize("corrupt", HEADERS.values(), ids=list(HEADERS))
def test_malformed_signature_is_rejected(
    bus: Bus, items: Items, corrupt: Callable[[str], str | None]
) -> None:
    """The problem describes the expected header, and the delivery is not marked."""
    reply = send(TEXT, corrupt(signature(TEXT)))

    assert (problem_of(reply), reply.headers["WWW-Authenticate"]) == (
        (401, "signature-invalid"),
        "Stripe-Signature",
    )
    assert reply.body["detail"] == "expected Stripe-Signature: t=<epoch seconds>,v1=<HMAC-SHA256 in hex>"
    assert (bus.published, items("IDEMPOTENCY_TABLE")) == ([], [])


def test_wrong_signature_is_rejected(bus: Bus, items: Items) -> None:
    """A signature of another secret, body or time does not match."""
    header, moment = signature(TEXT), int(time.time())
    replies = [
        send(TEXT, signature(TEXT, "whsec_other")),
        send(TEXT + " ", header),
        send(TEXT, f"t={moment - 1},{signature(TEXT).partition(',')[2]}"),
        send(TEXT, f"t=0{signature(TEXT)[2:]}"),
    ]

    assert [problem_of(reply) for reply in replies] == [(401, "signature-invalid")] * 4
    assert (bus.published, items("IDEMPOTENCY_TABLE")) == ([], [])


@pytest.mark.parametrize(("age", "status"), [(300, 202), (-300, 202), (301, 401), (-301, 401), (10**9, 401)])
def test_signature_time_has_a_tolerance(
    bus: Bus, monkeypatch: pytest.MonkeyPatch, age: int, status: int
) -> None:
    """A difference of five minutes before or after is accepted, and one more second is not."""
    moment = float(int(time.time()))
    monkeypatch.setattr(time, "time", lambda: moment)

    assert (deliver(SUCCEEDED, age=age).status, len(bus.published)) == (status, int(status == 202))


def test_one_matching_signature_is_enough(bus: Bus) -> None:
    """Stripe signs with both secrets during a rotation."""
    assert deliver(SUCCEEDED, "whsec_new", SECRET).status == 202


def test_copy_of_a_delivery_is_rejected(bus: Bus, items: Items) -> None:
    """Additional values in the header do not make a copy a new delivery."""
    header = signature(TEXT)
    copies = [header, header, f"{header},v1={'0' * 64}", f"v0=x,{header}"]
    first, *others = [send(TEXT, copy) for copy in copies]

    assert (first.status, [problem_of(reply) for reply in others]) == (202, [(409, "delivery-repeated")] * 3)
    assert len(bus.published) == 1
    moment = int(header[2:].partition(",")[0])
    fingerprint = hashlib.sha256(f"{moment}.{TEXT}".encode()).hexdigest()
    assert items("IDEMPOTENCY_TABLE") == [
        {"key": {"S": f"webhook#stripe#{fingerprint}"}, "expiresAt": {"N": str(moment + 600)}}
    ]


def test_event_in_a_new_delivery_is_published_again(bus: Bus) -> None:
    """Each delivery has its own time, and the event keeps its id."""
    assert [deliver(SUCCEEDED, age=age).status for age in (2, 1, 0)] == [202] * 3
    assert {event.detail["metadata"]["id"] for event in bus.published} == {"stripe:evt_1"}


def test_unpublished_delivery_can_be_repeated(bus: Bus, items: Items) -> None:
    """A failure of the event bus deletes the mark of the delivery."""
    header = signature(TEXT)
    bus.broken = True
    failed = send(TEXT, header)
    bus.broken = False

    assert (problem_of(failed), items("IDEMPOTENCY_TABLE")) == ((503, "unavailable"), [])
    assert (send(TEXT, header).status, len(bus.published)) == (202, 1)


def test_concurrent_copy_is_rejected(bus: Bus) -> None:
    """The delivery is marked before its event is published."""
    header, copies = signature(TEXT), list[Reply]()
    bus.meanwhile = lambda: copies.append(send(TEXT, header))

    first = send(TEXT, header)

    assert (first.status, [problem_of(copy) for copy in copies]) == (202, [(409, "delivery-repeated")])


@pytest.mark.parametrize(
    ("event", "fault"),
    [
        ([], ("", "expected a JSON object")),
        ({"id": "evt_1", "created": 1}, ("/type", "missing")),
        ({**SUCCEEDED, "id": "a b"}, ("/id", "expected the id of an event")),
        ({**SUCCEEDED, "created": 10**15}, ("/created", "expected int <= 253402300799")),
        ({**THIN, "created": "yesterday"}, ("/created", "expected RFC 3339, with its offset from UTC")),
        (
            {**THIN, "created": "٢٠٢٤-09-17T06:20:52Z"},
            ("/created", "expected RFC 3339, with its offset from UTC"),
        ),
        ({**SUCCEEDED, "data": {}}, ("/data/object", "missing")),
        (
            {**SUCCEEDED, "data": {"object": {"id": "pi_1", "amount": "1", "currency": "eur"}}},
            ("/data/object/amount", "expected int, got str"),
        ),
    ],
)
def test_malformed_event_returns_its_fault(
    bus: Bus, items: Items, event: Any, fault: tuple[str, str]
) -> None:
    """The problem names the fault by its JSON pointer, and the delivery is not marked."""
    reply = deliver(event)

    assert (problem_of(reply), [(error["field"], error["detail"]) for error in reply.body["errors"]]) == (
        (400, "invalid-request"),
        [fault],
    )
    assert (bus.published, items("IDEMPOTENCY_TABLE")) == ([], [])


@pytest.mark.parametrize("provider", ["github", "Stripe", "stripe/", ""])
def test_unknown_provider_is_not_found(bus: Bus, provider: str) -> None:
    """A signature by Stripe is not valid for another provider."""
    assert problem_of(send(TEXT, signature(TEXT), provider)) == (404, "provider-unknown")


@pytest.mark.parametrize(("size", "status"), [(128 * 1024, 202), (128 * 1024 + 1, 413)])
def test_body_has_its_own_size_limit(bus: Bus, size: int, status: int) -> None:
    """The limit is 128 KiB, more than for other operations."""
    text = json.dumps({**SUCCEEDED, "note": "x" * (size - len(TEXT) - len(', "note": ""'))})

    assert (len(text), send(text, signature(text)).status) == (size, status)


def test_other_content_type_is_rejected(bus: Bus) -> None:
    """Only JSON is accepted."""
    assert send(TEXT, signature(TEXT), **{"Content-Type": "text/plain"}).status == 415


def test_unreachable_table_is_unavailable(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery that cannot be marked is not published."""
    monkeypatch.setattr("handlers.kit.aws.remaining_seconds", lambda: 1.0)

    assert (problem_of(deliver(SUCCEEDED)), bus.published) == ((503, "unavailable"), [])


def test_log_contains_nothing_of_the_delivery(bus: Bus, log: Callable[[], list[dict[str, Any]]]) -> None:
    """The log contains neither body nor signature nor secret."""
    header = signature(TEXT)
    send(TEXT, header)
    send(TEXT, header)

    lines = json.dumps(log())
    assert [word for word in ("pi_1", "1999", "whsec", header[-64:]) if word in lines] == []
