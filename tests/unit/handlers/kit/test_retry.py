"""Retries within the remaining time."""

from __future__ import annotations

import time

import pytest

from handlers.kit.invocation import Invocation
from handlers.kit.retry import attempts
from tests.unit.handlers.lambda_ import Context


@pytest.mark.parametrize(("remaining", "fewest", "most"), [(0, 1, 1), (5_000, 1, 1), (5_500, 2, 200)])
def test_attempts_stop_with_time_left_for_one_more(remaining: int, fewest: int, most: int) -> None:
    """There is at least one attempt, and five seconds remain for a last one and the response."""
    started = time.monotonic()
    with Invocation(Context(remaining), "test-0123456789"):
        count = len(list(attempts()))

    assert fewest <= count <= most
    assert time.monotonic() - started <= max(0.0, remaining / 1_000 - 5.0) + 0.1


def test_waits_double_up_to_a_maximum(monkeypatch: pytest.MonkeyPatch) -> None:
    """The maximum waits double from 25 ms to 0.8 s."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr("random.uniform", lambda _, bound: bound)

    with Invocation(Context(10_000), "test-0123456789"):
        tries = attempts()
        numbers = [next(tries) for _ in range(9)]

    assert numbers == list(range(9))
    assert waits == [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 0.8, 0.8]
