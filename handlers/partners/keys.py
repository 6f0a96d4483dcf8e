"""Partners' keys: what one looks like, how one is made, and what is kept of it.

A key is `<partner>.<key id>.<secret>`: the first two say where it is kept, the third that its holder may
use it. The secret is 256 random bits, which nobody guesses however fast the hash: SHA-256 is enough, where
a password would need a slow one.
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
"""Names that begin the ids of other events: a partner of such a name could say first what they will say."""
_FORM = re.compile(rf"({NAME})\.([0-9a-f]{{8}})\.[A-Za-z0-9_-]{{43}}")


class Key(NamedTuple):
    """A partner's key.

    Attributes:
        partner: the partner's name.
        key_id: which of the partner's keys it is: 8 hexadecimal digits.
        text: the whole key, secret included: for the partner alone, and never kept.
    """

    partner: str
    key_id: str
    text: str


class PartnerNameError(ValueError):
    """No partner may have this name."""


def new(partner: str) -> Key:
    """A new key for a partner.

    Raises:
        PartnerNameError: for a name that no partner may have.
    """
    if partner in RESERVED or not re.fullmatch(NAME, partner):
        raise PartnerNameError(
            f"partner {partner!r}: expected 2 to 32 lower-case letters, digits and hyphens, a letter first,"
            f" and not {', '.join(sorted(RESERVED))}"
        )
    key_id = os.urandom(4).hex()
    secret = urlsafe_b64encode(os.urandom(32)).rstrip(b"=").decode()
    return Key(partner, key_id, f"{partner}.{key_id}.{secret}")


def parse(text: str) -> Key | None:
    """The key that a text may be by its form; None where it is none."""
    form = _FORM.fullmatch(text)
    if form is None or form[1] in RESERVED:
        return None
    return Key(form[1], form[2], text)


def digest(text: str) -> str:
    """What is kept of a key: the SHA-256 of the whole of it, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()
