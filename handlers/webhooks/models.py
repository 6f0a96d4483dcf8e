"""What comes in by webhook, and what is answered."""

from typing import Annotated

from msgspec import Meta, Struct, field


class WebhookPath(Struct, frozen=True):
    """Whose webhook."""

    provider: Annotated[str, Meta(description="who calls; `stripe` alone so far", examples=["stripe"])]


class WebhookHeaders(Struct, frozen=True):
    """What proves who calls."""

    signature: Annotated[str, Meta(description="`t=<epoch seconds>,v1=<HMAC-SHA256 in hex>`")] | None = field(
        name="Stripe-Signature", default=None
    )


class Received(Struct, frozen=True):
    """The delivery was taken."""

    id: Annotated[str, Meta(description="the event's id on the bus", examples=["stripe:evt_1NG8Du"])]
    published: Annotated[bool, Meta(description="false for a type of event that nobody here asks for")]
