"""Tokens that nobody should accept, each made from a good one, and a look into any token."""

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
    """The token's header: which key signed it and how."""
    return _decoded(token.split(".", maxsplit=1)[0])


def claims(token: str) -> dict[str, Any]:
    """What the token says."""
    return _decoded(token.split(".")[1])


def is_signed_by(token: str, key: dict[str, str]) -> bool:
    """Whether the token's signature is that of the JSON Web Key."""
    modulus, exponent = (int.from_bytes(_bytes(key[name]), "big") for name in ("n", "e"))
    signed, _, signature = token.rpartition(".")
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    try:
        public.verify(_bytes(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def forged(token: str) -> str:
    """The same token, signed by a stranger's key under the pool's key id."""
    stranger = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    return _signed(header(token), claims(token), stranger)


def tampered(token: str, **changed: Any) -> str:
    """The token with other claims under the signature of the old ones."""
    head, _, signature = token.split(".")
    return f"{head}.{_encoded({**claims(token), **changed})}.{signature}"


def unsigned(token: str) -> str:
    """The same token with the algorithm `none` and no signature."""
    return f"{_encoded({**header(token), 'alg': 'none'})}.{_encoded(claims(token))}."


def expired(token: str, services: Path) -> str:
    """The token as it was issued two days ago, rightly signed by its pool's own key.

    `services` is the emulator's STATE_DIR, where it keeps the keys of its pools.
    """
    good = claims(token)
    pool_id = good["iss"].rpartition("/")[2]
    pem = (services / "cognito-pool-keys" / f"{pool_id}-{good['token_use']}.pem").read_bytes()
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    issued = int(time.time()) - 2 * DAY
    times = {"iat": issued, "auth_time": issued, "exp": issued + good["exp"] - good["iat"]}
    return _signed(header(token), {**good, **times}, key)


@contextmanager
def other_client(cloud: Cloud, outputs: Outputs) -> Iterator[Outputs]:
    """The outputs with another client of the same pool, one that the program does not know."""
    cognito = cloud.client("cognito-idp")
    pool_id = outputs["userPoolId"]
    described = cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=outputs["clientId"])
    like = described["UserPoolClient"]
    alike = ("AllowedOAuthFlows", "AllowedOAuthFlowsUserPoolClient", "AllowedOAuthScopes", "CallbackURLs")
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="another-application", **{name: like[name] for name in alike}
    )
    client_id = made["UserPoolClient"]["ClientId"]
    yield {**outputs, "clientId": client_id}
    cognito.delete_user_pool_client(UserPoolId=pool_id, ClientId=client_id)


@contextmanager
def other_pool(cloud: Cloud) -> Iterator[str]:
    """A machine's token of another pool that has the same scopes, rightly signed there."""
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
