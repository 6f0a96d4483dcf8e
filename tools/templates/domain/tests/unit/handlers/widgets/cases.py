"""A request for each status of the widgets operations."""

from __future__ import annotations

from typing import Any

from handlers.kit.ids import new_id
from tests.unit.handlers.contract import Case, operation
from tests.unit.handlers.lambda_ import call, request
from tests.unit.handlers.people import claims, create_user

BODY = {"name": "Ada's widget"}


def existing() -> str:
    """Create a widget and return its id."""
    return call(operation("handlers.widgets.create:handler"), request(body=BODY)).body["id"]


def disabled_caller() -> None:
    """Disable the profile of the request's caller."""
    create_user("grace@example.org", status="disabled")


def on_widget(widget_id: str) -> dict[str, Any]:
    """Return a request on a widget."""
    return {"path": {"widgetId": widget_id}}


CASES = [
    Case("widgets.create", 201, {"body": BODY}),
    Case("widgets.create", 400, {"body": {"name": ""}}),
    Case("widgets.create", 403, {"claims": claims(), "body": BODY}, disabled_caller),
    Case("widgets.create", 413, {"text": "x" * 20_000}),
    Case("widgets.create", 415, {"text": "{}", "headers": {"Content-Type": "text/plain"}}),
    Case("widgets.create", 503, {"body": BODY}, busy="put_item"),
    Case("widgets.read", 200, on_widget, existing),
    Case("widgets.read", 400, {"path": {"widgetId": "1"}}),
    Case("widgets.read", 403, {"claims": claims(), "path": {"widgetId": new_id()}}, disabled_caller),
    Case("widgets.read", 404, on_widget, new_id),
    Case("widgets.read", 503, on_widget, new_id, busy="get_item"),
]
