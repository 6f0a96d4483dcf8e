"""One request's way, put together from functions' logs and from what was given up."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.local.operate.conftest import Stack

START = "2026-01-31T09:30:00"


def moment(milliseconds: int) -> str:
    return f"{START}.{milliseconds:03d}Z"


def invocation(correlation_id: str, at: int, duration: float, **facts: Any) -> dict[str, Any]:
    return line("invocation", correlation_id, at, coldStart=False, durationMs=duration, **facts)


def line(message: str, correlation_id: str, at: int, **facts: Any) -> dict[str, Any]:
    """A line of ours, as `handlers.kit.log` writes it: logged when what it tells of is over."""
    return {
        "timestamp": moment(at),
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
def told(stack: Stack, correlation_id: str) -> Stack:
    """A stack in which a request went through four functions, and one message of it was given up."""
    event = {"eventId": "e-1", "eventType": "user.created", "source": "strata.users"}
    stack.log(
        "push",
        line("push", correlation_id, 300, eventId="e-1", connectionId="x=", outcome="sent"),
    )
    stack.log(
        "welcome",
        line(
            "event", correlation_id, 280, **event, outcome="failed", durationMs=20.0,
            queue="q", messageId="m", attempt=2, waitedMs=1500, error="KeyError: 'x'",
        ),
        invocation(uuid.uuid4().hex, 281, 21.0, messages=1),
        f"Traceback of {correlation_id}",
    )  # fmt: skip
    stack.log("changes", line("event", correlation_id, 150, **event, outcome="published"))
    stack.log(
        "create",
        invocation(correlation_id, 140, 40.0, route="POST /users", status=201),
        invocation(f"{correlation_id}-other", 141, 1.0, route="GET /users", status=200),
        line("invocation", "other", 142, note=correlation_id),
    )
    url = stack.dead_letters("audit", "queue", "https://queue")
    detail = {"metadata": {"id": "e-1", "correlationId": correlation_id}, "data": {}}
    stack.send(url, {"detail-type": "user.created", "detail": detail}, reason="no schema")
    stack.send(url, {"detail-type": "user.created", "detail": {"metadata": {"correlationId": "other"}}})
    return stack


def test_trace_as_json_gives_the_whole_way_in_order(
    told: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every hop of this request and of no other, by when it began; what waits in dead letters comes last."""
    code = told.operate("trace", correlation_id, "--json")
    hops = json.loads(capsys.readouterr().out)
    waiting = hops.pop()

    assert code == 0
    assert hops == [
        {
            "at": moment(100),
            "offsetMs": 0,
            "where": "create",
            "what": "POST /users",
            "outcome": "201",
            "durationMs": 40.0,
            "failed": False,
            "details": {"status": 201},
        },
        {
            "at": moment(150),
            "offsetMs": 50,
            "where": "changes",
            "what": "user.created",
            "outcome": "published",
            "durationMs": None,
            "failed": False,
            "details": {"eventId": "e-1", "source": "strata.users"},
        },
        {
            "at": moment(260),
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
            "at": moment(300),
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


def test_trace_fits_a_terminal_and_marks_what_failed(
    told: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line is longer than 100 columns, a failure begins with a mark, and a line at the end sums up."""
    code = told.operate("trace", correlation_id)
    lines = capsys.readouterr().out.splitlines()

    assert code == 0
    assert max(map(len, lines)) <= 100
    assert [line[:1] for line in lines if " → " in line] == [" ", " ", "!", " ", "!"]
    assert lines[-1].startswith("5 hops, 2 failures, ")


def test_trace_leaves_dead_letters_where_they_are(told: Stack, correlation_id: str) -> None:
    """Looking hides no message from anybody: all can be taken at once afterwards."""
    told.operate("trace", correlation_id)

    assert told.visible(told.outputs["deadLetters"]["audit"]["url"]) == 2


def test_trace_of_nothing_says_so(told: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """An id that nobody logged is an error with a hint, and an empty list for a program."""
    code = told.operate("trace", "nothing-of-the-kind", "--json")
    printed = capsys.readouterr()

    assert (code, json.loads(printed.out)) == (1, [])
    assert printed.err.startswith("error: nothing was logged for nothing-of-the-kind since ")


def test_trace_goes_through_logs_longer_than_a_page(
    stack: Stack, correlation_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A request is found behind more lines of others than one answer of CloudWatch Logs holds."""
    other = json.dumps(invocation("other-request", 1, 1.0))
    for _ in range(3):
        stack.log("busy", *[other] * 4_000)
    stack.log("busy", invocation(correlation_id, 140, 40.0, route="POST /users", status=201))
    code = stack.operate("trace", correlation_id, "--json")

    assert (code, [hop["outcome"] for hop in json.loads(capsys.readouterr().out)]) == (0, ["201"])
