"""Refresh token rotation, and the client's secret where a refresh token is used or revoked.

The emulator returns no new refresh token and does not check the secret. Cognito returns one that expires with
the first, and refuses a used one after the client's grace period. Source:
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html

The token endpoint of the emulator still does not rotate: see docs/local.md.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from ministack.services import cognito as emulated

from local.emulator.extensions.patch import replace

cognito: Any = emulated
"""Typed as Any: the emulator is untyped."""

USED = "_usedRefreshTokens"
"""The member of a pool with the ids of used refresh tokens, each with the times of its use and its expiry."""

Operation = Callable[[dict[str, Any]], Any]
_refresh: Operation = cognito._get_tokens_from_refresh_token
_revoke: Operation = cognito._revoke_token


def install() -> None:
    """Replace the emulator's operations on refresh tokens."""
    replace(cognito, "_get_tokens_from_refresh_token", refresh)
    replace(cognito, "_revoke_token", revoke)


def revoke(data: dict[str, Any]) -> Any:
    """Revoke a refresh token; has the signature of the emulator's operation."""
    return _wrong_secret(data) or _revoke(data)


def refresh(data: dict[str, Any]) -> Any:
    """Return new tokens for a refresh token; has the signature of the emulator's operation."""
    pool, pool_id = cognito._pool_for_client(data.get("ClientId"))
    client: dict[str, Any] = pool["_clients"][data["ClientId"]] if pool else {}
    rotation: dict[str, Any] = client.get("RefreshTokenRotation") or {}
    if error := _wrong_secret(data):
        return error
    if rotation.get("Feature") != "ENABLED":
        return _refresh(data)
    token = data.get("RefreshToken") or ""
    claims: dict[str, Any] = cognito._token_claims(token)
    used: dict[str, list[float]] = pool.setdefault(USED, {})
    times = used.get(claims.get("jti", ""))
    if times and time.time() > times[0] + rotation.get("RetryGracePeriodSeconds", 0):
        return cognito.error_response_json(
            "RefreshTokenReuseException", "Refresh token was used before and rotated.", 400
        )
    status, headers, body = _refresh(data)
    if status != 200:
        return status, headers, body
    used.setdefault(claims["jti"], [time.time(), claims["exp"]])
    _forget_expired(used)
    answer = json.loads(body)
    answer["AuthenticationResult"]["RefreshToken"] = _next(claims, pool_id)
    return cognito.json_response(answer)


def _next(claims: dict[str, Any], pool_id: str) -> str:
    """Return the refresh token that follows one with these claims; it expires with the first."""
    return cognito._signed_jwt({**claims, "jti": str(uuid4()), "iat": int(time.time())}, pool_id, "access")


def _forget_expired(used: dict[str, list[float]]) -> None:
    for token_id in [each for each, times in used.items() if times[1] < time.time()]:
        del used[token_id]


def _wrong_secret(data: dict[str, Any]) -> Any:
    """Return the error of a request without the secret of its client; None if it has it, or there is none."""
    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    secret = pool["_clients"][data["ClientId"]].get("ClientSecret") if pool else None
    if not secret or compare_digest(str(data.get("ClientSecret", "")), secret):
        return None
    return cognito.error_response_json("NotAuthorizedException", "Unable to verify the client's secret.", 400)
