"""The trace of a request, from function logs and dead-letter queues."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.local.operate.conftest import Stack

START = "2026-01-31T09:30:00"


def timestamp(milliseconds: int) -> str:
    return f"{START}.{milliseconds:03d}Z"


def invocation(correlation_id: str, at: int, duration: float, **facts: Any) -> dict[str, Any]:
    return entry("invocation", correlation_id, at, coldStart=False, durationMs=duration, **facts)


def entry(message: str, correlation_id: str, at: int, **facts: Any) -> dict[str, Any]:
    """Return a log entry as `handlers.kit.log` writes it, at the end of the step that it describes."""
    return {
        "timestamp": timestamp(at),
        "level": "INFO",
        "message": message,
        "correlationId": correlation_id,
        "function": "fn",
        "requestId": "r-1",
        **facts,
    }


@pytest.fixture
def correlation_id() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def traced(stack: Stack, correlation_id: str) -> Stack:
    """A stack with a request that ran through four functions, and one dead-lettered message of it."""
    event = {"eventId": "e-1", "eventType": "user.created", "source": "strata.users"}
    stack.log(
        "push",
        entry("push", correlation_id, 300, eventId="e-1", connectionId="x=", outcome="sent"),
    )
    stack.log(
        "welcome",
        entry(
            "event", correlation_id, 280, **event, outcome="failed", durationMs=20.0,
            queue="q", messageId="m", attempt=2, waitedMs=1500, error="KeyError: 'x'",
        ),
        invocation(uuid.uuid4().hex, 281, 21.0, messages=1),
        f"Traceback of {correlation_id}",
    )  # fmt: skip
    stack.log("changes", entry("event", correlation_id, 150, **event, outcome="published"))
    stack.log(
        "create",
        invocation(correlation_id, 140, 40.0, route="POST /users", status=201),
        invocation(f"{correlation_id}-other", 141, 1.0, route="GET /users", status=200),
        entry("invocation", "other", 142, note=correlation_id),
    )
    url = stack.dead_letters("audit", "queue", "https://queue")
    detail = {"metadata": {"id": "e-1", "correlationId": correlation_id}, "data": {}}
    stack.send(url, {"detail-type": "user.created", "detail": detail}, reason="no schema")
    stack.send(url, {"detail-type": "user.created", "detail": {"metadata": {"correlationId": "other"}}})
    return stack


def test_trace_as_json_has_all_steps_in_order(
    traced: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only steps of this request are printed, by start time; the dead-lettered message is last."""
    code = traced.operate("trace", correlation_id, "--json")
    hops = json.loads(capsys.readouterr().out)
    waiting = hops.pop()

    assert code == 0
    assert hops == [
        {
            "at": timestamp(100),
            "offsetMs": 0,
            "where": "create",
            "what": "POST /users",
            "outcome": "201",
            "durationMs": 40.0,
            "failed": False,
            "details": {"status": 201},
        },
        {
            "at": timestamp(150),
            "offsetMs": 50,
            "where": "changes",
            "what": "user.created",
            "outcome": "published",
            "durationMs": None,
            "failed": False,
            "details": {"eventId": "e-1", "source": "strata.users"},
        },
        {
            "at": timestamp(260),
            "offsetMs": 160,
            "where": "welcome",
            "what": "user.created",
            "outcome": "failed",
            "durationMs": 20.0,
            "failed": True,
            "details": {
                "attempt": 2,
                "waitedMs": 1500,
                "queue": "q",
                "eventId": "e-1",
                "source": "strata.users",
                "error": "KeyError: 'x'",
                "unlogged": [1],
            },
        },
        {
            "at": timestamp(300),
            "offsetMs": 200,
            "where": "push",
            "what": "push",
            "outcome": "sent",
            "durationMs": None,
            "failed": False,
            "details": {"connectionId": "x=", "eventId": "e-1"},
        },
    ]
    assert {name: waiting[name] for name in ("where", "what", "outcome", "failed")} == {
        "where": "audit",
        "what": "user.created",
        "outcome": "waiting",
        "failed": True,
    }
    assert waiting["details"].keys() == {"messageId", "eventId", "error"}
    assert waiting["details"]["error"] == "no schema"


def test_trace_fits_a_terminal_and_marks_failures(
    traced: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines have at most 100 columns, failures start with a mark, and the last line is a summary."""
    code = traced.operate("trace", correlation_id)
    lines = capsys.readouterr().out.splitlines()

    assert code == 0
    assert max(map(len, lines)) <= 100
    assert [line[:1] for line in lines if " → " in line] == [" ", " ", "!", " ", "!"]
    assert lines[-1].startswith("5 hops, 2 failures, ")


def test_trace_does_not_remove_dead_letters(traced: Stack, correlation_id: str) -> None:
    """All messages are visible after the trace."""
    traced.operate("trace", correlation_id)

    assert traced.visible(traced.outputs["deadLetters"]["audit"]["url"]) == 2


def test_unknown_correlation_id_is_an_error(traced: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON output is an empty list, and the error has a hint."""
    code = traced.operate("trace", "unknown-id", "--json")
    printed = capsys.readouterr()

    assert (code, json.loads(printed.out)) == (1, [])
    assert printed.err.startswith("error: no log entries for unknown-id since ")


def test_trace_reads_all_pages_of_a_log(
    stack: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An entry is found after more entries of other requests than one response of CloudWatch Logs has."""
    other = json.dumps(invocation("other-request", 1, 1.0))
    for _ in range(3):
        stack.log("busy", *[other] * 4_000)
    stack.log("busy", invocation(correlation_id, 140, 40.0, route="POST /users", status=201))
    code = stack.operate("trace", correlation_id, "--json")

    assert (code, [hop["outcome"] for hop in json.loads(capsys.readouterr().out)]) == (0, ["201"])
