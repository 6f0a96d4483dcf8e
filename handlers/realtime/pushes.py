"""Pushes events to connected browsers, and sends reconnected browsers the events that they missed.

A message is stored before it is posted, and the event is marked as pushed afterwards. A push that fails in
between is repeated, and browsers drop the duplicate by the event's id. The connections of a large audience
are divided into pages: each is a message of the function's own queue, repeated by itself. The clocks of
concurrent functions differ slightly, so resuming also sends the messages of the seconds before the token.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

import msgspec

from handlers.events import event as events
from handlers.events.catalogue import SessionEnded, UserCreated, UserDeleted, UserState, UserUpdated
from handlers.events.event import Event, InvalidEvent, fault
from handlers.kit import aws, log
from handlers.kit.environment import variable
from handlers.kit.errors import Unavailable
from handlers.kit.invocation import current, event_facts, remaining_seconds
from handlers.kit.retry import ATTEMPT_SECONDS
from handlers.realtime import gateway
from handlers.realtime.models import (
    EVERYTHING,
    PAGE,
    EventMessage,
    Page,
    PublicEvent,
    Reset,
    Resumed,
    user_audience,
)
from handlers.realtime.storage import connections, feed
from handlers.users.models import User

RESUMABLE_SECONDS = 300
OVERLAP_SECONDS = 10
MAX_MISSED = 500
CONCURRENT_POSTS = 16
PAGE_CONNECTIONS = 1_000
"""The most connections of a page: about 1.5 s of posts, so that a batch of ten pages fits one invocation."""
OUT_OF_TIME: dict[str, object] = {
    "outcome": "failed",
    "error": "Unavailable: not enough time left in this invocation",
}
PRIVATE = frozenset({"subject"})
"""Fields of a user that no API returns."""


def push(event: Event) -> str | None:
    """Push an event to its audiences, or divide the work; returns `repeated` if it was pushed before.

    Raises:
        Unavailable: some connections did not receive the event; the next delivery pushes it to all again.
    """
    moment, audiences = _now(), audiences_of(event)
    message = msgspec.json.encode(EventMessage(public_event(event), str(moment)))
    if not feed.append(event.id, audiences, moment, message):
        return "repeated"
    pages = [page for audience in audiences for page in pages_of(event, audience, message.decode())]
    if any(page.after for page, _ in pages):
        _send([page for page, _ in pages])
        feed.mark_pushed(event.id)
        return "divided"
    _post_pages(pages)
    feed.mark_pushed(event.id)
    return None


def push_page(page: Page) -> str | None:
    """Push an event to one page of connections; returns `repeated` if that was done before.

    Raises:
        Unavailable: some connections did not receive the event; the next delivery repeats the page.
    """
    if feed.is_pushed(page.id):
        return "repeated"
    _post_pages([(page, connections.ids_between(page.audience, page.after, page.last))])
    feed.mark_pushed(page.id)
    return None


def read(document: Mapping[str, Any]) -> Event | Page:
    """Return the event or the page in a message of the queue.

    Raises:
        InvalidEvent: if it is neither.
    """
    if document.get("kind") != PAGE:
        return events.read(document)
    try:
        return msgspec.convert(document, Page)
    except msgspec.ValidationError as error:
        raise InvalidEvent(fault("", error)) from None


def pages_of(event: Event, audience: str, message: str) -> Iterator[tuple[Page, Sequence[str]]]:
    """Divide the connections of an audience into pages of at most `PAGE_CONNECTIONS`, each with their ids."""
    after: str | None = None
    for ids in batched(connections.ids_of(audience), PAGE_CONNECTIONS, strict=False):
        yield Page(event.id, event.correlation_id, audience, after, ids[-1], message), ids
        after = ids[-1]


def audiences_of(event: Event) -> tuple[str, ...]:
    """Return the audiences that receive an event."""
    match event.data:
        case UserCreated(user=user) | UserUpdated(user=user) | UserDeleted(user=user) if user.subject:
            return EVERYTHING, user_audience(user.subject)
        case _:
            return (EVERYTHING,)


def public_event(event: Event) -> PublicEvent:
    """Return an event as browsers receive it, without its actor."""
    return PublicEvent(
        id=event.id,
        type=event.type,
        source=event.source,
        correlation_id=event.correlation_id,
        occurred_at=event.occurred_at,
        data=_public_data(event.data),
    )


def resume(connection_id: str, audience: str, token: str | None) -> Resumed | Reset:
    """Post the messages since a token to a connection, oldest first.

    Returns:
        A new token; or a reset if the token is too old, too many messages were missed, or time runs out.
    """
    now = _now()
    if token is None:
        return Resumed(str(now))
    if int(token) < now - RESUMABLE_SECONDS * 1_000:
        return Reset()
    missed = feed.read_after(audience, int(token) - OVERLAP_SECONDS * 1_000, MAX_MISSED + 1)
    if len(missed) > MAX_MISSED:
        return Reset()
    for message in missed:
        if remaining_seconds() < ATTEMPT_SECONDS:
            return Reset()
        if not gateway.post(connection_id, message):
            break
    return Resumed(str(now))


def _public_data(data: Any) -> Any:
    match data:
        case UserCreated(user=state) | UserDeleted(user=state):
            return {"user": _public_user(state)}
        case UserUpdated(user=state, previous=previous, changed=changed):
            public = [name for name in changed if name not in PRIVATE]
            return {"user": _public_user(state), "previous": _public_user(previous), "changed": public}
        case SessionEnded(session=session):
            return {"session": {"id": session.id}}
        case _:
            return data


def _public_user(state: UserState) -> User:
    """Return a user as the API returns it."""
    return User(**{name: getattr(state, name) for name in User.__struct_fields__})


def _send(pages: Sequence[Page]) -> None:
    """Send each page to the function's own queue."""
    from concurrent.futures import ThreadPoolExecutor

    def send(page: Page) -> None:
        with aws.calling("the queue", needs_seconds=0):
            aws.client("sqs").send_message(
                QueueUrl=variable("QUEUE_URL"), MessageBody=msgspec.json.encode(page).decode()
            )

    with ThreadPoolExecutor(CONCURRENT_POSTS) as pool:
        list(pool.map(send, pages))


