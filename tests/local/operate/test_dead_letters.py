"""Operator commands that read dead-letter queues: list and show."""

from __future__ import annotations

import json

import pytest

from tests.local.operate.conftest import EVENT, Stack


def test_list_has_every_queue_with_its_depth(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Empty queues are listed too; the age is exact if all messages were read."""
    full, many = (stack.dead_letters(name, "queue", "https://queue") for name in ("full", "many"))
    stack.dead_letters("empty", "stream", "fn")
    stack.send(full, EVENT)
    for _ in range(12):
        stack.send(many, EVENT)
    code = stack.operate("dlq", "list", "--json")
    listed = json.loads(capsys.readouterr().out)

    assert code == 0
    assert [
        (each["name"], each["kind"], each["messages"], each["oldestAt"] is not None, each["exact"])
        for each in listed
    ] == [
        ("full", "queue", 1, True, True),
        ("many", "queue", 12, True, False),
        ("empty", "stream", 0, False, True),
    ]
    assert (stack.visible(full), stack.visible(many)) == (1, 12)


def test_list_as_text_has_full_queues_first(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Queues with messages are at the top of the table."""
    stack.dead_letters("empty", "stream", "fn")
    stack.send(stack.dead_letters("full", "queue", "https://queue"), EVENT)
    code = stack.operate("dlq", "list")
    rows = [line.split()[:3] for line in capsys.readouterr().out.splitlines()]

    assert (code, rows) == (
        0,
        [["queue", "kind", "messages"], ["full", "queue", "1"], ["empty", "stream", "0"]],
    )


def test_show_prints_messages_and_keeps_them(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """Reason, ids and body of up to --limit messages are printed, and all messages stay visible."""
    url = stack.dead_letters("welcome", "queue", "https://queue")
    stack.send(url, EVENT, reason="no such field")
    stack.send(url, "not JSON")
    code = stack.operate("dlq", "show", "welcome", "--limit", "1", "--json")
    (first,) = json.loads(capsys.readouterr().out)
    stack.operate("dlq", "show", "welcome")
    printed = capsys.readouterr().out

    assert {name: first[name] for name in first if name not in ("messageId", "sentAt")} == {
        "reason": "no such field",
        "eventType": "user.created",
        "eventId": "e-1",
        "correlationIds": ["c-1"],
        "attributes": {"reason": "no such field"},
        "body": EVENT,
    }
    assert (code, stack.visible(url)) == (0, 2)
    assert "not JSON" in printed.splitlines()


def test_unknown_queue_is_rejected(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit status is 2, and the error lists the existing queues."""
    stack.dead_letters("welcome", "queue", "https://queue")
    codes = [stack.operate("dlq", command, "welcom") for command in ("show", "redrive")]

    expected = "error: no dead-letter queue is named 'welcom'; existing: welcome\n"
    assert (codes, capsys.readouterr().err) == ([2, 2], expected * 2)
