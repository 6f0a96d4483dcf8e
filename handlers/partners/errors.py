"""How partners are refused; the tree begins in `handlers/kit/errors.py`.

Unauthorized
└── PartnerKeyInvalid
Forbidden
└── AnotherPartner
"""

from handlers.kit.errors import Forbidden, Unauthorized


class PartnerKeyInvalid(Unauthorized):
    """The key is none of ours, or counts no longer."""

    title = "The partner's key is not valid"


class AnotherPartner(Forbidden):
    """The key is one partner's, and the path names another."""

    title = "The path names another partner"
