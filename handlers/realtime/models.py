"""What goes to the browser and comes from it, and who is told what."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from handlers.events.catalogue import Timestamp

ACTIONS = ("ping", "resume")
EVERYTHING = "everything"
"""The audience of every event."""

Token = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{13}$(?!\n)",
        description="the `token` of an earlier message, unchanged",
        examples=["1763733274123"],
    ),
]


def user(subject: str) -> str:
    """The audience of one user's own events."""
    return f"user#{subject}"


class Pass(Struct, frozen=True):
    """Whom a connection belongs to, and what it is told."""

    subject: str
    audience: str


class Ticket(Struct, frozen=True, rename="camel"):
    """Leave to connect, once."""

    ticket: Annotated[str, Meta(description="goes into the query of the WebSocket's address")]
    expires_at: Timestamp


class Resume(Struct, frozen=True):
    """Asks for what was missed since a message with this token; without one, for a token."""

    action: Literal["resume"]
    token: Token | None = None


class Occurrence(Struct, frozen=True, kw_only=True, rename="camel"):
    """An event as the browser sees it."""

    id: str
    type: str
    source: str
    correlation_id: str
    occurred_at: str
    data: Any


class Told(Struct, frozen=True, tag_field="type", tag="event"):
    """Something has happened; `token` is where the browser stands now."""

    event: Occurrence
    token: str


class Resumed(Struct, frozen=True, tag_field="type", tag="resumed"):
    """All that was missed has been told."""

    token: str


class Reset(Struct, frozen=True, tag_field="type", tag="reset"):
    """Too much was missed to be told: load everything anew, and resume without a token."""


class Pong(Struct, frozen=True, tag_field="type", tag="pong"):
    """The connection works."""


class Complaint(Struct, frozen=True, tag_field="type", tag="error"):
    """What was sent was not understood, or not done."""

    detail: str


Reply = Resumed | Reset | Pong | Complaint
