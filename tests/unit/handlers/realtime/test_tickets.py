"""Tickets: who gets one, what is kept of it, and how often it is good."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from handlers.realtime.authorizer import handler as authorizer
from handlers.realtime.ticket import handler as ticket
from tests.unit.handlers.lambda_ import Context, call, request
from tests.unit.handlers.people import claims
from tests.unit.handlers.realtime.events import ARN, asked
from tests.unit.handlers.tables import TABLES

Items = Callable[[str], list[dict[str, Any]]]
SUBJECT = claims()["sub"]
pytestmark = pytest.mark.usefixtures("aws")


def issued(**changes: str) -> dict[str, Any]:
    """A new ticket, as it is answered."""
    reply = call(ticket, request(claims=claims(**{"scope": "openid", **changes})))
    assert reply.status == 201, reply
    return reply.body


def decided(given: str) -> Any:
    """What the authorizer says of a ticket."""
    return authorizer(asked(given), Context())


def policy(effect: str) -> dict[str, Any]:
    """The policy about the one connection that asks."""
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": ARN}
    return {"Version": "2012-10-17", "Statement": [statement]}


def test_ticket_cannot_be_guessed_and_soon_expires() -> None:
    """It has 256 bits, no two are alike, and it is good for half a minute."""
    first, second = issued(), issued()

    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", first["ticket"])
    assert first["ticket"] != second["ticket"]
    assert sorted(first) == ["expiresAt", "ticket"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["expiresAt"])


def test_what_is_kept_is_a_digest(items: Items) -> None:
    """The table holds whom the ticket is for and until when, and not the ticket."""
    before = int(time.time())

    given = issued()["ticket"]

    (kept,) = items("TICKETS_TABLE")
    expires = int(kept.pop("expiresAt")["N"])
    assert kept == {
        "ticket": {"S": sha256(given.encode()).hexdigest()},
        "subject": {"S": SUBJECT},
        "audience": {"S": f"user#{SUBJECT}"},
    }
    assert before + 30 <= expires <= time.time() + 30


def test_ticket_lasts_no_longer_than_its_token(items: Items) -> None:
    """Whose token ends in five seconds has five seconds."""
    expires = int(time.time()) + 5

    issued(exp=str(expires))

    assert [int(kept["expiresAt"]["N"]) for kept in items("TICKETS_TABLE")] == [expires]


@pytest.mark.parametrize(
    ("scope", "audience"),
    [
        ("openid events/read users/read", "everything"),
        ("events/reading", f"user#{SUBJECT}"),
        ("", f"user#{SUBJECT}"),
    ],
)
def test_scope_decides_what_a_connection_is_told(scope: str, audience: str) -> None:
    """The scope events/read, whole and among others, is for everything; else it is one's own."""
    assert decided(issued(scope=scope)["ticket"]) == {
        "principalId": SUBJECT,
        "policyDocument": policy("Allow"),
        "context": {"audience": audience},
    }


@pytest.mark.parametrize("kind", ["id", ""])
def test_token_that_is_no_access_token_gets_none(items: Items, kind: str) -> None:
    """An ID token says who somebody is; it is no leave to be told."""
    reply = call(ticket, request(claims=claims(token_use=kind)))

    assert (reply.status, reply.body["type"]) == (403, "/problems/not-an-access-token")
    assert items("TICKETS_TABLE") == []


def test_ticket_is_good_once(items: Items) -> None:
    """The second who shows it is refused: it is no more."""
    given = issued()["ticket"]

    effects = [decided(given)["policyDocument"]["Statement"][0]["Effect"] for _ in range(2)]

    assert effects == ["Allow", "Deny"]
    assert items("TICKETS_TABLE") == []


@pytest.mark.parametrize("given", ["forged", "x" * 4_000, "\ud800"])
def test_ticket_that_is_none_is_refused(given: str) -> None:
    """Whatever it is, it is answered, and for this connection alone."""
    issued()

    assert decided(given) == {"principalId": "nobody", "policyDocument": policy("Deny"), "context": {}}


def test_expired_ticket_is_refused_before_it_is_removed(aws: Any) -> None:
    """DynamoDB removes late; the ticket is no good from the second on in which it expires."""
    given = "expired"
    item = {
        "ticket": {"S": sha256(given.encode()).hexdigest()},
        "subject": {"S": "ada"},
        "audience": {"S": "everything"},
        "expiresAt": {"N": str(int(time.time()))},
    }
    aws.put_item(TableName=TABLES["TICKETS_TABLE"]["TableName"], Item=item)

    assert decided(given)["policyDocument"] == policy("Deny")


def test_log_holds_neither_ticket_nor_name(log: Any) -> None:
    """Issuing and redeeming leave one line each, without what they are about."""
    given = issued()["ticket"]
    decided(given)

    lines = log()

    assert [line["message"] for line in lines] == ["invocation", "invocation"]
    assert given not in str(lines)
    assert SUBJECT not in str(lines)
