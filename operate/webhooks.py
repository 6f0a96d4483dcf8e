"""The webhook signing secret."""

from __future__ import annotations

from typing import Any

from operate.errors import UsageError
from operate.target import Target


def replace_secret(target: Target, value: str) -> str:
    """Store a new webhook signing secret and return its version id; the previous secret stays accepted.

    Raises:
        UsageError: if the value is empty.
    """
    if not value.strip():
        raise UsageError("the secret is empty: pass it on standard input")
    response: Any = target.client("secretsmanager").put_secret_value(
        SecretId=target.webhook_secret, SecretString=value.strip()
    )
    return response["VersionId"]
