"""Whose request a write belongs to, as it stands on the item: the stream passes it on with the change."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from handlers.kit.invocation import correlation_id, current

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

NAME = "cause"


class Cause(NamedTuple):
    """The request that set a change off, and the subject of its token where it had one."""

    correlation_id: str
    actor: str | None


def attribute() -> dict[str, AttributeValueTypeDef]:
    """The running request as an item's attribute, by its name."""
    invocation = current()
    cause: dict[str, AttributeValueTypeDef] = {"correlationId": {"S": correlation_id()}}
    if invocation and invocation.actor:
        cause["actor"] = {"S": invocation.actor}
    return {NAME: {"M": cause}}
