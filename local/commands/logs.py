"""The functions' logs, read from CloudWatch Logs and formatted."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any, cast

from local.machine.errors import LocalError
from provider.cloud import Cloud

POLL_SECONDS = 1.0

LATE_MS = 2_000
"""How much later than an entry with a later timestamp an entry may appear."""

PLATFORM = re.compile(r"(START|END|REPORT|INIT_START) ")
"""The lines that Lambda writes for each invocation."""

GENERATED = re.compile(r"^/aws/lambda/|^[a-z]+-local-|-[0-9a-f]{7}$")
"""The generated parts of a log group's name: its prefix, project and stack, and its random suffix."""

UNPACKED = re.compile(r'(?<=File ")[^"]*/code/')
"""The folder to which the emulator extracts a bundle; the rest of the path is relative to `handlers`."""

PLACED = frozenset({"timestamp", "function", "requestId", "level", "message", "correlationId", "traceback"})
"""Fields with a fixed position in a formatted line, or omitted from it."""


@dataclass(frozen=True)
class Entry:
    """One line of a function's log.

    Attributes:
        time: milliseconds since the epoch.
        function: the name of the log group, which contains the function's name.
        text: the line; usually a JSON object.
    """

    time: int
    function: str
    text: str


class Logs:
    """Reads the log entries that are new since the last call.

    Args:
        cloud: the embedded cloud.
        since: the earliest time, in milliseconds since the epoch.
        function: the part that a function's name must contain.
    """

    def __init__(self, cloud: Cloud, since: int = 0, function: str = "") -> None:
        self._client: Any = cloud.client("logs")
        self._since = since
        self._function = function
        self._seen: set[str] = set()

    def check_function(self) -> None:
        """Check that a log group matches the function's name.

        Raises:
            LocalError: if none does; the text lists the existing log groups.
        """
        if self._function and not self._groups():
            known = ", ".join(sorted(_function_name(name) for name in self._names())) or "none yet"
            raise LocalError(f"no log group matches {self._function!r}; existing log groups: {known}")

    def read(self) -> list[Entry]:
        """Return the new entries, oldest first."""
        found = sorted(
            (entry for group in self._groups() for entry in self._entries(group)),
            key=lambda entry: entry.time,
        )
        if found:
            self._since = max(self._since, found[-1].time - LATE_MS)
        return found

    def follow(self, stop: Event) -> Iterator[Entry]:
        """Yield new entries until `stop` is set."""
        while not stop.is_set():
            yield from self.read()
            stop.wait(POLL_SECONDS)

    def _groups(self) -> list[str]:
        return [name for name in self._names() if self._function in name]

    def _names(self) -> list[str]:
        pages: Any = self._client.get_paginator("describe_log_groups").paginate()
        return [group["logGroupName"] for page in pages for group in page["logGroups"]]

    def _entries(self, group: str) -> list[Entry]:
        events: Any = self._client.filter_log_events(logGroupName=group, startTime=self._since)["events"]
        # The emulator writes all lines of an invocation together, to a separate stream.
        new = [event for event in events if event["logStreamName"] not in self._seen]
        self._seen.update(event["logStreamName"] for event in new)
        return [
            Entry(event["timestamp"], group, event["message"].rstrip())
            for event in new
            if not PLATFORM.match(event["message"])
        ]


def now() -> int:
    """Return the current time in milliseconds since the epoch."""
    return int(time.time() * 1000)


def readable(entry: Entry) -> str:
    """Return an entry as one line: time, function, level, message, correlation id, other fields."""
    clock = datetime.fromtimestamp(entry.time / 1000).astimezone().strftime("%H:%M:%S.%f")[:-3]
    fields = _fields(entry.text)
    others = [f"{key}={_short(value)}" for key, value in fields.items() if key not in PLACED]
    parts = [
        clock,
        _function_name(entry.function),
        f"{fields.get('level', '')!s:<5}",
        str(fields.get("message", "")),
        str(fields.get("correlationId", "")),
        *others,
    ]
    line = "  ".join(part for part in parts if part.strip())
    trace = fields.get("traceback")
    return f"{line}\n{UNPACKED.sub('', str(trace))}" if trace else line


def entry_fields(entry: Entry) -> dict[str, Any]:
    """Return an entry for JSON: time, function, and the fields of the line as `entry`."""
    time_ = datetime.fromtimestamp(entry.time / 1000, UTC).isoformat(timespec="milliseconds")
    return {"time": time_, "function": _function_name(entry.function), "entry": _fields(entry.text)}


def _function_name(group: str) -> str:
    return GENERATED.sub("", group)


def _fields(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {"message": text}


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
