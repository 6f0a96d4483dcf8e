"""Encrypts refresh tokens with KMS; the session's id is bound to the ciphertext (encryption context)."""

from __future__ import annotations

from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable


def encrypt(token: str, session_id: str) -> bytes:
    """Return a refresh token, encrypted for one session; KMS takes at most 4,096 bytes."""
    with aws.calling("the key store"):
        response: Any = _client().encrypt(
            KeyId=variable("SESSIONS_KEY"),
            Plaintext=token.encode(),
            EncryptionContext={"session": session_id},
        )
    return response["CiphertextBlob"]


def decrypt(ciphertext: bytes, session_id: str) -> str:
    """Return the refresh token of a session.

    Raises:
        ClientError: if it was encrypted for another session.
    """
    with aws.calling("the key store"):
        response: Any = _client().decrypt(
            KeyId=variable("SESSIONS_KEY"),
            CiphertextBlob=ciphertext,
            EncryptionContext={"session": session_id},
        )
    return response["Plaintext"].decode()


def _client() -> Any:
    return aws.client("kms")
