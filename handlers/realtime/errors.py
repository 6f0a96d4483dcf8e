"""How a ticket is refused; the tree begins in `handlers/kit/errors.py`.

Forbidden
└── NotAnAccessToken
"""

from handlers.kit.errors import Forbidden


class NotAnAccessToken(Forbidden):
    """The token says who somebody is, and not what they may do."""

    title = "An access token is needed"
