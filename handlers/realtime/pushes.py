"""Telling browsers what happens, and what happened while they were away.

A push is stored before it is sent, and marked as done after: one that fails half-way comes again, and the
browser drops by its id what it has seen. Clocks of functions that run side by side differ a little, so
who resumes is told the last moments before its token again.
"""

from __future__ import annotations

import time
from typing import Any

import msgspec

from handlers.events.catalogue import UserCreated, UserDeleted, UserState, UserUpdated
from handlers.events.event import Event
from handlers.kit import log
from handlers.kit.errors import Unavailable
from handlers.kit.invocation import current, event_facts, remaining_seconds
from handlers.kit.retry import ATTEMPT_SECONDS
from handlers.realtime import gateway, storage
from handlers.realtime.models import EVERYTHING, Occurrence, Reset, Resumed, Told, user
from handlers.users.models import User

MISSED_SECONDS = 300
OVERLAP_SECONDS = 10
MOST_MISSED = 500
POSTS_AT_A_TIME = 16
LATE: dict[str, object] = {"outcome": "failed", "error": "Unavailable: no time is left for it in this run"}
PRIVATE = frozenset({"subject"})
"""Fields of a user that the API shows to nobody."""


def push(event: Event) -> str | None:
    """Tell everyone whom it concerns of an event; `repeated` where they have been told before.

    Raises:
        Unavailable: where somebody could not be told; then all will be told again.
    """
    moment, audiences = _now(), audiences_of(event)
    message = msgspec.json.encode(Told(occurrence(event), str(moment)))
    if not storage.feed(event.id, audiences, moment, message):
        return "repeated"
    failed = sum(_tell(audience, event, message) for audience in audiences)
    if failed:
        raise Unavailable(f"{failed} connections could not be told")
    storage.pushed(event.id)
    return None


def audiences_of(event: Event) -> tuple[str, ...]:
    """Who is told of an event."""
    match event.data:
        case UserCreated(user=about) | UserUpdated(user=about) | UserDeleted(user=about) if about.subject:
            return EVERYTHING, user(about.subject)
        case _:
            return (EVERYTHING,)


def occurrence(event: Event) -> Occurrence:
    """An event as the browser sees it: who set it off is not its business."""
    return Occurrence(
        id=event.id,
        type=event.type,
        source=event.source,
        correlation_id=event.correlation_id,
        occurred_at=event.occurred_at,
        data=_public(event.data),
    )


def resume(connection_id: str, audience: str, token: str | None) -> Resumed | Reset:
    """Tell a connection what it missed since a token, oldest first, and its token from now on."""
    now = _now()
    if token is None:
        return Resumed(str(now))
    if int(token) < now - MISSED_SECONDS * 1_000:
        return Reset()
    missed = storage.fed(audience, int(token) - OVERLAP_SECONDS * 1_000, MOST_MISSED + 1)
    if len(missed) > MOST_MISSED:
        return Reset()
    for message in missed:
        if remaining_seconds() < ATTEMPT_SECONDS:
            return Reset()
        if not gateway.post(connection_id, message):
            break
    return Resumed(str(now))


def _public(data: Any) -> Any:
    match data:
        case UserCreated(user=state) | UserDeleted(user=state):
            return {"user": _shown(state)}
        case UserUpdated(user=state, previous=previous, changed=changed):
            shown = [name for name in changed if name not in PRIVATE]
            return {"user": _shown(state), "previous": _shown(previous), "changed": shown}
        case _:
            return data


def _shown(state: UserState) -> User:
    """A user as the API shows it."""
    return User(**{name: getattr(state, name) for name in User.__struct_fields__})


def _tell(audience: str, event: Event, message: bytes) -> int:
    """Post a message to an audience's connections, many at a time; how many of them failed."""
    from concurrent.futures import ThreadPoolExecutor

    invocation = current()
    facts = event_facts(event.correlation_id, eventId=event.id)

    def tell(connection_id: str) -> bool:
        late = invocation is not None and invocation.remaining() < ATTEMPT_SECONDS
        outcome = LATE if late else _outcome(audience, connection_id, message)
        level = "ERROR" if outcome["outcome"] == "failed" else "INFO"
        log.write(level, "push", {**facts, "connectionId": connection_id, **outcome})
        return outcome["outcome"] == "failed"

    with ThreadPoolExecutor(POSTS_AT_A_TIME) as pool:
        return sum(sum(pool.map(tell, page)) for page in storage.connections(audience))


def _outcome(audience: str, connection_id: str, message: bytes) -> dict[str, object]:
    try:
        if gateway.post(connection_id, message):
            return {"outcome": "sent"}
        storage.forget_connection(audience, connection_id)
    except Exception as error:  # noqa: BLE001 - whatever it is, the others are told
        return {"outcome": "failed", "error": f"{type(error).__name__}: {error}"}
    return {"outcome": "gone"}


def _now() -> int:
    return time.time_ns() // 1_000_000
