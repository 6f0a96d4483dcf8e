"""Confirming new widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from handlers.widgets import storage
from handlers.widgets.confirm import handler
from tests.unit.handlers.widgets.cases import existing

from handlers.kit.ids import new_id
from tests.unit.handlers.conftest import DeadLetter
from tests.unit.handlers.events.samples import batch, document, message
from tests.unit.handlers.lambda_ import Context


def deliver(widget_id: str) -> list[str]:
    """Deliver the event of a new widget; return the messages that are to be received again."""
    data = {"widgetId": widget_id, "name": "Ada's widget"}
    body = document("widget.created", "strata.widgets", data=data)
    return handler(batch(message(body)), Context())["batchItemFailures"]


def test_new_widget_is_confirmed(aws: Any) -> None:
    """The status changes once, also if the event is delivered twice."""
    widget_id = existing()

    assert (deliver(widget_id), deliver(widget_id)) == ([], [])
    widget = storage.read(widget_id)
    assert widget is not None
    assert widget.status == "confirmed"


def test_unknown_widget_is_dead_lettered(aws: Any, dead_letters: Callable[[], list[DeadLetter]]) -> None:
    """The message is not retried, and the dead-letter queue has the reason."""
    assert deliver(new_id()) == []
    assert [each.reason for each in dead_letters()] == ["the widget does not exist"]
