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


def step(at: int, where: str, what: str, outcome: str, **others: Any) -> dict[str, Any]:
    """Return a step in the JSON document; the first one of the request starts at 100 ms."""
    defaults = {"durationMs": None, "failed": False, "details": {}}
    return {
        "at": timestamp(at),
        "offsetMs": at - 100,
        "where": where,
        "what": what,
        "outcome": outcome,
        **defaults,
        **others,
    }


STEPS = [
    step(100, "create", "POST /users", "201", durationMs=40.0, details={"status": 201}),
    step(150, "changes", "user.created", "published", details={"eventId": "e-1", "source": "strata.users"}),
    step(
        260,
        "welcome",
        "user.created",
        "failed",
        durationMs=20.0,
        failed=True,
        details={
            "attempt": 2,
            "waitedMs": 1500,
            "queue": "q",
            "eventId": "e-1",
            "source": "strata.users",
            "error": "KeyError: 'x'",
            "unlogged": [1],
        },
    ),
    step(300, "push", "push", "sent", details={"connectionId": "x=", "eventId": "e-1"}),
]
"""The logged steps of the request."""


def test_trace_as_json_has_all_steps_in_order(
    traced: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only steps of this request are printed, by start time; the dead-lettered message is last."""
    code = traced.operate("trace", correlation_id, "--json")
    *hops, waiting = json.loads(capsys.readouterr().out)["hops"]

    assert (code, hops) == (0, STEPS)
    assert {name: waiting[name] for name in ("where", "what", "outcome", "failed")} == {
        "where": "audit",
        "what": "user.created",
        "outcome": "waiting",
        "failed": True,
    }
    assert waiting["details"].keys() == {"messageId", "eventId", "error"}
    assert waiting["details"]["error"] == "no schema"


def test_trace_that_is_read_early_names_what_is_expected(
    traced: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The event was published, and two of its subscribers have not logged that they handled it."""
    types = {"types": ["user.created"], "filtered": False}
    traced.outputs["subscribers"] = [
        {**types, "function": "welcome", "deadLetters": []},
        {**types, "function": "archive", "deadLetters": []},
        {**types, "function": "record", "deadLetters": ["audit"]},
    ]
    traced.operate("trace", correlation_id, "--json")
    document = json.loads(capsys.readouterr().out)
    code = traced.operate("trace", correlation_id)
    *_, first, second, last = capsys.readouterr().out.splitlines()

    assert (code, document["complete"]) == (0, False)
    assert [(each["where"], each["eventId"], each["certain"]) for each in document["expected"]] == [
        ("welcome", "e-1", True),
        ("archive", "e-1", True),
    ]
    assert first == "expected: user.created at welcome: failed, and not handled since"
    assert second == "expected: user.created at archive: not seen yet"
    assert last.startswith("5 hops, 2 failures, ")
    assert last.endswith(f", 2 more expected, as of {last[-24:]}")


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
    """The JSON output has no steps, and the error has a hint."""
    code = traced.operate("trace", "unknown-id", "--json")
    printed = capsys.readouterr()

    assert (code, json.loads(printed.out)["hops"]) == (1, [])
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

    assert (code, [hop["outcome"] for hop in json.loads(capsys.readouterr().out)["hops"]]) == (0, ["201"])
