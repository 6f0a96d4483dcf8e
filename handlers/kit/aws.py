"""Clients of AWS services with short timeouts, and the classification of their errors."""

from __future__ import annotations

import gc
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from handlers.kit.errors import Unavailable
from handlers.kit.invocation import remaining_seconds
from handlers.kit.retry import ATTEMPT_SECONDS

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

SERVER_ERROR = 500
"""The lowest HTTP status of an error on the service's side."""

_TOO_MANY_REQUESTS = 429
_TEMPORARY = frozenset(
    {
        "InternalErrorException",
        "InternalException",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""Error codes of temporary failures; services send some of them with status 400."""


@cache
def client(service: str, endpoint_url: str | None = None, *, attempts: int = 2) -> Any:
    """Return the process's client of a service; one call takes at most `retry.ATTEMPT_SECONDS`.

    Pass the service as a literal: the layer contains the SDK's data only for services that are named so.

    Args:
        service: the service's name in botocore, such as `sqs`.
        endpoint_url: replaces the service's default endpoint.
        attempts: how often a call is sent. With 1, a call whose response is lost is not repeated: it may have
            taken effect.
    """
    with _uncollected():
        # Imported late: the SDK is most of a cold start, and rejected requests do not need it.
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
def _uncollected() -> Generator[None]:
    """Exempt all objects that exist at the end from garbage collection.

    The SDK's objects live as long as the process; the first collection afterwards would visit all of them.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


@contextmanager
def calling(name: str, *, needs_seconds: float = ATTEMPT_SECONDS) -> Generator[None]:
    """Guard one call of the service `name`, which needs `needs_seconds` of the invocation's remaining time.

    Raises:
        Unavailable: if the service is busy or unreachable after the client's own retries, or if not enough
            time is left for a call.
        ClientError: for every other error that the service returns.
    """
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnectionError

    if remaining_seconds() < needs_seconds:
        raise Unavailable(f"{name} is slow; try again")
    _seed()
    try:
        yield
    except (HTTPClientError, NoConnectionError) as error:
        raise Unavailable(f"{name} does not respond; try again") from error
    except ClientError as error:
        if is_temporary(code_of(error), status_of(error)):
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


def is_temporary(code: str, status: int = 0) -> bool:
    """Return whether the same call may succeed within seconds, by an error's code and HTTP status.

    Every other error is final for the call: AWS refuses it until its cause is removed.
    """
    return code in _TEMPORARY or status >= SERVER_ERROR or status == _TOO_MANY_REQUESTS


def code_of(error: ClientError) -> str:
    """Return the code of an error, such as `AccessDeniedException`."""
    return error.response.get("Error", {}).get("Code", "")


def status_of(error: ClientError) -> int:
    """Return the HTTP status of an error; 0 if it has none."""
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
