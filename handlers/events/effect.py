"""Doing once what may be asked for many times: a ledger of effects, kept longer than events can come again.

An effect that many events ask for, whenever they happen, is kept for ever.

    begun → done        the effect has happened
    begun → released    it was refused: the next delivery tries it again
    begun               in doubt: whoever began it did not live to tell

An effect in doubt is not repeated: its delivery fails, is tried again and ends in the dead-letter queue,
unless `confirm` says meanwhile that it has happened. After `DOUBT_SECONDS` without that it is begun anew.
"""

from __future__ import annotations

import os
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from handlers.kit import aws, dynamodb
from handlers.kit.environment import variable

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

DOUBT_SECONDS = 900
"""By then a service that reports what it did has reported it."""

_DAY_SECONDS = 24 * 3600
_NOT_THERE = "attribute_not_exists(id)"
_MAY_BEGIN = f"{_NOT_THERE} OR #state = :released OR (#state = :begun AND #at < :doubt)"


class Poison(Exception):  # noqa: N818 - it says what the message is
    """A message that will never be handled, however often it comes; the text says why."""


class InDoubt(Exception):  # noqa: N818 - it says what the effect is
    """The effect was begun before, and nobody knows whether it happened."""


@contextmanager
def effect(name: str, *, forever: bool = False) -> Generator[bool]:
    """Run the block for an effect: with True when it is to be done, with False when it was.

    What AWS refuses or is never asked for, and `Poison`, release the effect; any other exception leaves it
    in doubt. One that is done once and never again, whatever else happens, is remembered `forever`.

    Raises:
        InDoubt: where it was begun lately and not finished.
    """
    if not _begin(_item(name, forever=forever)):
        yield False
        return
    try:
        yield True
    except Exception as error:
        if _is_refusal(error):
            _turn(name, "released")
        raise
    _turn(name, "done")


def confirm(name: str) -> None:
    """An effect has happened: whoever did it has told, however late."""
    _turn(name, "done")


def done_item(name: str) -> TransactWriteItemTypeDef:
    """The effect as part of a transaction that does it; its condition fails where it was done before."""
    return {
        "Put": {
            "TableName": variable("EFFECTS_TABLE"),
            "Item": {**_item(name), "state": {"S": "done"}},
            "ConditionExpression": _NOT_THERE,
        }
    }


def not_done_item(name: str) -> TransactWriteItemTypeDef:
    """The condition of `done_item` alone, for a transaction that prepares the effect."""
    return {
        "ConditionCheck": {
            "TableName": variable("EFFECTS_TABLE"),
            "Key": {"id": {"S": name}},
            "ConditionExpression": _NOT_THERE,
        }
    }


def _item(name: str, *, forever: bool = False) -> dict[str, Any]:
    now = int(time.time())
    item = {"id": {"S": name}, "at": {"N": str(now)}}
    expiry = now + int(variable("EFFECTS_DAYS")) * _DAY_SECONDS
    return item if forever else {**item, "expiresAt": {"N": str(expiry)}}


def _begin(item: dict[str, Any]) -> bool:
    from botocore.exceptions import ClientError

    # An answer may be lost, and the SDK ask again: then what is in the way is what the first call wrote.
    claim = {"S": os.urandom(8).hex()}
    try:
        dynamodb.call(
            dynamodb.client().put_item,
            TableName=variable("EFFECTS_TABLE"),
            Item={**item, "state": {"S": "begun"}, "claim": claim},
            ConditionExpression=_MAY_BEGIN,
            ExpressionAttributeNames={"#state": "state", "#at": "at"},
            ExpressionAttributeValues={
                ":released": {"S": "released"},
                ":begun": {"S": "begun"},
                ":doubt": {"N": str(int(time.time()) - DOUBT_SECONDS)},
            },
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    except ClientError as error:
        if not dynamodb.condition_failed(error):
            raise
        answer: Any = error.response
        if answer["Item"]["state"]["S"] == "done":
            return False
        if answer["Item"].get("claim") != claim:
            raise InDoubt(f"{item['id']['S']}: begun before, and not known to be done") from error
    return True


def _turn(name: str, state: str) -> None:
    """Take what was begun to another state; what is not begun stays as it is."""
    from botocore.exceptions import ClientError

    try:
        # Not by `ask`, which refuses when time is short: what is not noted now is in doubt.
        dynamodb.client().update_item(
            TableName=variable("EFFECTS_TABLE"),
            Key={"id": {"S": name}},
            UpdateExpression="SET #state = :state",
            ConditionExpression="#state = :begun",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":state": {"S": state}, ":begun": {"S": "begun"}},
        )
    except ClientError as error:
        if not dynamodb.condition_failed(error):
            raise


def _is_refusal(error: Exception) -> bool:
    """Whether it is certain that nothing has happened: where there is no connection, nothing was sent."""
    from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

    if isinstance(error, ClientError):
        # A service that fails has perhaps done first what it was asked.
        return aws.status_of(error) < aws.FAULT
    return isinstance(error, Poison | ConnectTimeoutError | EndpointConnectionError)
