"""A line of the log as a hop of a request."""

from __future__ import annotations

from typing import Any

import pytest

from operate.render import own_name, summary
from operate.trace import Hop, hop_of

LOGGED = {"timestamp": "2026-01-31T09:30:00.100Z", "correlationId": "c-1", "durationMs": 100}
BEGAN = 1_769_851_800_000.0


@pytest.mark.parametrize(
    ("line", "what", "outcome", "failed"),
    [
        ({"message": "invocation", "route": "GET /me", "status": 200}, "GET /me", "200", False),
        ({"message": "invocation", "route": "GET /me", "status": 404}, "GET /me", "404", False),
        ({"message": "invocation", "route": "GET /me", "status": 503}, "GET /me", "503", True),
        ({"message": "invocation", "error": "KeyError"}, "invocation", "failed", True),
        ({"message": "event", "eventType": "t", "outcome": "done"}, "t", "done", False),
        ({"message": "event", "eventType": "t", "outcome": "repeated"}, "t", "repeated", False),
        ({"message": "event", "eventType": "t", "outcome": "dead-lettered"}, "t", "dead-lettered", True),
        ({"message": "event", "outcome": "failed", "error": "E"}, "event", "failed", True),
        ({"message": "push", "outcome": "gone"}, "push", "gone", False),
        ({"message": "push", "outcome": "failed"}, "push", "failed", True),
        ({"message": "something else"}, "something else", "", False),
    ],
)
def test_line_is_told_by_what_was_done_and_how_it_ended(
    line: dict[str, Any], what: str, outcome: str, failed: bool
) -> None:
    """What the caller did wrong is no failure, and nor is a browser that has left."""
    hop = hop_of("fn", {**LOGGED, **line}, 0)

    assert (hop.where, hop.what, hop.outcome, hop.failed) == ("fn", what, outcome, failed)
    assert (hop.at, hop.end) == (BEGAN, BEGAN + 100)


@pytest.mark.parametrize("timestamp", [None, 5, "yesterday"])
def test_line_without_a_time_has_that_of_the_log(timestamp: Any) -> None:
    """The log's own time stands in for one that cannot be read."""
    assert hop_of("fn", {"message": "push", "timestamp": timestamp}, 1_000.0).at == 1_000.0


def test_summary_counts_what_there_is() -> None:
    """The time in all is from the first beginning to the last end."""

    def hop(at: float, duration: float | None, failed: bool) -> Hop:
        return Hop(at, "fn", "x", "", duration, failed, {})

    assert summary([hop(1_000, None, failed=False)]) == "1 hop, 0 failures, 0 ms"
    assert (
        summary([hop(1_000, 5_000, failed=False), hop(2_000, 10, failed=True)]) == "2 hops, 1 failure, 5.0 s"
    )


def test_own_name_is_what_the_program_says() -> None:
    """Project, stack and random digits go; a name without them stays."""
    names = ["strata-local-welcome-0123abc", "strata-pr-12-welcome-0123abc", "orders", "two-words"]

    assert [own_name(name) for name in names] == ["welcome", "welcome", "orders", "two-words"]
