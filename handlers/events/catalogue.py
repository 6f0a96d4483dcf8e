"""The catalogue of event types: the source and the data's shape of every event on the bus.

Publishers and consumers use the same shapes. Consumers ignore unknown fields, so that a later release can add
some.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=256)]
Timestamp = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$(?!\n)",
        description="RFC 3339, with its offset from UTC",
        examples=["2026-01-31T09:30:00.123Z"],
    ),
]
Amount = Annotated[int, Meta(ge=0, le=10**12, description="in the currency's smallest unit, such as cents")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="ISO 4217", examples=["EUR"])]


class Preferences(Struct, frozen=True, kw_only=True):
    """The channels by which a user receives notifications; SMS requires consent."""

    email: bool = True
    sms: bool = False


class UserState(Struct, frozen=True, kw_only=True, rename="camel"):
    """A user's state; `subject` identifies the sign-in once the person has signed in."""

    id: Text
    email: Text
    name: Text
    phone: Text | None = None
    phone_verified: bool = False
    status: Text
    created_at: Text
    updated_at: Text
    version: int
    subject: Text | None = None
    preferences: Preferences = Preferences()


class UserCreated(Struct, frozen=True, kw_only=True):
    """A user was created."""

    user: UserState


class UserUpdated(Struct, frozen=True, kw_only=True):
    """A user was changed from `previous` to `user`; `changed` lists the fields that differ."""

    user: UserState
    previous: UserState
    changed: list[str]


class UserDeleted(Struct, frozen=True, kw_only=True):
    """A user was deleted; `user` is its last state."""

    user: UserState


class SessionState(Struct, frozen=True, kw_only=True):
    """A browser's session; `origins` are the `origin_jti` of the tokens that it used."""

    id: Text
    subject: Text
    origins: list[Text]


class SessionEnded(Struct, frozen=True, kw_only=True):
    """A person signed out, or the session of a browser was ended."""

    session: SessionState


class OrderPlaced(Struct, frozen=True, kw_only=True, rename="camel"):
    """An order was placed with a partner."""

    order_id: Text
    amount: Amount
    currency: Currency


class ContactChanged(Struct, frozen=True, kw_only=True, rename="camel"):
    """A partner changed the details of a contact."""

    contact_id: Text
    email: Text | None = None
    name: Text | None = None


class PaymentSucceeded(Struct, frozen=True, kw_only=True, rename="camel"):
    """A payment succeeded."""

    payment_id: Text
    amount: Amount
    currency: Currency


class PaymentFailed(Struct, frozen=True, kw_only=True, rename="camel"):
    """A payment failed."""

    payment_id: Text
    amount: Amount
    currency: Currency
    reason: Text | None = None


class EventType(NamedTuple):
    """A type of event.

    Attributes:
        source: the source that may publish it; `partner.*` matches every partner.
        data: the shape of the event's data.
    """

    source: str
    data: type[Struct]


CATALOGUE: Mapping[str, EventType] = {
    "user.created": EventType("strata.users", UserCreated),
    "user.updated": EventType("strata.users", UserUpdated),
    "user.deleted": EventType("strata.users", UserDeleted),
    "session.ended": EventType("strata.sessions", SessionEnded),
    "order.placed": EventType("partner.*", OrderPlaced),
    "contact.changed": EventType("partner.*", ContactChanged),
    "payment.succeeded": EventType("webhook.stripe", PaymentSucceeded),
    "payment.failed": EventType("webhook.stripe", PaymentFailed),
}

SOURCES: Mapping[str, tuple[str, ...]] = {
    source: tuple(name for name, event_type in CATALOGUE.items() if event_type.source == source)
    for source in dict.fromkeys(event_type.source for event_type in CATALOGUE.values())
}
"""The event types that each source may publish."""


def is_from(source: str, pattern: str) -> bool:
    """Return whether a source matches a pattern, which may end in `*` for one or more characters."""
    return (
        source.startswith(pattern[:-1]) and source != pattern[:-1]
        if pattern[-1:] == "*"
        else source == pattern
    )
