"""Tickets: issuing, storing and redeeming them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from handlers.realtime.authorizer import handler as authorizer
from handlers.realtime.ticket import handler as create
from tests.unit.handlers.lambda_ import Context, call, request
from tests.unit.handlers.people import claims
from tests.unit.handlers.realtime.events import ARN, authorizer_event
from tests.unit.handlers.tables import TABLES

Items = Callable[[str], list[dict[str, Any]]]
SUBJECT = claims()["sub"]
pytestmark = pytest.mark.usefixtures("aws")


def issue(**changes: str) -> dict[str, Any]:
    """Issue a ticket and return the response's body."""
    reply = call(create, request(claims=claims(**{"scope": "openid", **changes})))
    assert reply.status == 201, reply
    return reply.body


def authorize(ticket: str) -> Any:
    """Return the authorizer's response to a ticket."""
    return authorizer(authorizer_event(ticket), Context())


def policy(effect: str) -> dict[str, Any]:
    """Return the policy for the requested connection."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": ARN}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_ticket_is_random() -> None:
    """A ticket has 256 random bits, and its expiry is in RFC 3339."""
    first, second = issue(), issue()

    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first["ticket"])
    assert first["ticket"] != second["ticket"]
    assert sorted(first) == ["expiresAt", "ticket"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["expiresAt"])


def test_only_the_digest_is_stored(items: Items) -> None:
    """The table contains digest, subject, audience and an expiry in 30 seconds, and not the ticket."""
    before = int(time.time())

    ticket = issue()["ticket"]

    (stored,) = items("TICKETS_TABLE")
    expires = int(stored.pop("expiresAt")["N"])
    assert stored == {
        "ticket": {"S": sha256(ticket.encode()).hexdigest()},
        "subject": {"S": SUBJECT},
        "audience": {"S": f"user#{SUBJECT}"},
    }
    assert before + 30 <= expires <= time.time() + 30


def test_ticket_expires_no_later_than_its_token(items: Items) -> None:
    """The ticket of a token that expires in five seconds expires then."""
    expires = int(time.time()) + 5

    issue(exp=str(expires))

    assert [int(stored["expiresAt"]["N"]) for stored in items("TICKETS_TABLE")] == [expires]


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        ("openid events/read users/read", "everything"),
        ("events/reading", f"user#{SUBJECT}"),
        ("", f"user#{SUBJECT}"),
    ],
)
def test_scope_determines_the_audience(scope: str, audience: str) -> None:
    """The exact scope events/read selects all events; otherwise the audience is the user's own."""
    assert authorize(issue(scope=scope)["ticket"]) == {
        "principalId": SUBJECT,
        "policyDocument": policy("Allow"),
        "context": {"audience": audience},
    }


def test_connection_belongs_to_the_sign_in_of_its_token() -> None:
    """The context has the `origin_jti`, which every token of one sign-in has; a program's has none."""
    assert authorize(issue(origin_jti="origin-1")["ticket"])["context"] == {
        "audience": f"user#{SUBJECT}",
        "session": "origin-1",
    }


@pytest.mark.parametrize("token_use", ["id", ""])
def test_other_token_gets_no_ticket(items: Items, token_use: str) -> None:
    """An ID token is not accepted."""
    reply = call(create, request(claims=claims(token_use=token_use)))

    assert (reply.status, reply.body["type"]) == (403, "/problems/not-an-access-token")
    assert items("TICKETS_TABLE") == []


def test_ticket_is_valid_once(items: Items) -> None:
    """Redeeming a ticket deletes it, so a second connection is denied."""
    ticket = issue()["ticket"]

    effects = [authorize(ticket)["policyDocument"]["Statement"][0]["Effect"] for _ in range(2)]

    assert effects == ["Allow", "Deny"]
    assert items("TICKETS_TABLE") == []


@pytest.mark.parametrize("ticket", ["forged", "x" * 4_000, "\ud800"])
def test_invalid_ticket_is_denied(ticket: str) -> None:
    """Any text gets a policy that denies this connection."""
    issue()

    assert authorize(ticket) == {"principalId": "anonymous", "policyDocument": policy("Deny"), "context": {}}


def test_expired_ticket_is_denied(aws: Any) -> None:
    """DynamoDB deletes expired tickets with a delay; a ticket is invalid from its expiry on."""
    ticket = "expired"
    item = {
        "ticket": {"S": sha256(ticket.encode()).hexdigest()},
        "subject": {"S": "ada"},
        "audience": {"S": "everything"},
        "expiresAt": {"N": str(int(time.time()))},
    }
    aws.put_item(TableName=TABLES["TICKETS_TABLE"]["TableName"], Item=item)

    assert authorize(ticket)["policyDocument"] == policy("Deny")


def test_log_contains_neither_ticket_nor_subject(log: Any) -> None:
    """Issuing and redeeming log one line each."""
    ticket = issue()["ticket"]
    authorize(ticket)

    lines = log()

    assert [line["message"] for line in lines] == ["invocation", "invocation"]
    assert ticket not in str(lines)
    assert SUBJECT not in str(lines)
