"""Events that are replayed from the archive: they are delivered again without a second effect."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests.local.events.bus import pushes, subscribed
from tests.local.platform import Platform, address, until
from tests.local.realtime.browser import Session, connected, visit

CONSUMERS = ("notifications-send", "realtime-push")


def test_replay_repeats_events_but_not_effects(platform: Platform) -> None:
    """Every consumer receives the event again with the replay's name, and sends no second email or push."""
    email, start = address(), int(time.time())

    def outcomes(event_id: str, expected: list[str]) -> None:
        for consumer in CONSUMERS:
            until(partial(platform.outcomes, consumer, event_id), expected)

    async def watched(session: Session) -> Any:
        async with connected(session, platform.admin) as socket:
            created = await asyncio.to_thread(
                platform.ask, "POST", "/users", platform.admin, json={"email": email, "name": "Ada"}
            )
            event_id = f"user.created:{created.json()['id']}:1"
            correlation_id = created.headers["X-Correlation-Id"]
            await asyncio.to_thread(outcomes, event_id, ["done"])
            before = await pushes(socket, correlation_id)
            replay = await asyncio.to_thread(_replay, platform, start)
            await asyncio.to_thread(outcomes, event_id, ["done", "repeated"])
            return correlation_id, replay, before, await pushes(socket, correlation_id)

    with subscribed(platform) as subscriber:
        correlation_id, replay, before, after = visit(platform, watched)
        first, again = subscriber.delivered(correlation_id)

    assert replay == {"name": again["replay-name"], "state": "COMPLETED", "ended": True}
    assert again == {**first, "replay-name": replay["name"]}
    until(lambda: sorted(platform.trail(correlation_id), key=len), [first, again])
    assert [mail["Subject"] for mail in platform.mails(email)] == ["Welcome to Strata"]
    assert ([event["id"] for event in before], after) == ([first["detail"]["metadata"]["id"]], [])


def _replay(platform: Platform, start: int) -> Any:
    """Replay the events since `start` with the CLI; EventBridge accepts whole seconds only."""
    end = int(time.time()) + 1
    until(lambda: time.time() >= end)
    moments = [datetime.fromtimestamp(moment, UTC).isoformat() for moment in (start, end)]
    return platform.operate("events", "replay", "--from", moments[0], "--to", moments[1], "--wait")
