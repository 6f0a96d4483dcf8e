"""DynamoDB for the storage modules: one client, guarded calls, and transactions with retries."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from handlers.kit import aws
from handlers.kit.errors import Unavailable
from handlers.kit.retry import attempts

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

Item = Mapping[str, "AttributeValueTypeDef"]

_TEMPORARY = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"})
"""Cancellation reasons that do not concern the transaction's conditions."""


class TransactionCanceledError(Exception):
    """A transaction was canceled because conditions are not met; it wrote nothing.

    Attributes:
        refused: the writes whose conditions failed, by name. Each maps to the existing item if the write
            requests it (`ReturnValuesOnConditionCheckFailure`), otherwise to an empty mapping.
    """

    def __init__(self, refused: Mapping[str, Item]) -> None:
        self.refused = refused
        super().__init__(f"conditions failed: {', '.join(refused)}")


@cache
def client() -> DynamoDBClient:
    """Return the process's client; one call takes at most `ATTEMPT_SECONDS`."""
    return cast("DynamoDBClient", aws.client("dynamodb"))


def call[**P, T](method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a method of the client.

    Raises:
        Unavailable: if DynamoDB is busy or unreachable after the client's own retries, or if not enough time
            is left for a call.
        ClientError: for every other error.
    """
    with aws.calling("the data store"):
        return method(*args, **kwargs)


def transact(writes: Mapping[str, TransactWriteItemTypeDef]) -> None:
    """Perform all of the named writes or none; retry while they conflict with another transaction.

    Raises:
        TransactionCanceledError: if a condition is not met.
        Unavailable: if the conflict persists until the time for retries is used up.
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
            if codes & _TEMPORARY:
                continue
            if "ConditionalCheckFailed" not in codes:
                raise
            raise TransactionCanceledError(_refused(reasons)) from error
        else:
            return
    raise Unavailable("too many concurrent changes of the same item; try again")


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
    # Lambda's init phase has full CPU regardless of the memory size: the client is cheapest to create there.
    client()
