"""Connecting to the WebSocket API: tickets, handshakes and messages."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

import pytest

from local.deployment import people
from tests.local.platform import Platform
from tests.local.realtime.browser import Session, Socket, connected, handshake, request, table, ticket, visit

EXPECTED = "expected a JSON object whose action is one of ping, resume"
FORM = "expected the action resume with the token of an earlier message, or without a token"


def test_ticket_requires_an_access_token(platform: Platform) -> None:
    """Without a token 401, with an id token 403, with an access token a ticket that expires in 30 s."""
    identity = people.sign_in(platform.cloud, platform.outputs, "person").id
    before = time.time()

    given = platform.ask("POST", "/realtime/ticket", platform.person("person"))
    expires_at = given.json()["expiresAt"]

    assert platform.ask("POST", "/realtime/ticket").status_code == 401
    assert platform.ask("POST", "/realtime/ticket", identity).status_code == 403
    assert given.status_code == 201
    assert sorted(given.json()) == ["expiresAt", "ticket"]
    assert len(given.json()["ticket"]) == 43
    assert before + 29 <= _seconds(expires_at) <= time.time() + 30


def test_ticket_is_stored_only_as_a_digest(platform: Platform) -> None:
    """The table has no value that opens a connection."""
    given: str = platform.ask("POST", "/realtime/ticket", platform.person("person")).json()["ticket"]
    client: Any = platform.cloud.client("dynamodb")

    items = client.scan(TableName=table(platform, "tickets"))["Items"]

    assert given not in str(items)
    assert sha256(given.encode()).hexdigest() in {item["ticket"]["S"] for item in items}


def test_handshake_requires_a_valid_ticket(platform: Platform) -> None:
    """A missing, empty, unknown, used or expired ticket and an access token are rejected."""
    old = "old-ticket"
    platform.cloud.client("dynamodb").put_item(
        TableName=table(platform, "tickets"),
        Item={
            "ticket": {"S": sha256(old.encode()).hexdigest()},
            "subject": {"S": "another-subject"},
            "audience": {"S": "everything"},
            "expiresAt": {"N": str(int(time.time()))},
        },
    )

    async def tried(session: Session) -> Any:
        used = await ticket(session, platform.admin)
        async with session.ws_connect("/ws", params={"ticket": used}):
            return [
                await handshake(session),
                await handshake(session, ticket=""),
                await handshake(session, ticket="made-up"),
                await handshake(session, ticket=used),
                await handshake(session, ticket=old),
                await handshake(session, token=platform.admin),
                await handshake(session, ticket=platform.admin),
            ]

    assert visit(platform, tried) == [401, 401, 403, 403, 403, 401, 403]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"action": "ping"}, {"type": "pong"}),
        ({"action": "dance"}, {"type": "error", "detail": EXPECTED}),
        ({"action": None}, {"type": "error", "detail": EXPECTED}),
        ({}, {"type": "error", "detail": EXPECTED}),
        ([], {"type": "error", "detail": EXPECTED}),
        ("{", {"type": "error", "detail": EXPECTED}),
        ({"action": "resume", "token": 5}, {"type": "error", "detail": FORM}),
        ({"action": "resume", "token": "17637332741a3"}, {"type": "error", "detail": FORM}),
        ({"action": "resume", "token": "1763733274123\n"}, {"type": "error", "detail": FORM}),
        ({"action": "resume", "token": "0000000000001"}, {"type": "reset"}),
    ],
)
def test_every_message_has_a_response(platform: Platform, message: Any, expected: Any) -> None:
    """The response to a ping is a pong, and that to an invalid message is an error."""

    async def exchanged(session: Session) -> Any:
        async with connected(session, platform.person("person")) as socket:
            return await request(socket, message)

    assert visit(platform, exchanged) == expected


def test_connection_is_stored_while_it_is_open(platform: Platform) -> None:
    """The table has the connection until the browser closes it."""
    client: Any = platform.cloud.client("dynamodb")
    name = table(platform, "connections")

    def stored() -> set[str]:
        return {item["connectionId"]["S"] for item in client.scan(TableName=name)["Items"]}

    async def opened_and_closed(session: Session) -> Any:
        before = stored()
        async with connected(session, platform.person("person")) as socket:
            await _pong(socket)
            return stored() - before

    during = visit(platform, opened_and_closed)

    assert len(during) == 1
    deadline = time.monotonic() + 15
    while during <= stored():
        assert time.monotonic() < deadline, "a closed connection is still stored"


async def _pong(socket: Socket) -> None:
    assert await request(socket, {"action": "ping"}) == {"type": "pong"}


def _seconds(moment: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(moment).timestamp()
