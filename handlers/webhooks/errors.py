"""How deliveries are refused; the tree begins in `handlers/kit/errors.py`.

Unauthorized
└── SignatureInvalid
NotFound
└── ProviderUnknown
Conflict
└── DeliveryRepeated
"""

from handlers.kit.errors import Conflict, NotFound, Unauthorized


class SignatureInvalid(Unauthorized):
    """The signature is missing, no signature, of another's making, or of another time."""

    title = "The signature is not valid"
    scheme = "Stripe-Signature"


class ProviderUnknown(NotFound):
    """No webhooks are taken from there."""

    title = "The provider is not known"


class DeliveryRepeated(Conflict):
    """The same delivery, down to its time and signature, was taken before."""

    title = "The delivery was taken before"
