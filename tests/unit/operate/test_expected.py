"""The steps that a trace expects and has not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from operate.expected import STREAM_SECONDS, Expected, expected
from operate.target import Subscriber
from operate.trace import Hop

READ_AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
AUDIT = Subscriber("audit-record", ["user.created", "user.updated"], False, ["audit-dead-letters"])
SOME = Subscriber("some", ["user.created"], True, [])
MISSING = Expected("audit-record", "user.created", "e-1", certain=True, reason="not seen yet")


def hop(where: str, what: str, outcome: str, event_id: str = "e-1", age: float = 1.0) -> Hop:
    """Return a step that started `age` seconds before the trace was read."""
    at = (READ_AT - timedelta(seconds=age)).timestamp() * 1_000
    return Hop(at, where, what, outcome, 10.0, outcome == "failed", {"eventId": event_id})


PUBLISHED = hop("users-publish", "user.created", "published")
FAILED = hop("audit-record", "user.created", "failed")


@pytest.mark.parametrize(
    ("later", "missing"),
    [
        ([], [MISSING]),
        ([hop("audit-record", "user.created", "done", event_id="e-2")], [MISSING]),
        ([hop("other", "user.created", "done")], [MISSING]),
        ([hop("audit-record", "user.created", "done")], []),
        ([hop("audit-record", "user.created", "repeated")], []),
        ([hop("audit-record", "user.created", "dead-lettered")], []),
        ([FAILED], [replace(MISSING, reason="failed, and not handled since")]),
        ([FAILED, hop("audit-record", "user.created", "done")], []),
        ([FAILED, hop("audit-dead-letters", "user.created", "waiting")], []),
        ([hop("audit-dead-letters", "user.created", "waiting")], []),
    ],
)
def test_published_event_is_expected_at_its_subscriber(later: list[Hop], missing: list[Expected]) -> None:
    """It is expected until the subscriber has handled it, or it is dead-lettered."""
    assert expected([PUBLISHED, *later], [AUDIT], [], READ_AT) == missing


def test_each_subscriber_of_the_type_is_expected() -> None:
    """A subscriber that filters the events may follow; one of another type does not."""
    other = Subscriber("other", ["user.deleted"], False, [])

    assert expected([PUBLISHED], [AUDIT, SOME, other], [], READ_AT) == [
        MISSING,
        Expected("some", "user.created", "e-1", certain=False, reason="not seen yet"),
    ]


@pytest.mark.parametrize(
    ("request_hop", "possible"),
    [
        (hop("users-create", "POST /users", "201"), True),
        (hop("users-change", "PATCH /users/{userId}", "200"), True),
        (hop("users-create", "POST /users", "409"), False),
        (hop("users-list", "GET /users", "200"), False),
        (hop("users-create", "POST /users", "201", age=STREAM_SECONDS + 5), False),
    ],
)
def test_change_may_be_published(request_hop: Hop, possible: bool) -> None:
    """Only the stream knows whether a successful write changed a table, and it needs some seconds."""
    step = Expected("users-publish", "changes of a table", None, certain=False, reason="not seen yet")

    assert expected([request_hop], [], ["users-publish"], READ_AT) == [step] * possible
    assert expected([request_hop, PUBLISHED], [], ["users-publish"], READ_AT) == []
