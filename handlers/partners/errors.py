"""Errors when a partner publishes events; `handlers/kit/errors.py` defines their base classes.

Unauthorized
└── PartnerKeyInvalid
Forbidden
└── AnotherPartner
"""

from handlers.kit.errors import Forbidden, Unauthorized


class PartnerKeyInvalid(Unauthorized):
    """The key is missing, unknown, expired or revoked."""

    title = "The partner's key is not valid"


class AnotherPartner(Forbidden):
    """The key belongs to another partner than the one in the path."""

    title = "The path names another partner"
