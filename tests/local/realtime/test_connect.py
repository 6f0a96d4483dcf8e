"""Getting in: tickets, and who is refused at the door."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

import pytest

from local.deployment import people
from tests.local.platform import Platform
from tests.local.realtime.browser import Session, Socket, answer, connected, refused, table, ticket, visit

EXPECTED = "expected a JSON object whose action is one of ping, resume"
FORM = "expected the action resume with the token of an earlier message, or without a token"


def test_ticket_is_for_who_is_signed_in(platform: Platform) -> None:
    """Without a token 401, with one that says no more than who somebody is 403, else a ticket."""
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


def test_ticket_is_kept_as_a_digest_alone(platform: Platform) -> None:
    """Who reads the table finds nothing to connect with."""
    given: str = platform.ask("POST", "/realtime/ticket", platform.person("person")).json()["ticket"]
    client: Any = platform.cloud.client("dynamodb")

    items = client.scan(TableName=table(platform, "tickets"))["Items"]

    assert given not in str(items)
    assert sha256(given.encode()).hexdigest() in {item["ticket"]["S"] for item in items}


def test_without_a_good_ticket_nobody_gets_in(platform: Platform) -> None:
    """No ticket, an empty one, one made up, one used before, one too old, and the token itself."""
    old = "old-ticket"
    platform.cloud.client("dynamodb").put_item(
        TableName=table(platform, "tickets"),
        Item={
            "ticket": {"S": sha256(old.encode()).hexdigest()},
            "subject": {"S": "somebody"},
            "audience": {"S": "everything"},
            "expiresAt": {"N": str(int(time.time()))},
        },
    )

    async def tried(session: Session) -> Any:
        used = await ticket(session, platform.admin)
        async with session.ws_connect("/ws", params={"ticket": used}):
            return [
                await refused(session),
                await refused(session, ticket=""),
                await refused(session, ticket="made-up"),
                await refused(session, ticket=used),
                await refused(session, ticket=old),
                await refused(session, token=platform.admin),
                await refused(session, ticket=platform.admin),
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
def test_every_message_is_answered(platform: Platform, message: Any, expected: Any) -> None:
    """A ping with a pong, and what is not understood with what would be."""

    async def said(session: Session) -> Any:
        async with connected(session, platform.person("person")) as socket:
            return await answer(socket, message)

    assert visit(platform, said) == expected


def test_connection_is_known_while_it_is_open(platform: Platform) -> None:
    """It stands under whom it belongs to, and goes when the browser does."""
    client: Any = platform.cloud.client("dynamodb")
    name = table(platform, "connections")

    def known() -> set[str]:
        return {item["connectionId"]["S"] for item in client.scan(TableName=name)["Items"]}

    async def came_and_went(session: Session) -> Any:
        before = known()
        async with connected(session, platform.person("person")) as socket:
            await _pong(socket)
            return known() - before

    during = visit(platform, came_and_went)

    assert len(during) == 1
    deadline = time.monotonic() + 15
    while during <= known():
        assert time.monotonic() < deadline, "a closed connection is still known"


async def _pong(socket: Socket) -> None:
    assert await answer(socket, {"action": "ping"}) == {"type": "pong"}


def _seconds(moment: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(moment).timestamp()
