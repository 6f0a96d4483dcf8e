"""Cursors: the position where a page ends, and nothing else.

A cursor is the last id's 16 bytes in base64url. The listing asks for what comes after that id, in the
one partition that it may read, so whatever a caller puts there is a position and no more.
"""

import base64
from uuid import UUID

from handlers.kit.errors import Fault, InvalidRequest


def encoded(user_id: str) -> str:
    """The cursor of the page that follows a user: 22 characters."""
    return base64.urlsafe_b64encode(UUID(user_id).bytes).rstrip(b"=").decode()


def decoded(cursor: str) -> str:
    """The id that a cursor of 22 base64url characters stands for.

    Raises:
        InvalidRequest: where `encoded` cannot have made it.
    """
    position = UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))
    # The last character carries four bits too many, and not every UUID is an id.
    if encoded(str(position)) != cursor or position.version != 7:
        raise InvalidRequest([Fault("cursor", "expected the next of an earlier page, unchanged")])
    return str(position)
