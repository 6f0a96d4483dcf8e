"""Tickets: made for the holder of a token, and good for one connection."""

from __future__ import annotations

import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from handlers.kit import clock
from handlers.realtime import storage
from handlers.realtime.errors import NotAnAccessToken
from handlers.realtime.models import EVERYTHING, Pass, Ticket, user

SCOPE = "events/read"
"""Whose token has it is told of everything."""
TICKET_SECONDS = 30
TICKET_BYTES = 32


def issue(claims: Mapping[str, str]) -> Ticket:
    """A ticket for the holder of an access token; it lasts no longer than the token.

    Raises:
        NotAnAccessToken: for a token of another kind.
    """
    if claims.get("token_use") != "access":
        raise NotAnAccessToken("this is another kind of token")
    subject = claims["sub"]
    audience = EVERYTHING if SCOPE in claims.get("scope", "").split() else user(subject)
    ticket = urlsafe_b64encode(os.urandom(TICKET_BYTES)).decode().rstrip("=")
    expires_at = min(int(time.time()) + TICKET_SECONDS, int(claims["exp"]))
    storage.keep_ticket(_digest(ticket), Pass(subject, audience), expires_at)
    return Ticket(ticket, clock.timestamp(expires_at))


def redeem(ticket: str) -> Pass | None:
    """The pass that a ticket stands for; None where it is none, is used, or came too late."""
    return storage.take_ticket(_digest(ticket))


def _digest(ticket: str) -> str:
    """What is kept of a ticket: who reads the table cannot connect with it."""
    from hashlib import sha256

    return sha256(ticket.encode(errors="replace")).hexdigest()
