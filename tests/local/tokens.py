"""Invalid tokens, made from valid ones, and parts of tokens."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from local.deployment import people
from local.deployment.people import Outputs
from provider.cloud import Cloud

DAY = 86_400


def header(token: str) -> dict[str, Any]:
    """Return the token's header."""
    return _decoded(token.split(".", maxsplit=1)[0])


def claims(token: str) -> dict[str, Any]:
    """Return the token's claims."""
    return _decoded(token.split(".")[1])


def is_signed_by(token: str, key: dict[str, str]) -> bool:
    """Return whether the JSON Web Key verifies the token's signature."""
    modulus, exponent = (int.from_bytes(_bytes(key[name]), "big") for name in ("n", "e"))
    signed, _, signature = token.rpartition(".")
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    try:
        public.verify(_bytes(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def forged(token: str) -> str:
    """Return the token signed with another key under the pool's key id."""
    other_key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return _signed(header(token), claims(token), other_key)


def tampered(token: str, **changed: Any) -> str:
    """Return the token with changed claims and the original signature."""
    head, _, signature = token.split(".")
    return f"{head}.{_encoded({**claims(token), **changed})}.{signature}"


def unsigned(token: str) -> str:
    """Return the token with the algorithm `none` and no signature."""
    return f"{_encoded({**header(token), 'alg': 'none'})}.{_encoded(claims(token))}."


def expired(token: str, services: Path) -> str:
    """Return the token as if issued two days ago, with a valid signature of its pool.

    Args:
        token: a valid token.
        services: the emulator's STATE_DIR, which contains the keys of user pools.
    """
    valid = claims(token)
    issued = int(time.time()) - 2 * DAY
    times = {"iat": issued, "auth_time": issued, "exp": issued + valid["exp"] - valid["iat"]}
    return resigned(token, services, **times)


def resigned(token: str, services: Path, *removed: str, head: Any = None, **changed: Any) -> str:
    """Return the token with changed claims and without the removed ones, signed by its pool.

    Args:
        token: a valid token.
        services: the emulator's STATE_DIR, which contains the keys of user pools.
        removed: the names of claims.
        head: changes of the header.
        changed: claims with their values.
    """
    valid = claims(token)
    pool_id = valid["iss"].rpartition("/")[2]
    pem = (services / "cognito-pool-keys" / f"{pool_id}-{valid['token_use']}.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    body = {name: value for name, value in (valid | changed).items() if name not in removed}
    return _signed(header(token) | (head or {}), body, key)


@contextmanager
def other_client(cloud: Cloud, outputs: Outputs) -> Iterator[Outputs]:
    """Create another client of the same pool, and yield outputs that contain it."""
    cognito = cloud.client("cognito-idp")
    pool_id = outputs["userPoolId"]
    described = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=outputs["clientId"])
    original = described["UserPoolClient"]
    copied = ("AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthScopes", "CallbackURLs")
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="another-application",
        GenerateSecret=True,
        **{name: original[name] for name in copied},
    )
    client_id = made["UserPoolClient"]["ClientId"]
    yield {**outputs, "clientId": client_id}
    cognito.delete_user_pool_client(UserPoolId=pool_id, ClientId=client_id)


@contextmanager
def other_pool(cloud: Cloud) -> Iterator[str]:
    """Create another pool with the same scopes, and yield a valid token of its machine client."""
    cognito = cloud.client("cognito-idp")
    pool_id = cognito.create_user_pool(PoolName=f"another-{secrets.token_hex(4)}")["UserPool"]["Id"]
    scopes = [{"ScopeName": verb, "ScopeDescription": verb} for verb in ("read", "write")]
    cognito.create_resource_server(UserPoolId=pool_id, Identifier="users", Name="users", Scopes=scopes)
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName="machine",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["users/read", "users/write"],
    )
    machines = {"machine": made["UserPoolClient"]["ClientId"]}
    yield people.token(cloud, {"userPoolId": pool_id, "machineClients": machines}, client="machine")
    cognito.delete_user_pool(UserPoolId=pool_id)


def _signed(head: dict[str, Any], body: dict[str, Any], key: rsa.RSAPrivateKey) -> str:
    text = f"{_encoded(head)}.{_encoded(body)}"
    return f"{text}.{_base64url(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def _encoded(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value).encode())


def _decoded(part: str) -> dict[str, Any]:
    return json.loads(_bytes(part))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
