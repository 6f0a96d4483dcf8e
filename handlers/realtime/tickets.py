"""Tickets: issued to the holder of an access token, and valid for one connection."""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from handlers.kit import clock
from handlers.realtime.errors import NotAnAccessToken
from handlers.realtime.models import EVERYTHING, Principal, Ticket, user_audience
from handlers.realtime.storage import tickets as storage

SCOPE = "events/read"
"""The scope of tokens whose holders receive all events."""
TICKET_SECONDS = 30
TICKET_BYTES = 32


def issue(claims: Mapping[str, str]) -> Ticket:
    """Issue a ticket to the holder of an access token; it expires no later than the token.

    Raises:
        NotAnAccessToken: the token is of another type.
    """
    if claims.get("token_use") != "access":
        raise NotAnAccessToken("this is another kind of token")
    subject = claims["sub"]
    audience = EVERYTHING if SCOPE in claims.get("scope", "").split() else user_audience(subject)
    principal = Principal(subject, audience, claims.get("origin_jti", ""))
    ticket = urlsafe_b64encode(os.urandom(TICKET_BYTES)).decode().rstrip("=")
    expires_at = min(int(time.time()) + TICKET_SECONDS, int(claims["exp"]))
    storage.issue(_digest(ticket), principal, expires_at)
    return Ticket(ticket, clock.timestamp(expires_at))


def redeem(ticket: str) -> Principal | None:
    """Redeem a ticket and return its principal; None if it is invalid, used or expired."""
    return storage.redeem(_digest(ticket))


def _digest(ticket: str) -> str:
    """Return the digest that is stored instead of the ticket: reading the table is not enough to connect."""
    from hashlib import sha256

    return sha256(ticket.encode(errors="replace")).hexdigest()
