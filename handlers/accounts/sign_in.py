"""A person's sign-in: the user in Cognito's user pool.

Cognito's API takes a user name. That of a person who signs in with a password is the subject, and that of a
person of an identity provider is not, so it is looked up:
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDisableUser.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable


def username_of(subject: str) -> str | None:
    """Return the user name of the sign-in with a subject; None if it does not exist."""
    with aws.calling("the user pool"):
        found = _client().list_users(UserPoolId=_pool(), Filter=f'sub = "{subject}"', Limit=1)
    return next((user["Username"] for user in found["Users"]), None)


def enable(username: str) -> bool:
    """Allow a person to sign in; return whether the sign-in exists."""
    return _change(_client().admin_enable_user, username)


def disable(username: str) -> bool:
    """Revoke a person's refresh tokens, and prevent them from signing in; return whether the sign-in exists.

    Cognito refuses some operations on a disabled user, so the tokens are revoked first; a refusal at a
    repeated delivery is ignored.
    """
    _change(_client().admin_user_global_sign_out, username, "NotAuthorizedException")
    return _change(_client().admin_disable_user, username)


def delete(username: str) -> bool:
    """Delete a sign-in with its refresh tokens; return whether it existed."""
    return _change(_client().admin_delete_user, username)


def _change(method: Callable[..., object], username: str, *ignored: str) -> bool:
    """Call an operation on a user; return False if there is no such user, or for an ignored error code."""
    from botocore.exceptions import ClientError

    try:
        with aws.calling("the user pool"):
            method(UserPoolId=_pool(), Username=username)
    except ClientError as error:
        if aws.code_of(error) in ("UserNotFoundException", *ignored):
            return False
        raise
    return True


def _client() -> Any:
    return aws.client("cognito-idp")


def _pool() -> str:
    return variable("USER_POOL_ID")
