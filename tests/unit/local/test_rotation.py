"""The emulator's extension that rotates refresh tokens, on the emulator's own user pools."""

from __future__ import annotations

import json
import time
from typing import Any, NamedTuple

import pytest

from local.emulator.extensions import rotation
from local.emulator.extensions.rotation import SETTING, cognito

GRACE = 10


class Client(NamedTuple):
    """An app client with a secret, and a person's refresh token."""

    id: str
    secret: str
    token: str

    def data(self, **changes: str) -> dict[str, Any]:
        """Return the parameters of GetTokensFromRefreshToken."""
        return {"ClientId": self.id, "ClientSecret": self.secret, "RefreshToken": self.token, **changes}


def result(response: Any) -> Any:
    """Return the body of a response that succeeded."""
    status, _, body = response
    assert status == 200, body
    return json.loads(body)


def error(response: Any) -> str:
    """Return the code of an error."""
    status, _, body = response
    assert status == 400, body
    return json.loads(body)["__type"]


def signed_in(feature: str = "ENABLED") -> Client:
    """Create a pool with a client and a person, and sign the person in."""
    pool_id = result(cognito._create_user_pool({"PoolName": "people"}))["UserPool"]["Id"]
    wanted = {"Feature": feature, "RetryGracePeriodSeconds": GRACE}
    data = {"UserPoolId": pool_id, "ClientName": "app", "GenerateSecret": True, SETTING: wanted}
    client = result(rotation.create_client(data))["UserPoolClient"]
    cognito._admin_create_user({"UserPoolId": pool_id, "Username": "ada", "MessageAction": "SUPPRESS"})
    user = cognito._user_pools[pool_id]["_users"]["ada"]
    issued = cognito._build_auth_result(pool_id, client["ClientId"], user)
    return Client(client["ClientId"], client["ClientSecret"], issued["RefreshToken"])


def refreshed(client: Client, token: str | None = None) -> str:
    """Use a refresh token, and return the next one."""
    response = rotation.refresh(client.data(RefreshToken=token or client.token))
    return result(response)["AuthenticationResult"]["RefreshToken"]


def test_each_use_returns_the_next_token() -> None:
    """The emulator itself returns none. The next one expires with the first, and has its origin."""
    client = signed_in()
    assert "RefreshToken" not in result(rotation._refresh(client.data()))["AuthenticationResult"]

    second = refreshed(client)
    third = refreshed(client, second)

    claims = [cognito._token_claims(token) for token in (client.token, second, third)]
    assert len({each["jti"] for each in claims}) == 3
    assert len({(each["exp"], each["origin_jti"], each["sub"]) for each in claims}) == 1


def test_used_token_is_refused_after_the_grace_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within it a request can be repeated; afterwards only the next token is valid."""
    client = signed_in()
    second = refreshed(client)
    refreshed(client)
    now = time.time() + GRACE + 1
    monkeypatch.setattr(rotation.time, "time", lambda: now)

    assert error(rotation.refresh(client.data())) == "RefreshTokenReuseException"
    assert refreshed(client, second)


def test_revoked_token_ends_those_that_follow() -> None:
    """They have the same origin."""
    client = signed_in()
    second = refreshed(client)

    result(rotation.revoke({**client.data(), "Token": second}))

    assert cognito._token_claims(client.token)["origin_jti"] in cognito._revoked_tokens
    assert error(rotation.refresh(client.data(RefreshToken=second))) == "NotAuthorizedException"


@pytest.mark.parametrize("secret", ["", "wrong"])
def test_wrong_secret_is_refused(secret: str) -> None:
    """The emulator itself accepts any."""
    client = signed_in()
    assert result(rotation._refresh(client.data(ClientSecret=secret)))

    assert error(rotation.refresh(client.data(ClientSecret=secret))) == "NotAuthorizedException"
    assert error(rotation.revoke(client.data(ClientSecret=secret))) == "NotAuthorizedException"


def test_client_without_rotation_keeps_its_token() -> None:
    """As on AWS, the response has no refresh token then."""
    client = signed_in("DISABLED")

    assert "RefreshToken" not in result(rotation.refresh(client.data()))["AuthenticationResult"]


def test_setting_is_described_and_reset_by_an_update() -> None:
    """The emulator itself drops it."""
    pool_id = result(cognito._create_user_pool({"PoolName": "people"}))["UserPool"]["Id"]
    wanted = {"UserPoolId": pool_id, "ClientName": "app", SETTING: {"Feature": "ENABLED"}}
    assert SETTING not in result(rotation._create_client(wanted))["UserPoolClient"]

    client_id = result(rotation.create_client(wanted))["UserPoolClient"]["ClientId"]
    key = {"UserPoolId": pool_id, "ClientId": client_id}
    described = result(cognito._describe_user_pool_client(key))["UserPoolClient"]
    updated = result(rotation.update_client(key))["UserPoolClient"]

    assert described[SETTING] == {"Feature": "ENABLED"}
    assert SETTING not in updated