def _post_pages(pages: Iterable[tuple[Page, Iterable[str]]]) -> None:
    """Post each page's message to the connections with the ids."""
    failed = sum(_post_to_page(page, ids) for page, ids in pages)
    if failed:
        raise Unavailable(f"{failed} connections did not receive the event")


def _post_to_page(page: Page, ids: Iterable[str]) -> int:
    """Post a message to the connections of a page concurrently; returns the number of failed posts."""
    from concurrent.futures import ThreadPoolExecutor

    invocation = current()
    facts = event_facts(page.correlation_id, eventId=page.event_id)
    message = page.message.encode()

    def post(connection_id: str) -> bool:
        late = invocation is not None and invocation.remaining() < ATTEMPT_SECONDS
        outcome = OUT_OF_TIME if late else _post(page.audience, connection_id, message)
        level = "ERROR" if outcome["outcome"] == "failed" else "INFO"
        log.write(level, "push", {**facts, "connectionId": connection_id, **outcome})
        return outcome["outcome"] == "failed"

    with ThreadPoolExecutor(CONCURRENT_POSTS) as pool:
        return sum(pool.map(post, ids))


def _post(audience: str, connection_id: str, message: bytes) -> dict[str, object]:
    """Post a message to a connection, and delete the connection if it is gone; returns the outcome to log."""
    try:
        if gateway.post(connection_id, message):
            return {"outcome": "sent"}
        connections.remove_gone(audience, connection_id)
    except Exception as error:  # noqa: BLE001 - a failed post must not stop the others
        return {"outcome": "failed", "error": f"{type(error).__name__}: {error}"}
    return {"outcome": "gone"}


def _now() -> int:
    """Return the current time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
