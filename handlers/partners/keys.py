"""The format of partners' keys, and how a key is created and hashed.

A key is `<partner>.<key id>.<secret>`. Partner and key id locate the stored digest; the secret authenticates
the holder. The secret has 256 random bits, so a fast hash like SHA-256 is safe, unlike for a password.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

NAME = r"[a-z][a-z0-9-]{1,31}"
"""A partner's name, as a regular expression."""
RESERVED = frozenset({"stripe"})
"""Prefixes of other sources' event ids: a partner of such a name could publish events under their ids."""
_FORMAT = re.compile(rf"({NAME})\.([0-9a-f]{{8}})\.[A-Za-z0-9_-]{{43}}")


class Key(NamedTuple):
    """A partner's key.

    Attributes:
        partner: the partner's name.
        key_id: the id of the key, 8 hexadecimal digits.
        text: the whole key with the secret; only the partner has it, and it is never stored.
    """

    partner: str
    key_id: str
    text: str


class PartnerNameError(ValueError):
    """The name is not allowed for a partner."""


def new(partner: str) -> Key:
    """Create a key for a partner.

    Raises:
        PartnerNameError: the name is not allowed.
    """
    if partner in RESERVED or not re.fullmatch(NAME, partner):
        raise PartnerNameError(
            f"partner {partner!r}: expected 2 to 32 characters of a-z, 0-9 and hyphens, beginning with a-z,"
            f" and not {', '.join(sorted(RESERVED))}"
        )
    key_id = os.urandom(4).hex()
    secret = urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
    return Key(partner, key_id, f"{partner}.{key_id}.{secret}")


def parse(text: str) -> Key | None:
    """Return the key in a text, without checking its secret; None if the text has another format."""
    match = _FORMAT.fullmatch(text)
    if match is None or match[1] in RESERVED:
        return None
    return Key(match[1], match[2], text)


def digest(text: str) -> str:
    """Return the digest of a key that is stored: the SHA-256 of the whole text, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
