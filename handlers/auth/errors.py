"""Refusals of the sign-in; `handlers/kit/errors.py` has their base classes.

Unauthorized
├── NoSession
└── SessionEnded
Forbidden
└── CrossSiteRequest
"""

from typing import ClassVar

from handlers.auth.cookies import SIGNED_OUT
from handlers.kit.errors import Forbidden, Unauthorized


class NoSession(Unauthorized):
    """The request has no cookie of a session that exists.

    It deletes no cookie: a link on another site leads here without the cookies, and must not sign anyone out.
    """

    title = "There is no session"


class SessionEnded(Unauthorized):
    """The session of the request has ended, or never existed."""

    title = "The session has ended"
    clears: ClassVar[tuple[str, ...]] = SIGNED_OUT


class CrossSiteRequest(Forbidden):
    """The request was not sent by a page of this site."""

    title = "The request comes from another site"


class SignInError(Exception):
    """A sign-in that does not end with a session.

    Attributes:
        reason: `denied` by Cognito or because the person may not act, `expired` if the browser has no such
            attempt, or `failed`; the query parameter `error` of the page `/sign-in`.
    """

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        super().__init__(detail)
