"""The secret that signs deliveries, from Secrets Manager.

Both the current and the previous value are valid, so that the secret can be rotated while deliveries are in
flight. The values are cached for some minutes. If a signature does not match, they are read again, so that a
new value is valid immediately; but at most every few seconds, regardless of the number of forged deliveries.
"""

from __future__ import annotations

import time
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.kit.errors import Unavailable

CACHE_SECONDS = 300
REFRESH_SECONDS = 5
"""The minimum time between two reads."""
STAGES = ("AWSCURRENT", "AWSPREVIOUS")


class Secrets:
    """The valid values of the secret, newest first."""

    def __init__(self) -> None:
        self._values: tuple[bytes, ...] = ()
        self._read_at = float("-inf")

    def values(self, max_age: float = CACHE_SECONDS) -> tuple[bytes, ...]:
        """Return the values, read at most `max_age` seconds ago.

        Raises:
            Unavailable: the secret has no value yet, or Secrets Manager is unavailable.
        """
        if time.time() - self._read_at > (max_age if self._values else REFRESH_SECONDS):
            self._values = tuple(filter(None, map(_read, STAGES)))
            self._read_at = time.time()
        if not self._values:
            raise Unavailable("this webhook has no secret yet; try again later")
        return self._values


SECRETS = Secrets()


def _read(stage: str) -> bytes:
    """Return the value of a stage; empty if there is none."""
    from botocore.exceptions import ClientError

    client = aws.client("secretsmanager")
    try:
        with aws.calling("the secret store"):
            response: Any = client.get_secret_value(SecretId=variable("WEBHOOK_SECRET"), VersionStage=stage)
    except ClientError as error:
        if aws.code_of(error) == "ResourceNotFoundException":
            return b""
        raise
    # A binary or blank value is not one of Stripe's secrets.
    return response.get("SecretString", "").strip().encode()
