"""The secret that deliveries are signed with, as Secrets Manager keeps it.

The current value and the one before both count, so that the secret can be replaced while deliveries are
under way. What was read is kept for some minutes. Where a signature does not match, it is read anew, so
that a new secret counts at once; but not more than every few seconds, whatever anybody sends.
"""

from __future__ import annotations

import time
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.kit.errors import Unavailable

KEPT_SECONDS = 300
READ_AGAIN_SECONDS = 5
STAGES = ("AWSCURRENT", "AWSPREVIOUS")


class Secrets:
    """The values that count now, newest first."""

    def __init__(self) -> None:
        self._values: tuple[bytes, ...] = ()
        self._read_at = float("-inf")

    def values(self, age: float = KEPT_SECONDS) -> tuple[bytes, ...]:
        """The values, read no longer than `age` seconds ago.

        Raises:
            Unavailable: where none was set yet, or Secrets Manager does not answer.
        """
        if time.time() - self._read_at > (age if self._values else READ_AGAIN_SECONDS):
            self._values = tuple(filter(None, map(_read, STAGES)))
            self._read_at = time.time()
        if not self._values:
            raise Unavailable("this webhook has no secret yet; try again later")
        return self._values


SECRETS = Secrets()


def _read(stage: str) -> bytes:
    """The value at a stage; empty where there is none."""
    from botocore.exceptions import ClientError

    client = aws.client("secretsmanager")
    try:
        with aws.calling("the secret store"):
            answer: Any = client.get_secret_value(SecretId=variable("WEBHOOK_SECRET"), VersionStage=stage)
    except ClientError as error:
        if aws.code_of(error) == "ResourceNotFoundException":
            return b""
        raise
    # A value may be binary, or there in name alone: neither is one of Stripe's.
    return answer.get("SecretString", "").strip().encode()
