"""Every type of event that may stand on the bus, with its source and the shape of its data.

The shapes hold for what is published and for what is read: a reader takes no notice of fields that a
later release adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=256)]
Timestamp = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$(?!\n)",
        description="RFC 3339, with its offset from UTC",
        examples=["2026-01-31T09:30:00.123Z"],
    ),
]
Amount = Annotated[int, Meta(ge=0, le=10**12, description="in the currency's smallest unit, such as cents")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", description="ISO 4217", examples=["EUR"])]


class Preferences(Struct, frozen=True, kw_only=True):
    """What a user wants to be told by; a message to the phone needs consent."""

    email: bool = True
    sms: bool = False


class UserState(Struct, frozen=True, kw_only=True, rename="camel"):
    """A user at one moment; `subject` is the sign-in's, once the person has signed in."""

    id: Text
    email: Text
    name: Text
    phone: Text | None = None
    status: Text
    created_at: Text
    updated_at: Text
    version: int
    subject: Text | None = None
    preferences: Preferences = Preferences()


class UserCreated(Struct, frozen=True, kw_only=True):
    """A user is there."""

    user: UserState


class UserUpdated(Struct, frozen=True, kw_only=True):
    """A user has changed: from `previous` to `user`, in the fields that `changed` names."""

    user: UserState
    previous: UserState
    changed: list[str]


class UserDeleted(Struct, frozen=True, kw_only=True):
    """A user is gone; `user` is what it was."""

    user: UserState


class OrderPlaced(Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody has ordered at a partner's."""

    order_id: Text
    amount: Amount
    currency: Currency


class ContactChanged(Struct, frozen=True, kw_only=True, rename="camel"):
    """A partner knows something new of a person."""

    contact_id: Text
    email: Text | None = None
    name: Text | None = None


class PaymentSucceeded(Struct, frozen=True, kw_only=True, rename="camel"):
    """Money has come."""

    payment_id: Text
    amount: Amount
    currency: Currency


class PaymentFailed(Struct, frozen=True, kw_only=True, rename="camel"):
    """Money has not come."""

    payment_id: Text
    amount: Amount
    currency: Currency
    reason: Text | None = None


class EventType(NamedTuple):
    """A type of event.

    Attributes:
        source: who may say so; `partner.*` stands for each partner.
        data: the shape of the event's data.
    """

    source: str
    data: type[Struct]


CATALOGUE: Mapping[str, EventType] = {
    "user.created": EventType("strata.users", UserCreated),
    "user.updated": EventType("strata.users", UserUpdated),
    "user.deleted": EventType("strata.users", UserDeleted),
    "order.placed": EventType("partner.*", OrderPlaced),
    "contact.changed": EventType("partner.*", ContactChanged),
    "payment.succeeded": EventType("webhook.stripe", PaymentSucceeded),
    "payment.failed": EventType("webhook.stripe", PaymentFailed),
}

SOURCES: Mapping[str, tuple[str, ...]] = {
    source: tuple(name for name, kind in CATALOGUE.items() if kind.source == source)
    for source in dict.fromkeys(kind.source for kind in CATALOGUE.values())
}
"""The types of event that each source may publish."""


def is_from(source: str, pattern: str) -> bool:
    """Whether a source is the one of a kind, or one of the many that a `*` at its end stands for."""
    return (
        source.startswith(pattern[:-1]) and source != pattern[:-1]
        if pattern[-1:] == "*"
        else source == pattern
    )
