"""DynamoDB as storage sees it: one client, made late, and errors that say what to do about them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from handlers.kit import aws
from handlers.kit.errors import Unavailable
from handlers.kit.retry import attempts

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

P = ParamSpec("P")
T = TypeVar("T")
Item = Mapping[str, "AttributeValueTypeDef"]

_PASSING = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})
"""Reasons for which a transaction is cancelled that say nothing about its conditions."""


class CancelledError(Exception):
    """A transaction whose conditions did not hold; nothing of it was written.

    Attributes:
        refused: the writes whose conditions failed, by name, each with the item in its way where the
            write asked for it (`ReturnValuesOnConditionCheckFailure`), else an empty one.
    """

    def __init__(self, refused: Mapping[str, Item]) -> None:
        self.refused = refused
        super().__init__(f"conditions failed: {', '.join(refused)}")


@cache
def client() -> DynamoDBClient:
    """The process's client; a call of it takes no longer than `ATTEMPT_SECONDS`."""
    return cast("DynamoDBClient", aws.client("dynamodb"))


def call(method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a method of the client.

    Raises:
        Unavailable: where DynamoDB is throttled or out of reach after the client's own retries, or has left
            too little time for another call.
        ClientError: for any other refusal.
    """
    with aws.calling("the data store"):
        return method(*args, **kwargs)


def transact(writes: Mapping[str, TransactWriteItemTypeDef]) -> None:
    """Do all of the named writes or none; one that collides with another in flight is tried again.

    Raises:
        CancelledError: where a condition does not hold.
        Unavailable: where it still collides when time is short.
    """
    from botocore.exceptions import ClientError

    for _ in attempts():
        try:
            call(client().transact_write_items, TransactItems=list(writes.values()))
        except ClientError as error:
            if aws.code_of(error) != "TransactionCanceledException":
                raise
            reasons = dict(zip(writes, _reasons(error), strict=True))
            codes = {reason.get("Code", "None") for reason in reasons.values()}
            if codes & _PASSING:
                continue
            if "ConditionalCheckFailed" not in codes:
                raise
            raise CancelledError(_refused(reasons)) from error
        else:
            return
    raise Unavailable("too many changes of the same thing at once; try again")


def condition_failed(error: ClientError) -> bool:
    """Return whether a single write was rejected because its condition is not met."""
    return aws.code_of(error) == "ConditionalCheckFailedException"


def _reasons(error: ClientError) -> list[dict[str, Any]]:
    return cast("Any", error.response).get("CancellationReasons", [])


def _refused(reasons: Mapping[str, dict[str, Any]]) -> dict[str, Item]:
    return {
        name: reason.get("Item", {})
        for name, reason in reasons.items()
        if reason.get("Code") == "ConditionalCheckFailed"
    }


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE"):
    # Lambda initialises at full CPU whatever the function's memory: the client costs least there.
    client()
