"""Trying again for as long as there is time."""

from __future__ import annotations

import time

import pytest

from handlers.kit.invocation import Invocation
from handlers.kit.retry import attempts
from tests.unit.handlers.lambda_ import Context


@pytest.mark.parametrize(("remaining", "fewest", "most"), [(0, 1, 1), (5_000, 1, 1), (5_500, 2, 200)])
def test_attempts_end_while_one_more_could_be_made(remaining: int, fewest: int, most: int) -> None:
    """There is one attempt at least, and five seconds are left for its calls and an answer."""
    started = time.monotonic()
    with Invocation(Context(remaining), "test-0123456789"):
        made = len(list(attempts()))

    assert fewest <= made <= most
    assert time.monotonic() - started <= max(0.0, remaining / 1_000 - 5.0) + 0.1


def test_waits_grow_and_stay_below_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest waits double from 25 ms to 0.8 s, so that a crowd thins out."""
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    monkeypatch.setattr("random.uniform", lambda _, bound: bound)

    with Invocation(Context(10_000), "test-0123456789"):
        tries = attempts()
        numbers = [next(tries) for _ in range(9)]

    assert numbers == list(range(9))
    assert waits == [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 0.8, 0.8]
