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
from handlers.kit.invocation import remaining_seconds
from handlers.kit.retry import ATTEMPT_SECONDS

KEPT_SECONDS = 300
READ_AGAIN_SECONDS = 5
STAGES = ("AWSCURRENT", "AWSPREVIOUS")
_BUSY = frozenset({"InternalServiceError", "ThrottlingException"})


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
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnectionError

    if remaining_seconds() < ATTEMPT_SECONDS:
        raise Unavailable("the secret store is slow; try again")
    client = aws.client("secretsmanager")
    try:
        answer: Any = client.get_secret_value(SecretId=variable("WEBHOOK_SECRET"), VersionStage=stage)
    except (HTTPClientError, NoConnectionError) as error:
        raise Unavailable("the secret store does not answer; try again") from error
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code == "ResourceNotFoundException":
            return b""
        if code in _BUSY:
            raise Unavailable("the secret store is busy; try again") from error
        raise
    # A value may be binary, or there in name alone: neither is one of Stripe's.
    return answer.get("SecretString", "").strip().encode()
