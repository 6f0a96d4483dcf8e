"""What the engine says while it works: steps, complaints, and how far it is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from local.driver.driver import Change, Kind

STEPS: dict[str, Kind] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "same": "same",
    "create-replacement": "replace",
}
"""The engine's steps as the driver names them; others belong to one of these or change nothing."""

MARKUP = re.compile(r"<\{%.*?%\}>")
"""The engine's colours."""

SUMMARIES = ("update failed", "preview failed")
ENDED = "Resource monitor has terminated"
"""What a program fails with whose engine has stopped for a reason of its own."""

Report = Callable[[Change], None]


def silent(change: Change) -> None:
    """A report to nobody."""
    del change


class Events:
    """Gathers one run of the engine from its event log.

    Args:
        report: is told of each resource, once it has been dealt with.

    Attributes:
        changes: one a resource, without components and providers.
        complaints: the engine's warnings and errors, each with its severity.
    """

    def __init__(self, report: Report) -> None:
        self.changes: list[Change] = []
        self.complaints: list[tuple[str, str]] = []
        self._report = report
        self._begun: dict[str, float] = {}

    def take(self, event: Any) -> None:
        """Note one event."""
        if event.resource_pre_event:
            self._begun[event.resource_pre_event.metadata.urn] = time.monotonic()
        elif event.res_outputs_event:
            self._step(event.res_outputs_event.metadata)
        elif event.diagnostic_event and event.diagnostic_event.severity in ("warning", "error"):
            text = MARKUP.sub("", event.diagnostic_event.message).strip()
            self.complaints.append((event.diagnostic_event.severity, text))

    @property
    def errors(self) -> list[str]:
        """What went wrong, without the engine's own summary, and without what the program says to its end."""
        texts = [text for severity, text in self.complaints if severity == "error"]
        return [text for text in texts if text not in SUMMARIES and ENDED not in text]

    def _step(self, metadata: Any) -> None:
        kind = STEPS.get(metadata.op)
        state = metadata.new or metadata.old
        if kind is None or not state.custom or metadata.type.startswith("pulumi:"):
            return
        seconds = time.monotonic() - self._begun.get(metadata.urn, time.monotonic())
        properties = tuple(sorted(metadata.detailed_diff or ())) if kind != "create" else ()
        change = Change(metadata.urn, kind, seconds, properties)
        self.changes.append(change)
        self._report(change)
