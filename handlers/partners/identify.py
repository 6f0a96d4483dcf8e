"""Identifies the partner that a key belongs to."""

from __future__ import annotations

import time
from hmac import compare_digest

from handlers.partners import keys, storage


def partner_of(authorization: str) -> str | None:
    """Return the partner whose valid key an `Authorization` header contains; None if there is none.

    Raises:
        Unavailable: the table of keys cannot be read at the moment.
    """
    scheme, _, text = authorization.partition(" ")
    key = keys.parse(text.strip()) if scheme.lower() == "bearer" else None
    return key.partner if key and _is_valid(key) else None


def _is_valid(key: keys.Key) -> bool:
    stored = storage.read_key(key.partner, key.key_id)
    return (
        stored is not None
        and compare_digest(stored.hash, keys.digest(key.text))
        and not stored.revoked
        and (stored.expires_at is None or time.time() < stored.expires_at)
    )
