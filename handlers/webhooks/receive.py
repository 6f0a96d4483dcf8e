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
"""Stripe's events include the metadata that merchants attach to payments, which can be 27 kB."""


@operation(
    202,
    raises=(SignatureInvalid, ProviderUnknown, DeliveryRepeated, Unavailable),
    limit=LIMIT_BYTES,
)
def handler(
    path: WebhookPath, headers: WebhookHeaders, content: Annotated[bytes, StripeEvent]
) -> Response[Received]:
    """Receive a signed delivery.

    Stripe signs the body and the current time in `Stripe-Signature`: a signature that is missing, wrong, or
    more than 300 seconds off is a 401. A copy of a delivery is a 409. A new delivery of the same event is
    accepted, and has no second effect. Events of unused types are accepted and not published.
    """
    if path.provider != "stripe":
        raise ProviderUnknown("the only provider is stripe")
    return Response(logic.receive(headers.signature, content))
