"""The engine's events: the change of each resource, and diagnostics."""

from __future__ import annotations

import re
import time
from typing import Any

from local.driver.changes import Change, ChangeKind, Report

STEPS: dict[str, ChangeKind] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "same": "same",
    "create-replacement": "replace",
}
"""The driver's name of each step of the engine; other steps belong to one of these or change nothing."""

MARKUP = re.compile(r"<\{%.*?%\}>")
"""The engine's color codes."""

SUMMARIES = ("update failed", "preview failed")
ENDED = "Resource monitor has terminated"
"""The program's error after the engine has stopped for another reason."""


class Events:
    """Collects the events of one operation of the engine.

    Args:
        report: receives the change of each resource when it is complete.

    Attributes:
        changes: one for each resource, without components and providers.
        diagnostics: the severity and text of each warning and error.
    """

    def __init__(self, report: Report) -> None:
        self.changes: list[Change] = []
        self.diagnostics: list[tuple[str, str]] = []
        self._report = report
        self._started: dict[str, float] = {}

    def take(self, event: Any) -> None:
        """Process one event."""
        if event.resource_pre_event:
            self._started[event.resource_pre_event.metadata.urn] = time.monotonic()
        elif event.res_outputs_event:
            self._step(event.res_outputs_event.metadata)
        elif event.diagnostic_event and event.diagnostic_event.severity in ("warning", "error"):
            text = MARKUP.sub("", event.diagnostic_event.message).strip()
            self.diagnostics.append((event.diagnostic_event.severity, text))

    @property
    def errors(self) -> list[str]:
        """The error messages, without the engine's summary and errors that its stop causes in the program."""
        texts = [text for severity, text in self.diagnostics if severity == "error"]
        return [text for text in texts if text not in SUMMARIES and ENDED not in text]

    def _step(self, metadata: Any) -> None:
        kind = STEPS.get(metadata.op)
        state = metadata.new or metadata.old
        if kind is None or not state.custom or metadata.type.startswith("pulumi:"):
            return
        seconds = time.monotonic() - self._started.get(metadata.urn, time.monotonic())
        properties = tuple(sorted(metadata.diffs or ())) if kind != "create" else ()
        change = Change(metadata.urn, kind, seconds, properties)
        self.changes.append(change)
        self._report(change)
