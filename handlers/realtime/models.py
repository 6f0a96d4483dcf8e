"""The messages between browser and platform, and the audiences that receive events."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from handlers.events.catalogue import Timestamp

ACTIONS = ("ping", "resume")
EVERYTHING = "everything"
"""The audience that receives all events."""

PAGE = "push-page"
"""The kind of a queue's message that is a page."""

Token = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{13}$(?!\n)",
        description="the `token` of an earlier message, unchanged",
        examples=["1763733274123"],
    ),
]


def user_audience(subject: str) -> str:
    """Return the audience of the events about one user, by the subject of their tokens."""
    return f"user#{subject}"


class Principal(Struct, frozen=True):
    """The owner of a connection.

    Attributes:
        subject: the subject that the connection belongs to.
        audience: the audience whose events it receives.
        session: the `origin_jti` of the token, which all tokens of one sign-in share; empty for a program.
    """

    subject: str
    audience: str
    session: str = ""


class Ticket(Struct, frozen=True, rename="camel"):
    """A permission to open one connection."""

    ticket: Annotated[
        str, Meta(description="the value of the query parameter `ticket` of the WebSocket's URL")
    ]
    expires_at: Timestamp


class Resume(Struct, frozen=True):
    """A request for the events missed since the message with this token; without one, for a token."""

    action: Literal["resume"]
    token: Token | None = None


class PublicEvent(Struct, frozen=True, kw_only=True, rename="camel"):
    """An event as browsers receive it."""

    id: str
    type: str
    source: str
    correlation_id: str
    occurred_at: str
    data: Any


class Page(Struct, frozen=True, tag_field="kind", tag=PAGE, rename="camel"):
    """A part of the connections of an audience, which one invocation pushes an event to.

    Attributes:
        event_id: the id of the event.
        correlation_id: its correlation id.
        audience: the audience.
        after: the connection before the first of the page; none for the first page.
        last: the last connection of the page.
        message: the message, as browsers receive it.
    """

    event_id: str
    correlation_id: str
    audience: str
    after: str | None
    last: str
    message: str

    @property
    def id(self) -> str:
        """The id, which a page of a repeated division has too."""
        return f"{self.event_id}:{self.audience}:{self.last}"

    @property
    def type(self) -> str:
        """The type of the message."""
        return PAGE


class EventMessage(Struct, frozen=True, tag_field="type", tag="event"):
    """An event, and the token to resume from it."""

    event: PublicEvent
    token: str


class Resumed(Struct, frozen=True, tag_field="type", tag="resumed"):
    """All missed events were sent; `token` is the token to resume from here."""

    token: str


class Reset(Struct, frozen=True, tag_field="type", tag="reset"):
    """Too many events were missed: the browser must reload its data, and resume without a token."""


class Pong(Struct, frozen=True, tag_field="type", tag="pong"):
    """The response to a ping."""


class ErrorMessage(Struct, frozen=True, tag_field="type", tag="error"):
    """The request was not understood, or failed."""

    detail: str


Reply = Resumed | Reset | Pong | ErrorMessage
