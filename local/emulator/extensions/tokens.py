"""A JWT authorizer that rejects tokens with unusable claims, as API Gateway does.

The emulator fails on claims of a wrong type, accepts a token that does not expire, and reads no algorithm.
Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from typing import Any, cast

from ministack.services import apigateway

from local.emulator.extensions.patch import replace

LATEST = 253_402_300_799
"""The last second of the year 9999, the end of the range of most implementations' dates."""

gateway: Any = apigateway
"""Typed as Any: the emulator is untyped."""

Validate = Callable[..., Awaitable[tuple[Any, Any, Any]]]
_validate: Validate = gateway._validate_jwt_authorizer


def install() -> None:
    """Replace the emulator's JWT authorizer."""
    replace(gateway, "_validate_jwt_authorizer", validate)


async def validate(route: Any, authorizer: Any, headers: Any, query_params: Any) -> tuple[Any, Any, Any]:
    """Return claims, scopes and no response, or the response that rejects the request.

    Has the signature of the emulator's function, which checks key, signature, issuer, audience and scopes.
    """
    source = authorizer.get("identitySource", [])
    token = gateway._extract_token_from_identity_source(source, headers, query_params)
    if token and not is_usable(token):
        return None, None, gateway._jwt_unauthorized()
    return await _validate(route, authorizer, headers, query_params)


def is_usable(token: str) -> bool:
    """Return whether a token is signed with RS256 and its claims have the types of RFC 7519 and RFC 9068."""
    header, claims = (_part(part) for part in (*token.split("."), "", "")[:2])
    if header is None or claims is None:
        return False
    if header.get("alg") != "RS256" or not isinstance(header.get("kid"), str):
        return False
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    texts = [claims[name] for name in ("iss", "sub", "client_id", "scope") if name in claims]
    return (
        "exp" in times
        and all(map(_is_time, times.values()))
        and all(isinstance(text, str) for text in texts)
        and all(_is_texts(claims[name]) for name in ("aud", "scp") if name in claims)
    )


def _part(encoded: str) -> dict[str, Any] | None:
    """Return the JSON object in a part of a token, or None."""
    try:
        content: Any = json.loads(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", content) if isinstance(content, dict) else None


def _is_time(value: Any) -> bool:
    """Return whether a value is a NumericDate: a number, not a boolean, and a date of a four-digit year."""
    return type(value) in (int, float) and 0 <= value <= LATEST


def _is_texts(value: Any) -> bool:
    """Return whether a value is text or a list of texts."""
    values: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [value]
    return all(isinstance(text, str) for text in values)
