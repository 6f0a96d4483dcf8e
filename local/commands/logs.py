"""The handlers' logs, read from CloudWatch Logs and made readable."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any, cast

from local.machine.errors import LocalError
from provider.cloud import Cloud

POLL_SECONDS = 1.0

LATE_MS = 2_000
"""How late an entry may appear behind one with a later time."""

PLATFORM = re.compile(r"(START|END|REPORT|INIT_START) ")
"""What Lambda itself writes around an invocation."""

GENERATED = re.compile(r"^/aws/lambda/|^[a-z]+-local-|-[0-9a-f]{7}$")
"""What surrounds a resource's own name: project and stack before it, random digits behind it."""

UNPACKED = re.compile(r'(?<=File ")[^"]*/code/')
"""Where the emulator unpacked the bundle: the rest is the path in `handlers`."""

PLACED = frozenset({"timestamp", "function", "requestId", "level", "message", "correlationId", "traceback"})
"""Fields that a readable line has a place for, or no need of."""


@dataclass(frozen=True)
class Entry:
    """One line that a handler logged.

    Attributes:
        time: milliseconds since the epoch.
        function: the name of its log group, which is the function's but for the random digits.
        text: the line, mostly a JSON object.
    """

    time: int
    function: str
    text: str


class Logs:
    """Reads what is new since the last reading.

    Args:
        cloud: the cloud whose logs to read.
        since: milliseconds since the epoch.
        function: part of a function's name; others are left out.
    """

    def __init__(self, cloud: Cloud, since: int = 0, function: str = "") -> None:
        self._client: Any = cloud.client("logs")
        self._since = since
        self._function = function
        self._seen: set[str] = set()

    def refuse_unknown(self) -> None:
        """Let nobody wait for the logs of a function that is not there.

        Raises:
            LocalError: naming those that are.
        """
        if self._function and not self._groups():
            known = ", ".join(sorted(GENERATED.sub("", name) for name in self._names())) or "none yet"
            raise LocalError(f"no function has {self._function!r} in its name; there are: {known}")

    def read(self) -> list[Entry]:
        """The new entries, oldest first."""
        found = sorted(
            (entry for group in self._groups() for entry in self._entries(group)),
            key=lambda entry: entry.time,
        )
        if found:
            self._since = max(self._since, found[-1].time - LATE_MS)
        return found

    def follow(self, stop: Event) -> Iterator[Entry]:
        """Entries as they come, until told to stop."""
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
        # The emulator writes an invocation's lines at once, in a stream of their own.
        new = [event for event in events if event["logStreamName"] not in self._seen]
        self._seen.update(event["logStreamName"] for event in new)
        return [
            Entry(event["timestamp"], group, event["message"].rstrip())
            for event in new
            if not PLATFORM.match(event["message"])
        ]


def now() -> int:
    """This moment, in milliseconds since the epoch."""
    return int(time.time() * 1000)


def readable(entry: Entry) -> str:
    """The entry as a line: time, function, level, message, correlation id, and what else it says."""
    clock = datetime.fromtimestamp(entry.time / 1000).astimezone().strftime("%H:%M:%S.%f")[:-3]
    function = GENERATED.sub("", entry.function)
    fields = _fields(entry.text)
    others = [f"{key}={_short(value)}" for key, value in fields.items() if key not in PLACED]
    parts = [
        clock,
        function,
        f"{fields.get('level', '')!s:<5}",
        str(fields.get("message", "")),
        str(fields.get("correlationId", "")),
        *others,
    ]
    line = "  ".join(part for part in parts if part.strip())
    trace = fields.get("traceback")
    return f"{line}\n{UNPACKED.sub('', str(trace))}" if trace else line


def _fields(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {"message": text}


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
