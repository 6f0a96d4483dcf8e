"""AWS's services as handlers call them: a client each, with limits of ours, and refusals told apart."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.kit.errors import Unavailable
from handlers.kit.invocation import remaining_seconds
from handlers.kit.retry import ATTEMPT_SECONDS

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

FAULT = 500
"""The least HTTP status with which a service says that it has failed itself."""

_TOO_MANY_REQUESTS = 429
_BUSY = frozenset(
    {
        "InternalServerError",
        "InternalServiceError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
"""What services say when they are, some of them with an HTTP status like any other refusal's."""


@cache
def client(service: str, endpoint_url: str | None = None, *, attempts: int = 2) -> Any:
    """The process's client of a service; a call of it takes no longer than `retry.ATTEMPT_SECONDS`.

    With one of `attempts` a call is not made again whose answer did not come: it may have been heard.

    Name the service by a literal: the layer carries the SDK's data for the services that are so named.
    """
    # Late: what is refused before it gets here needs no SDK, and it is most of a cold start.
    from botocore.config import Config
    from botocore.session import Session

    config = Config(
        connect_timeout=1,
        read_timeout=2,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        max_pool_connections=16,
    )
    return Session().create_client(service, config=config, endpoint_url=endpoint_url)


@contextmanager
def calling(name: str, *, needs_seconds: float = ATTEMPT_SECONDS) -> Generator[None]:
    """Guard one call of the service `name`, which needs `needs_seconds` of the invocation's remaining time.

    Raises:
        Unavailable: where it is busy or out of reach after the client's own retries, or too little time is
            left for another call.
        ClientError: for any other refusal.
    """
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnectionError

    if remaining_seconds() < needs_seconds:
        raise Unavailable(f"{name} is slow; try again")
    _seed()
    try:
        yield
    except (HTTPClientError, NoConnectionError) as error:
        raise Unavailable(f"{name} does not answer; try again") from error
    except ClientError as error:
        status = status_of(error)
        if code_of(error) in _BUSY or status >= FAULT or status == _TOO_MANY_REQUESTS:
            raise Unavailable(f"{name} is busy; try again") from error
        raise


@cache
def _seed() -> None:
    """Seed `random`, which retry delays come from, before the first AWS call of an environment.

    Environments that are restored from one SnapStart snapshot would otherwise draw equal delays:
    https://docs.aws.amazon.com/lambda/latest/dg/snapstart-uniqueness.html
    """
    import random

    random.seed()


def code_of(error: ClientError) -> str:
    """The code of a refusal, such as `AccessDeniedException`."""
    return error.response.get("Error", {}).get("Code", "")


def status_of(error: ClientError) -> int:
    """The HTTP status of a refusal; 0 where there is none."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
