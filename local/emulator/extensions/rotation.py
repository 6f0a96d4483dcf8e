"""Refresh token rotation, and the client's secret where a refresh token is used or revoked.

The emulator drops the client's setting, returns no new refresh token and does not check the secret. Cognito
returns one that expires with the first, and refuses a used one after the grace period. Source:
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-refresh-token.html

The token endpoint of the emulator still does not rotate: see docs/local.md.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from ministack.services import cognito as emulated

from local.emulator.extensions.patch import replace

cognito: Any = emulated
"""Typed as Any: the emulator is untyped."""

SECRET_BYTES = 26
SETTING = "RefreshTokenRotation"
USED = "_usedRefreshTokens"
"""The member of a pool with the ids of used refresh tokens, each with the times of its use and its expiry."""

Operation = Callable[[dict[str, Any]], Any]
_refresh: Operation = cognito._get_tokens_from_refresh_token
_revoke: Operation = cognito._revoke_token
_create_client: Operation = cognito._create_user_pool_client
_update_client: Operation = cognito._update_user_pool_client


def install() -> None:
    """Replace the emulator's operations on refresh tokens and on clients."""
    replace(cognito, "_get_tokens_from_refresh_token", refresh)
    replace(cognito, "_revoke_token", revoke)
    replace(cognito, "_create_user_pool_client", create_client)
    replace(cognito, "_update_user_pool_client", update_client)
    replace(cognito, "_client_secret", client_secret)


def client_secret() -> str:
    """Return a new secret of a client in Cognito's alphabet, which the emulator's exceeds."""
    return secrets.token_hex(SECRET_BYTES)


def create_client(data: dict[str, Any]) -> Any:
    """Create a client with its setting; has the signature of the emulator's operation."""
    return _with_setting(data, _create_client(data))


def update_client(data: dict[str, Any]) -> Any:
    """Update a client with its setting, which is reset if it is left out; as `create_client`."""
    return _with_setting(data, _update_client(data))


def revoke(data: dict[str, Any]) -> Any:
    """Revoke a refresh token; has the signature of the emulator's operation."""
    return _wrong_secret(data) or _revoke(data)


def refresh(data: dict[str, Any]) -> Any:
    """Return new tokens for a refresh token; has the signature of the emulator's operation."""
    pool, pool_id = cognito._pool_for_client(data.get("ClientId"))
    client: dict[str, Any] = pool["_clients"][data["ClientId"]] if pool else {}
    rotation: dict[str, Any] = client.get(SETTING) or {}
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
    issued = json.loads(body)
    issued["AuthenticationResult"]["RefreshToken"] = _next(claims, pool_id)
    return cognito.json_response(issued)


def _with_setting(data: dict[str, Any], response: Any) -> Any:
    """Store the setting of a client, and return the response with it."""
    status, _, body = response
    if status != 200:
        return response
    client: dict[str, Any] = json.loads(body)["UserPoolClient"]
    stored: dict[str, Any] = cognito._user_pools[data["UserPoolId"]]["_clients"][client["ClientId"]]
    for described in (stored, client):
        described.pop(SETTING, None)
        described.update({SETTING: data[SETTING]} if SETTING in data else {})
    return cognito.json_response({"UserPoolClient": client})


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
