"""The requests and responses of webhooks."""

from typing import Annotated

from msgspec import Meta, Struct, field


class WebhookPath(Struct, frozen=True):
    """The path parameters."""

    provider: Annotated[str, Meta(description="the sender; only `stripe`", examples=["stripe"])]


class WebhookHeaders(Struct, frozen=True):
    """The headers that authenticate the sender."""

    signature: Annotated[str, Meta(description="`t=<epoch seconds>,v1=<HMAC-SHA256 in hex>`")] | None = field(
        name="Stripe-Signature", default=None
    )


class Received(Struct, frozen=True):
    """The delivery was received."""

    id: Annotated[str, Meta(description="the event's id on the bus", examples=["stripe:evt_1NG8Du"])]
    published: Annotated[bool, Meta(description="false if the platform does not use this type of event")]
