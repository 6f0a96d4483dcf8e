"""Cognito as this confidential client calls it: codes, refresh tokens, and their revocation."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from handlers.auth.attempt import callback
from handlers.auth.tokens import Tokens
from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.kit.errors import Unavailable

TIMEOUT_SECONDS = 4.0
OK, BAD_REQUEST = 200, 400
_ENDED = frozenset({"NotAuthorizedException", "RefreshTokenReuseException", "UserNotFoundException"})
"""Error codes of a refresh token that was revoked or used before, or of a person who may not sign in."""


class RejectedError(Exception):
    """The token endpoint rejects this client: its id, secret or callback is not as deployed."""


class _Issued(msgspec.Struct):
    access_token: str
    id_token: str
    refresh_token: str
    expires_in: int


class _Refused(msgspec.Struct):
    error: str = ""


def exchange(code: str, verifier: str) -> Tokens | None:
    """Exchange a code for tokens; None if the code is not valid, was used, or is of another attempt.

    The SDK has no such operation, so this is a request to the token endpoint (RFC 6749, 4.1.3).

    Raises:
        Unavailable: the token endpoint does not respond; the code may have been used.
        RejectedError: the token endpoint rejects this client.
    """
    form = {
        "grant_type": "authorization_code",
        "client_id": variable("CLIENT_ID"),
        "redirect_uri": callback(),
        "code": code,
        "code_verifier": verifier,
    }
    status, content = _post(urlencode(form, errors="replace"))
    if status == OK:
        issued = msgspec.json.decode(content, type=_Issued)
        return Tokens(issued.access_token, issued.id_token, issued.refresh_token, issued.expires_in)
    if status != BAD_REQUEST:
        raise Unavailable(f"the token endpoint returned {status}; try again")
    refused = msgspec.json.decode(content, type=_Refused)
    if refused.error == "invalid_grant":
        return None
    raise RejectedError(f"the token endpoint rejected the client: {refused.error}")


def refresh(token: str) -> Tokens | None:
    """Use a refresh token; None if it is not valid any more.

    The tokens contain the next refresh token, which replaces this one (refresh token rotation).
    """
    from botocore.exceptions import ClientError

    try:
        with aws.calling("the user pool"):
            response: Any = _client().get_tokens_from_refresh_token(RefreshToken=token, **_credentials())
    except ClientError as error:
        if aws.code_of(error) in _ENDED:
            return None
        raise
    found = response["AuthenticationResult"]
    return Tokens(
        found["AccessToken"], found.get("IdToken", ""), found.get("RefreshToken", token), found["ExpiresIn"]
    )


def revoke(token: str) -> None:
    """Revoke a refresh token and the tokens that were issued with it; idempotent."""
    with aws.calling("the user pool"):
        _client().revoke_token(Token=token, **_credentials())


def sign_out_everywhere(username: str) -> None:
    """Revoke every token of a person; one who is disabled or deleted has none that is valid."""
    from botocore.exceptions import ClientError

    try:
        with aws.calling("the user pool"):
            _client().admin_user_global_sign_out(UserPoolId=variable("USER_POOL_ID"), Username=username)
    except ClientError as error:
        if aws.code_of(error) not in _ENDED:
            raise


def _post(form: str) -> tuple[int, bytes]:
    """Post a form to the token endpoint and return the response's status and body."""
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    address = urlsplit(variable("LOGIN_URL"))
    kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
    connection = kind(address.netloc, timeout=TIMEOUT_SECONDS)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": _basic()}
    try:
        connection.request("POST", "/oauth2/token", form, headers)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException) as error:
        raise Unavailable("the token endpoint does not respond; try again") from error
    finally:
        connection.close()


def _basic() -> str:
    # RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
    pair = f"{quote(variable('CLIENT_ID'), safe='')}:{quote(_secret(), safe='')}"
    return f"Basic {b64encode(pair.encode()).decode()}"


def _credentials() -> dict[str, str]:
    return {"ClientId": variable("CLIENT_ID"), "ClientSecret": _secret()}


@cache
def _secret() -> str:
    """Return the client's secret; it changes only together with the client, and so with the environment."""
    with aws.calling("the secret store"):
        response: Any = aws.client("secretsmanager").get_secret_value(SecretId=variable("CLIENT_SECRET"))
    return response["SecretString"]


def _client() -> Any:
    return aws.client("cognito-idp")
