"""Publishes new items of the widgets table as events."""

from handlers.events.catalogue import WidgetCreated
from handlers.events.publish import NewEvent
from handlers.events.stream import Change, publisher


@publisher
def handler(change: Change) -> NewEvent | None:
    """Publish that a widget was created."""
    if change.new is None or change.old is not None:
        return None
    widget = change.new
    return NewEvent(
        type="widget.created",
        source="strata.widgets",
        # The id depends on the change only, so an event that is published again has the same id.
        id=f"widget.created:{widget['id']}",
        subject=widget["id"],
        data=WidgetCreated(widget_id=widget["id"], name=widget["name"]),
        correlation_id=change.cause.correlation_id,
        occurred_at=widget["createdAt"],
        actor=change.cause.actor,
    )
