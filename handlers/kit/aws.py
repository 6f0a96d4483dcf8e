"""AWS's services as handlers call them: a client each, made late, with limits of ours."""

from __future__ import annotations

from functools import cache
from typing import Any


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
