"""The secret that webhooks are signed with."""

from __future__ import annotations

from typing import Any

from operate.errors import UsageError
from operate.target import Target


def replace_secret(target: Target, value: str) -> str:
    """Make this the current secret; the one before stays good beside it. Answers the new version's id.

    Raises:
        UsageError: where the value is empty.
    """
    if not value.strip():
        raise UsageError("the secret is empty: expected it on standard input")
    answer: Any = target.client("secretsmanager").put_secret_value(
        SecretId=target.webhook_secret, SecretString=value.strip()
    )
    return answer["VersionId"]
