"""Events as partners tell them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from handlers.events import catalogue
from handlers.partners.keys import NAME

PartnerName = Annotated[
    str,
    Meta(
        pattern=rf"^{NAME}$(?!\n)",
        description="the partner's name: 2 to 32 lower-case letters, digits and hyphens, a letter first",
        examples=["acme"],
    ),
]
EventId = Annotated[
    str,
    Meta(
        max_length=128,
        pattern=r"^[\x21-\x7e]+$(?!\n)",
        description="1 to 128 printable ASCII characters without spaces",
        examples=["order-4711-placed"],
    ),
]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339, with its offset from UTC")]


class PartnerPath(Struct, frozen=True):
    """Which partner."""

    partner: PartnerName


class _Told(Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, tag_field="type"):
    """What every partner's event has; `id` is the partner's own, the same however often it is told."""

    id: EventId
    occurred_at: Instant


class OrderPlaced(catalogue.OrderPlaced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody has ordered at a partner's."""


class ContactChanged(catalogue.ContactChanged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner knows something new of a person."""


class OrderPlacedEvent(_Told, frozen=True, kw_only=True, tag="order.placed"):
    """Somebody has ordered at the partner's."""

    data: OrderPlaced


class ContactChangedEvent(_Told, frozen=True, kw_only=True, tag="contact.changed"):
    """The partner knows something new of a person."""

    data: ContactChanged


PartnerEvent = OrderPlacedEvent | ContactChangedEvent


class Accepted(Struct, frozen=True):
    """The event is on the bus, under this id."""

    id: Annotated[
        str, Meta(description="`<partner>:<the partner's id>`", examples=["acme:order-4711-placed"])
    ]
