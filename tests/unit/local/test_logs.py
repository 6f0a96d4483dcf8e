"""The format of log entries."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from local.commands.logs import Entry, readable

NOON = datetime(2026, 1, 2, 12, 0, 0, 42_000).astimezone()
TIME = int(NOON.timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            json.dumps(
                {
                    "level": "INFO",
                    "message": "created",
                    "correlationId": "c-1",
                    "requestId": "r-1",
                    "userId": "u-1",
                    "tries": 2,
                }
            ),
            "12:00:00.042  users-create  INFO   created  c-1  userId=u-1  tries=2",
        ),
        (
            json.dumps(
                {
                    "level": "ERROR",
                    "message": "failed",
                    "traceback": 'Traceback\n  File "/tmp/w-1/code/users/create.py", line 3',
                }
            ),
            '12:00:00.042  users-create  ERROR  failed\nTraceback\n  File "users/create.py", line 3',
        ),
        ("no JSON at all", "12:00:00.042  users-create  no JSON at all"),
        ("[1, 2]", "12:00:00.042  users-create  [1, 2]"),
    ],
    ids=["fields", "traceback", "plain text", "JSON array"],
)
def test_entry_is_formatted_as_one_line(text: str, line: str) -> None:
    """A line contains time, function, level, message and correlation id, then the other fields."""
    entry = Entry(TIME, "strata-local-users-create-0a1b2c3", text)

    assert readable(entry) == line
