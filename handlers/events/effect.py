"""Effects that happen once although their events may be delivered many times: a ledger in DynamoDB.

Each effect is an item with a name and a state. Items expire later than any event can be delivered again; the
item of an effect that may happen only once ever does not expire.

    begun → done        the effect has happened
    begun → released    it was refused; the next delivery repeats it
    begun               in doubt: the function stopped before it recorded the outcome

An effect in doubt is not repeated. Its message fails and is delivered again until `confirm` reports that the
effect has happened, or until `DOUBT_SECONDS` have passed, after which the effect is begun again. A message
that fails too often in the meantime is dead-lettered.
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
"""The time within which a service reports that an effect has happened."""

_DAY_SECONDS = 24 * 3600
_IS_NEW = "attribute_not_exists(id)"
_MAY_BEGIN = f"{_IS_NEW} OR #state = :released OR (#state = :begun AND #at < :doubt)"


class Poison(Exception):  # noqa: N818 - the name describes the message
    """The message can never be handled; the text is the reason."""


class InDoubt(Exception):  # noqa: N818 - the name describes the effect
    """The effect was begun before, and it is unknown whether it happened."""


@contextmanager
def effect(name: str, *, forever: bool = False) -> Generator[bool]:
    """Run the block for an effect: with True if the block must perform it, with False if it is done.

    `Poison`, a 4xx error from AWS and a failed connection release the effect; any other exception leaves it
    in doubt.

    Args:
        name: identifies the effect.
        forever: keep the ledger's item without expiry.

    Raises:
        InDoubt: if it was begun less than `DOUBT_SECONDS` ago and has no outcome.
    """
    if not _begin(_item(name, forever=forever)):
        yield False
        return
    try:
        yield True
    except Exception as error:
        if _is_refusal(error):
            _set_state(name, "released")
        raise
    _set_state(name, "done")


def confirm(name: str) -> None:
    """Record that an effect in doubt has happened, as the service that performed it reports."""
    _set_state(name, "done")


def done_item(name: str) -> TransactWriteItemTypeDef:
    """Return the write for a transaction that performs the effect; it fails if the ledger has the effect."""
    return {
        "Put": {
            "TableName": variable("EFFECTS_TABLE"),
            "Item": {**_item(name), "state": {"S": "done"}},
            "ConditionExpression": _IS_NEW,
        }
    }


def not_done_item(name: str) -> TransactWriteItemTypeDef:
    """Return the condition of `done_item` without the write, for a transaction that prepares the effect."""
    return {
        "ConditionCheck": {
            "TableName": variable("EFFECTS_TABLE"),
            "Key": {"id": {"S": name}},
            "ConditionExpression": _IS_NEW,
        }
    }


def _item(name: str, *, forever: bool = False) -> dict[str, Any]:
    now = int(time.time())
    item = {"id": {"S": name}, "at": {"N": str(now)}}
    expiry = now + int(variable("EFFECTS_DAYS")) * _DAY_SECONDS
    return item if forever else {**item, "expiresAt": {"N": str(expiry)}}


def _begin(item: dict[str, Any]) -> bool:
    # If a response is lost, the SDK repeats the call and finds the item that its first attempt wrote.
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
    except dynamodb.ConditionFailedError as failed:
        existing: Any = failed.item
        if existing["state"]["S"] == "done":
            return False
        if existing.get("claim") != claim:
            raise InDoubt(f"{item['id']['S']}: begun before, outcome unknown") from failed
    return True


def _set_state(name: str, state: str) -> None:
    """Change the state of an effect that is begun; leave any other state."""
    from botocore.exceptions import ClientError

    try:
        # Without `dynamodb.call`, which refuses when time is short: an unrecorded outcome would be in doubt.
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
    """Return whether the effect certainly did not happen: AWS refused it, or nothing was sent."""
    from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError

    if isinstance(error, ClientError):
        # After an error on the service's side the effect may have happened.
        return aws.status_of(error) < aws.SERVER_ERROR
    return isinstance(error, Poison | ConnectTimeoutError | EndpointConnectionError)
