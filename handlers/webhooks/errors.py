"""Errors when receiving a delivery; `handlers/kit/errors.py` defines their base classes.

Unauthorized
└── SignatureInvalid
NotFound
└── ProviderUnknown
Conflict
└── DeliveryRepeated
"""

from handlers.kit.errors import Conflict, NotFound, Unauthorized


class SignatureInvalid(Unauthorized):
    """The signature is missing, malformed, wrong, or its time is out of tolerance."""

    title = "The signature is not valid"
    scheme = "Stripe-Signature"


class ProviderUnknown(NotFound):
    """The platform has no webhook for this provider."""

    title = "The provider is unknown"


class DeliveryRepeated(Conflict):
    """The same delivery, with the same time and body, was received before."""

    title = "The delivery was received before"
