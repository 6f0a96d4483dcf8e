"""Events of partners: each partner authenticates with its key and publishes only under its own name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from handlers.partners.keys import Key
from operate import partners
from tests.local.events.bus import refusal
from tests.local.events.senders import OCCURRED_AT, ORDER, order_placed, send_event
from tests.local.platform import Platform, until


@pytest.fixture
def key(platform: Platform) -> Key:
    """The first key of a new partner."""
    return partners.add(platform.operated, partner())


def test_order_of_a_partner_reaches_the_audit_trail(platform: Platform, key: Key) -> None:
    """The recorded event has the partner as its source and the correlation id of the response."""
    response = send_event(platform, key, order := order_placed())
    correlation_id = response.headers["X-Correlation-Id"]
    (event,) = until(lambda: platform.trail(correlation_id))

    event_id = f"{key.partner}:{order['id']}"
    assert (response.status_code, response.json()) == (202, {"id": event_id})
    assert (event["source"], event["detail-type"]) == (f"partner.{key.partner}", "order.placed")
    assert event["detail"] == {
        "metadata": {"id": event_id, "correlationId": correlation_id, "occurredAt": OCCURRED_AT},
        "data": ORDER,
    }


def test_event_that_is_sent_twice_has_one_effect(platform: Platform, key: Key) -> None:
    """The second request is accepted under the same id, and the event is not pushed again."""
    responses = [send_event(platform, key, order) for order in [order_placed()] * 2]

    ids = [response.json()["id"] for response in responses]
    assert [response.status_code for response in responses] == [202, 202]
    assert ids == [ids[0]] * 2
    until(lambda: sorted(platform.outcomes("realtime-push", ids[0])), ["done", "repeated"])


def test_invalid_key_is_rejected(platform: Platform, key: Key) -> None:
    """A missing, a malformed, an unknown and a revoked key: 401 with a problem document."""
    revoked = partners.add(platform.operated, partner())
    partners.revoke(platform.operated, revoked.partner, revoked.key_id)
    other = key.text[:-1] + ("A" if key.text[-1] != "A" else "B")
    keys = [
        (key.partner, ""),
        (key.partner, "nonsense"),
        (key.partner, other),
        (revoked.partner, revoked.text),
    ]

    responses = [send_event(platform, Key(name, "", text), order_placed()) for name, text in keys]

    assert [refusal(response) for response in responses] == [
        (401, "The partner's key is not valid"),
    ] * len(keys)


def test_request_without_a_key_is_rejected_by_the_gateway(platform: Platform) -> None:
    """The gateway returns 401 without calling a function."""
    response = platform.ask("POST", "/partners/acme/events", json=order_placed())

    assert response.status_code == 401


def test_partner_cannot_publish_for_another(platform: Platform, key: Key) -> None:
    """A valid key is rejected under another partner's name: 403, and nothing is published."""
    other = partners.add(platform.operated, partner())

    response = send_event(platform, key._replace(partner=other.partner), order_placed())

    assert refusal(response) == (403, "The path names another partner")
    assert platform.trail(response.headers["X-Correlation-Id"]) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{" + " " * 16 * 1024 + "}", (413, "the body has 16386 bytes; the limit is 16384")),
        ("{", (400, "body: expected well-formed JSON in UTF-8")),
        ("[]", (400, "body: expected a JSON object")),
        ({"amount": -1}, (400, "/data/amount: expected int >= 0")),
        ({"type": "user.created"}, (400, "/type: expected one of order.placed, contact.changed")),
        ({"source": "strata.users"}, (400, "/source: unknown; expected one of id, occurredAt, data")),
    ],
)
def test_invalid_event_is_rejected(
    platform: Platform, key: Key, body: Any, expected: tuple[int, str]
) -> None:
    """An event that is too large or violates its schema is not published, and the response has the reason."""
    if isinstance(body, dict):
        data = {**ORDER, **{name: body.pop(name) for name in ORDER.keys() & body.keys()}}
        body = {**order_placed(), "data": data, **body}

    response = send_event(platform, key, body)

    assert (response.status_code, response.json()["detail"]) == expected
    assert platform.trail(response.headers["X-Correlation-Id"]) == []


def test_both_keys_are_valid_during_a_rotation(platform: Platform, key: Key) -> None:
    """The previous key is accepted for some time after a rotation."""
    following = partners.rotate(platform.operated, key.partner, timedelta(hours=1))

    responses = [send_event(platform, each, order_placed()) for each in (key, following)]

    assert [response.status_code for response in responses] == [202, 202]


def partner() -> str:
    """Return an unused partner name."""
    return f"p{uuid4().hex[:12]}"
