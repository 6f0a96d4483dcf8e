"""Widgets in DynamoDB: one item a widget, with the cause of its last change for the table's stream."""

from __future__ import annotations

from typing import Any

import msgspec
from handlers.widgets.models import Widget

from handlers.events import cause
from handlers.events.effect import Poison
from handlers.kit import dynamodb
from handlers.kit.environment import variable


def create(widget: Widget) -> None:
    """Store a new widget.

    Raises:
        Unavailable: if DynamoDB is busy.
    """
    attributes: dict[str, str] = msgspec.to_builtins(widget)
    dynamodb.call(
        dynamodb.client().put_item,
        TableName=variable("WIDGETS_TABLE"),
        Item={**{name: {"S": value} for name, value in attributes.items()}, **cause.attribute()},
    )


def read(widget_id: str) -> Widget | None:
    """Return a widget; None if it does not exist.

    Raises:
        Unavailable: if DynamoDB is busy.
    """
    found: Any = dynamodb.call(
        dynamodb.client().get_item, TableName=variable("WIDGETS_TABLE"), Key={"id": {"S": widget_id}}
    ).get("Item")
    if found is None:
        return None
    return msgspec.convert({name: value["S"] for name, value in found.items() if "S" in value}, Widget)


def confirm(widget_id: str) -> None:
    """Set a widget's status to `confirmed`; repeating it changes nothing.

    Raises:
        Poison: if the widget does not exist.
        Unavailable: if DynamoDB is busy.
    """
    try:
        dynamodb.call(
            dynamodb.client().update_item,
            TableName=variable("WIDGETS_TABLE"),
            Key={"id": {"S": widget_id}},
            UpdateExpression="SET #status = :confirmed",
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":confirmed": {"S": "confirmed"}},
        )
    except dynamodb.ConditionFailedError as failed:
        raise Poison("the widget does not exist") from failed
