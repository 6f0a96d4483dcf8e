"""Cursors: the position of the last user on a page.

A cursor is the 16 bytes of that user's id in base64url. The next page starts after this id, in the one
partition that the listing reads, so a cursor from a caller can only select a position.
"""

import base64
from uuid import UUID

from handlers.kit.errors import Fault, InvalidRequest


def encode(user_id: str) -> str:
    """Return the cursor of the page after a user: 22 characters."""
    return base64.urlsafe_b64encode(UUID(user_id).bytes).rstrip(b"=").decode()


def decode(cursor: str) -> str:
    """Return the id in a cursor of 22 base64url characters.

    Raises:
        InvalidRequest: if `encode` cannot have returned the cursor.
    """
    position = UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    # The last character has four unused bits, and only UUIDs of version 7 are ids.
    if encode(str(position)) != cursor or position.version != 7:
        raise InvalidRequest([Fault("cursor", "expected the `next` value of an earlier page, unchanged")])
    return str(position)
