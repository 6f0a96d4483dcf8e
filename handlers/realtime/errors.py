"""Errors when creating a ticket; `handlers/kit/errors.py` defines their base classes.

Forbidden
└── NotAnAccessToken
"""

from handlers.kit.errors import Forbidden


class NotAnAccessToken(Forbidden):
    """The token is not an access token: an ID token, for example, grants no permissions."""

    title = "An access token is required"
