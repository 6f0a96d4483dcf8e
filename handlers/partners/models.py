"""The requests and responses of partners."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from handlers.events import catalogue
from handlers.kit.text import LINE, LINE_DESCRIPTION
from handlers.partners.keys import NAME

PartnerName = Annotated[
    str,
    Meta(
        pattern=rf"^{NAME}$(?!\n)",
        description="the partner's name: 2 to 32 characters of a-z, 0-9 and hyphens, beginning with a-z",
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
Line = Annotated[str, Meta(max_length=256, min_length=1, pattern=LINE, description=LINE_DESCRIPTION)]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 with a UTC offset")]


class PartnerPath(Struct, frozen=True):
    """The path parameters."""

    partner: PartnerName


class _PartnerEventBase(
    Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True, tag_field="type"
):
    """The fields of every partner's event; `id` is the partner's own, and the same in every repetition."""

    id: EventId
    occurred_at: Instant


class OrderPlaced(catalogue.OrderPlaced, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer has placed an order with a partner."""

    order_id: Line


class ContactChanged(catalogue.ContactChanged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner has new contact data of a person."""

    contact_id: Line
    email: Line | None = None
    name: Line | None = None


class OrderPlacedEvent(_PartnerEventBase, frozen=True, kw_only=True, tag="order.placed"):
    """A customer has placed an order with the partner."""

    data: OrderPlaced


class ContactChangedEvent(_PartnerEventBase, frozen=True, kw_only=True, tag="contact.changed"):
    """The partner has new contact data of a person."""

    data: ContactChanged


PartnerEvent = OrderPlacedEvent | ContactChangedEvent


class Accepted(Struct, frozen=True):
    """The event was published, with this id."""

    id: Annotated[
        str, Meta(description="`<partner>:<the partner's id>`", examples=["acme:order-4711-placed"])
    ]
