"""The cause of a write: the request, stored on the item so that the table's stream delivers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handlers.kit.invocation import correlation_id, current

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

NAME = "cause"


class Cause(NamedTuple):
    """The request that caused a change, and the subject of its token if it had one."""

    correlation_id: str
    actor: str | None


def attribute() -> dict[str, AttributeValueTypeDef]:
    """Return the current request as an item's attribute, by the attribute's name."""
    invocation = current()
    cause: dict[str, AttributeValueTypeDef] = {"correlationId": {"S": correlation_id()}}
    if invocation and invocation.actor:
        cause["actor"] = {"S": invocation.actor}
    return {NAME: {"M": cause}}
