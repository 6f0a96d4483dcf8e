"""Retries within the invocation's remaining time."""

import time
from collections.abc import Iterator

from handlers.kit.invocation import remaining_seconds

_FIRST_WAIT_SECONDS = 0.025
_LONGEST_WAIT_SECONDS = 0.8
ATTEMPT_SECONDS = 4.5
"""The longest an attempt takes: two calls of two seconds and the wait between them. With less time left
Lambda could stop the function, and the caller would receive the gateway's generic error."""

_RESERVE_SECONDS = ATTEMPT_SECONDS + 0.5
"""Time kept for one more attempt and the function's own response."""


def attempts() -> Iterator[int]:
    """Yield attempt numbers from 0, with growing random waits between them, until time is short.

    Each wait is drawn between 0 and a bound that doubles (full jitter): concurrent callers that conflicted
    once do not retry in step.
    """
    yield 0
    import random  # late: most invocations need one attempt

    attempt, bound = 1, _FIRST_WAIT_SECONDS
    while True:
        wait = random.uniform(0, bound)  # noqa: S311 - spreads retries, not used for security
        if remaining_seconds() < wait + _RESERVE_SECONDS:
            return
        time.sleep(wait)
        yield attempt
        attempt, bound = attempt + 1, min(bound * 2, _LONGEST_WAIT_SECONDS)
