"""Trying again, for as long as the invocation has time."""

import time
from collections.abc import Iterator

from handlers.kit.invocation import remaining_seconds

_FIRST_WAIT_SECONDS = 0.025
_LONGEST_WAIT_SECONDS = 0.8
ATTEMPT_SECONDS = 4.5
"""What an attempt may take: two calls of two seconds, and the wait between. Without as much left, Lambda
would end the function, and its caller get the gateway's bare error for an answer."""

_RESERVE_SECONDS = ATTEMPT_SECONDS + 0.5
"""Kept back: one more attempt, and an answer of ours."""


def attempts() -> Iterator[int]:
    """Attempts from 0 on, at once and then after growing waits with full jitter, until time is short.

    The waits double, and each is drawn between nothing and the bound: callers that collided once do
    not collide again in step.
    """
    yield 0
    import random  # late: most runs need one attempt

    attempt, bound = 1, _FIRST_WAIT_SECONDS
    while True:
        wait = random.uniform(0, bound)  # noqa: S311 - spreads callers, guards nothing
        if remaining_seconds() < wait + _RESERVE_SECONDS:
            return
        time.sleep(wait)
        yield attempt
        attempt, bound = attempt + 1, min(bound * 2, _LONGEST_WAIT_SECONDS)
