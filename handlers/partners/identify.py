"""Which partner a key belongs to."""

from __future__ import annotations

import time
from hmac import compare_digest

from handlers.partners import keys, storage


def partner_of(authorization: str) -> str | None:
    """The partner whose key an `Authorization` header carries; None where it carries none that counts.

    Raises:
        Unavailable: where the keys cannot be read now.
    """
    scheme, _, text = authorization.partition(" ")
    key = keys.parse(text.strip()) if scheme.lower() == "bearer" else None
    return key.partner if key and _counts(key) else None


def _counts(key: keys.Key) -> bool:
    kept = storage.find(key.partner, key.key_id)
    return (
        kept is not None
        and compare_digest(kept.hash, keys.digest(key.text))
        and not kept.revoked
        and (kept.expires_at is None or time.time() < kept.expires_at)
    )
