"""Steps of a request, from log entries."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from operate.expected import Expected
from operate.render import own_name, summary
from operate.trace import Hop, from_log_entry

LOGGED = {"timestamp": "2026-01-31T09:30:00.100Z", "correlationId": "c-1", "durationMs": 100}
BEGAN = 1_769_851_800_000.0
READ_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entry", "what", "outcome", "failed"),
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
def test_log_entry_is_a_step_with_its_outcome(
    entry: dict[str, Any], what: str, outcome: str, failed: bool
) -> None:
    """A client error is not a failure, and neither is a push to a closed connection."""
    hop = from_log_entry("fn", {**LOGGED, **entry}, 0)

    assert (hop.where, hop.what, hop.outcome, hop.failed) == ("fn", what, outcome, failed)
    assert (hop.at, hop.end) == (BEGAN, BEGAN + 100)


@pytest.mark.parametrize("timestamp", [None, 5, "yesterday"])
def test_invalid_timestamp_is_replaced_by_the_ingestion_time(timestamp: Any) -> None:
    """The time of the log event is used if the entry has no valid timestamp."""
    assert from_log_entry("fn", {"message": "push", "timestamp": timestamp}, 1_000.0).at == 1_000.0


def test_summary_has_counts_and_the_total_time() -> None:
    """The total time runs from the first start to the last end."""

    def hop(at: float, duration: float | None, failed: bool) -> Hop:
        return Hop(at, "fn", "x", "", duration, failed, {})

    steps = [Expected("audit", "t", "e-1", certain, "not seen yet") for certain in (True, True, False)]
    at = ", as of 2026-01-31T09:30:00.000Z"

    assert summary([hop(1_000, None, failed=False)], [], READ_AT) == f"1 hop, 0 failures, 0 ms{at}"
    assert summary([hop(1_000, 5_000, failed=False), hop(2_000, 10, failed=True)], steps, READ_AT) == (
        f"2 hops, 1 failure, 5.0 s, 2 more expected, 1 more possible{at}"
    )


def test_own_name_has_no_generated_parts() -> None:
    """Project, stack and random suffix are removed; a name without them is unchanged."""
    names = ["strata-local-welcome-0123abc", "strata-pr-12-welcome-0123abc", "orders", "two-words"]

    assert [own_name(name) for name in names] == ["welcome", "welcome", "orders", "two-words"]
