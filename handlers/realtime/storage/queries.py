"""DynamoDB calls that the table modules share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers.kit import dynamodb


def query(**arguments: Any) -> Iterator[Any]:
    """Run a query with these arguments of DynamoDB's Query, and yield its pages.

    Without the SDK's paginator: an error ends it, so that a retry would find no more pages.

    Raises:
        Unavailable: as `dynamodb.call` does, for each page.
    """
    page: Any = dynamodb.call(dynamodb.client().query, **arguments)
    yield page
    while last := page.get("LastEvaluatedKey"):
        page = dynamodb.call(dynamodb.client().query, **arguments, ExclusiveStartKey=last)
        yield page


def delete_if(condition: str, **arguments: Any) -> Any:
    """Delete an item if it meets a condition, with further arguments of DynamoDB's DeleteItem.

    Returns:
        The response; None if there is no such item.
    """
    try:
        return dynamodb.call(dynamodb.client().delete_item, ConditionExpression=condition, **arguments)
    except dynamodb.ConditionFailedError:
        return None
