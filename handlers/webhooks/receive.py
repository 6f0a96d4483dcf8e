"""POST /webhooks/{provider}."""

from typing import Annotated

from handlers.http.operation import operation
from handlers.http.response import Response
from handlers.kit.errors import Unavailable
from handlers.webhooks import logic
from handlers.webhooks.errors import DeliveryRepeated, ProviderUnknown, SignatureInvalid
from handlers.webhooks.models import Received, WebhookHeaders, WebhookPath
from handlers.webhooks.stripe import StripeEvent

LIMIT_BYTES = 128 * 1024
"""Stripe's events carry what others attached to a payment: their metadata alone may be 27 kB."""


@operation(
    202,
    raises=(SignatureInvalid, ProviderUnknown, DeliveryRepeated, Unavailable),
    limit=LIMIT_BYTES,
)
def handler(
    path: WebhookPath, headers: WebhookHeaders, content: Annotated[bytes, StripeEvent]
) -> Response[Received]:
    """Take a signed delivery.

    Stripe proves with `Stripe-Signature` that it sends the body, and that it does so now: a signature
    that is missing, wrong, or more than 300 seconds off is a 401. A delivery is taken once, and its copy
    is refused; the same event in a new delivery is taken, and has no second effect. Events that nobody
    here asks for are taken and not published.
    """
    if path.provider != "stripe":
        raise ProviderUnknown("webhooks are taken of stripe alone")
    return Response(logic.receive(headers.signature, content))
