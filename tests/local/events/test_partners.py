"""Events of partners: let in by a key, under the partner's own name alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import requests

from handlers.partners.keys import Key
from operate import partners
from tests.local.events.bus import refusal
from tests.local.platform import Platform, until

MOMENT = "2026-11-21T13:52:00Z"
ORDER = {"orderId": "o-1", "amount": 1999, "currency": "EUR"}


@pytest.fixture
def key(platform: Platform) -> Key:
    """The first key of a new partner."""
    return partners.add(platform.operated, partner())


def test_order_of_a_partner_reaches_the_audit_trail(platform: Platform, key: Key) -> None:
    """It is accepted, and stands there with the partner as its source and the answer's correlation id."""
    answer = tell(platform, key, order := placed())
    correlation_id = answer.headers["X-Correlation-Id"]
    (event,) = until(lambda: platform.trail(correlation_id))

    event_id = f"{key.partner}:{order['id']}"
    assert (answer.status_code, answer.json()) == (202, {"id": event_id})
    assert (event["source"], event["detail-type"]) == (f"partner.{key.partner}", "order.placed")
    assert event["detail"] == {
        "metadata": {"id": event_id, "correlationId": correlation_id, "occurredAt": MOMENT},
        "data": ORDER,
    }


def test_event_that_is_told_twice_has_one_effect(platform: Platform, key: Key) -> None:
    """The partner may send it again: it is accepted under the same id, and pushed to nobody a second time."""
    answers = [tell(platform, key, order) for order in [placed()] * 2]

    ids = [answer.json()["id"] for answer in answers]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert ids == [ids[0]] * 2
    until(lambda: sorted(platform.outcomes("realtime-push", ids[0])), ["done", "repeated"])


def test_stranger_is_let_in_by_no_key(platform: Platform, key: Key) -> None:
    """No key, no key of ours, one that nobody was given, and one that was taken back: 401 with a problem."""
    revoked = partners.add(platform.operated, partner())
    partners.revoke(platform.operated, revoked.partner, revoked.key_id)
    other = key.text[:-1] + ("A" if key.text[-1] != "A" else "B")
    keys = [
        (key.partner, ""),
        (key.partner, "nonsense"),
        (key.partner, other),
        (revoked.partner, revoked.text),
    ]

    answers = [tell(platform, Key(name, "", text), placed()) for name, text in keys]

    assert [refusal(answer) for answer in answers] == [
        (401, "The partner's key is not valid"),
    ] * len(keys)


def test_request_without_a_key_is_refused_by_the_gateway(platform: Platform) -> None:
    """No function is asked: 401."""
    answer = platform.ask("POST", "/partners/acme/events", json=placed())

    assert answer.status_code == 401


def test_partner_cannot_speak_for_another(platform: Platform, key: Key) -> None:
    """A key that counts is refused under another's name, and nothing goes out: 403."""
    other = partners.add(platform.operated, partner())

    answer = tell(platform, key._replace(partner=other.partner), placed())

    assert refusal(answer) == (403, "The path names another partner")
    assert platform.trail(answer.headers["X-Correlation-Id"]) == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{" + " " * 16 * 1024 + "}", (413, "the body has 16386 bytes; at most 16384 are taken")),
        ("{", (400, "body: expected well-formed JSON in UTF-8")),
        ("[]", (400, "body: expected a JSON object")),
        ({"amount": -1}, (400, "/data/amount: expected int >= 0")),
        ({"type": "user.created"}, (400, "/type: expected one of order.placed, contact.changed")),
        ({"source": "strata.users"}, (400, "/source: unknown; expected one of id, occurredAt, data")),
    ],
)
def test_event_of_no_good_form_is_refused_at_the_door(
    platform: Platform, key: Key, body: Any, expected: tuple[int, str]
) -> None:
    """What is too large or does not fit its schema never reaches the bus, and the answer says why."""
    if isinstance(body, dict):
        data = {**ORDER, **{name: body.pop(name) for name in ORDER.keys() & body.keys()}}
        body = {**placed(), "data": data, **body}

    answer = tell(platform, key, body)

    assert (answer.status_code, answer.json()["detail"]) == expected
    assert platform.trail(answer.headers["X-Correlation-Id"]) == []


def test_two_keys_count_while_one_takes_over(platform: Platform, key: Key) -> None:
    """After a rotation both are good; of three one must go first."""
    following = partners.rotate(platform.operated, key.partner, timedelta(hours=1))

    answers = [tell(platform, each, placed()) for each in (key, following)]

    assert [answer.status_code for answer in answers] == [202, 202]


def partner() -> str:
    """A name that no partner has."""
    return f"p{uuid4().hex[:12]}"


def placed() -> dict[str, Any]:
    """An order as a partner tells of it, under an id that no other has."""
    return {"type": "order.placed", "id": uuid4().hex, "occurredAt": MOMENT, "data": ORDER}


def tell(platform: Platform, key: Key, body: Any) -> requests.Response:
    """Send a partner's event; text is sent as it is."""
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {key.text}", "Content-Type": "application/json"}
    return platform.ask("POST", f"/partners/{key.partner}/events", data=content, headers=headers)
