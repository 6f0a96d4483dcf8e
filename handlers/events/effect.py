"""Doing once what may be asked for many times: a ledger of effects, kept longer than events can come again.

    begun → done        the effect has happened
    begun → released    it was refused: the next delivery tries it again
    begun               in doubt: whoever began it did not live to tell

An effect in doubt is not repeated: its delivery fails, is tried again and ends in the dead-letter queue,
unless `confirm` says meanwhile that it has happened. After `DOUBT_SECONDS` without that it is begun anew.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from handlers.kit import dynamodb
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
def effect(name: str) -> Generator[bool]:
    """Run the block for an effect: with True when it is to be done, with False when it was.

    What AWS refuses, and `Poison`, release the effect; any other exception leaves it in doubt.

    Raises:
        InDoubt: where it was begun lately and not finished.
    """
    if not _begin(name):
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


def _item(name: str) -> dict[str, Any]:
    now = int(time.time())
    expiry = now + int(variable("EFFECTS_DAYS")) * _DAY_SECONDS
    return {"id": {"S": name}, "at": {"N": str(now)}, "expiresAt": {"N": str(expiry)}}


def _begin(name: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        dynamodb.ask(
            dynamodb.client().put_item,
            TableName=variable("EFFECTS_TABLE"),
            Item={**_item(name), "state": {"S": "begun"}},
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
        answer: Any = error.response
        if answer["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        if answer["Item"]["state"]["S"] != "done":
            raise InDoubt(f"{name}: begun before, and not known to be done") from error
        return False
    return True


def _turn(name: str, state: str) -> None:
    """Take what was begun to another state; what is not begun stays as it is."""
    from botocore.exceptions import ClientError

    try:
        dynamodb.ask(
            dynamodb.client().update_item,
            TableName=variable("EFFECTS_TABLE"),
            Key={"id": {"S": name}},
            UpdateExpression="SET #state = :state",
            ConditionExpression="#state = :begun",
            ExpressionAttributeNames={"#state": "state"},
            ExpressionAttributeValues={":state": {"S": state}, ":begun": {"S": "begun"}},
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
            raise


def _is_refusal(error: Exception) -> bool:
    from botocore.exceptions import ClientError

    return isinstance(error, ClientError | Poison)
