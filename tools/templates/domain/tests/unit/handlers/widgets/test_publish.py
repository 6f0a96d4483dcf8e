"""The event of a new widget."""

from __future__ import annotations

from typing import Any

from handlers.widgets.publish import handler

from handlers.events.catalogue import WidgetCreated
from handlers.events.cause import Cause
from handlers.events.publish import NewEvent
from handlers.events.stream import Change

WIDGET = {"id": "1", "name": "Ada's widget", "status": "new", "createdAt": "2026-01-31T09:30:00.123Z"}


def converted(old: Any, new: Any) -> NewEvent | None:
    """Return the event of a change."""
    return handler.convert(Change(old, new, "2026-01-31T09:30:00Z", Cause("correlation-1", "admin-1")))


def test_new_widget_is_published() -> None:
    """The event has the widget and the request that created it."""
    assert converted(None, WIDGET) == NewEvent(
        type="widget.created",
        source="strata.widgets",
        id="widget.created:1",
        subject="1",
        data=WidgetCreated(widget_id="1", name="Ada's widget"),
        correlation_id="correlation-1",
        occurred_at="2026-01-31T09:30:00.123Z",
        actor="admin-1",
    )


def test_changed_and_deleted_widgets_are_not_published() -> None:
    """Only a new item has an event."""
    assert converted(WIDGET, {**WIDGET, "status": "confirmed"}) is None
    assert converted(WIDGET, None) is None
