"""DynamoDB for the storage modules: one client, guarded calls, and transactions with retries."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict, cast

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

_CONTENTION = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
    }
)
"""Codes of errors that end when other callers do less, or when their transaction has ended."""


class TransactionCanceledError(Exception):
    """A transaction was canceled because conditions are not met; it wrote nothing.

    Attributes:
        refused: the writes whose conditions failed, by name. Each maps to the existing item if the write
            requests it (`ReturnValuesOnConditionCheckFailure`), otherwise to an empty mapping.
    """

    def __init__(self, refused: Mapping[str, Item]) -> None:
        self.refused = refused
        super().__init__(f"conditions failed: {', '.join(refused)}")


class ConditionFailedError(Exception):
    """The condition of a single write is not met; it wrote nothing.

    Attributes:
        item: the existing item if there is one and the write requests it
            (`ReturnValuesOnConditionCheckFailure`), otherwise an empty mapping.
    """

    def __init__(self, item: Item) -> None:
        self.item = item
        super().__init__("the condition of the write is not met")


@cache
def client() -> DynamoDBClient:
    """Return the process's client; one call takes at most `ATTEMPT_SECONDS`."""
    return cast("DynamoDBClient", aws.client("dynamodb"))


def call[**P, T](method: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a method of the client; retry while DynamoDB rejects the call because of others at the same time.

    Raises:
        Unavailable: if DynamoDB does not accept the call in the time for retries, or is unreachable after the
            client's own retries.
        ConditionFailedError: if the call is a write whose condition is not met.
        ClientError: for every other error.
    """
    from botocore.exceptions import ClientError

    for _ in attempts():
        with aws.calling("the data store"):
            try:
                return method(*args, **kwargs)
            except ClientError as error:
                if condition_failed(error):
                    raise ConditionFailedError(cast("Any", error.response).get("Item", {})) from error
                if aws.code_of(error) not in _CONTENTION:
                    raise
    raise Unavailable("the data store is busy; try again")


def read(table: str, key: Item) -> Item | None:
    """Return the item with a key; None if it does not exist (strongly consistent).

    Raises:
        Unavailable, ClientError: as `call` does.
    """
    return call(client().get_item, TableName=table, Key=key, ConsistentRead=True).get("Item")


def query(**arguments: Any) -> Iterator[Any]:
    """Run a query with these arguments of DynamoDB's Query, and yield its pages.

    Without the SDK's paginator: an error ends it, so that a retry would find no more pages.

    Raises:
        Unavailable, ClientError: as `call` does, for each page.
    """
    page: Any = call(client().query, **arguments)
    yield page
    while last := page.get("LastEvaluatedKey"):
        page = call(client().query, **arguments, ExclusiveStartKey=last)
        yield page


def delete_if(condition: str, **arguments: Any) -> Any:
    """Delete an item if it meets a condition, with further arguments of DynamoDB's DeleteItem.

    Returns:
        The response; None if there is no such item.
    """
    try:
        return call(client().delete_item, ConditionExpression=condition, **arguments)
    except ConditionFailedError:
        return None


class Difference(TypedDict):
    """The expressions of an update, as parameters of UpdateItem or of an update in a transaction."""

    UpdateExpression: str
    ConditionExpression: str
    ExpressionAttributeNames: dict[str, str]
    ExpressionAttributeValues: dict[str, AttributeValueTypeDef]


def difference(
    old: Item, new: Item, *, same: Collection[str], other: Collection[str] = (), counter: str
) -> Difference:
    """Return the update that changes one item to another.

    Args:
        old: the item as it was read.
        new: the item to write; attributes that it lacks are removed.
        same: the attributes that must still have their old values.
        other: the attributes of which one must not have its new value already; none for no condition.
        counter: a number that the update increases by one.
    """
    changed = sorted(name for name, value in new.items() if old.get(name) != value and name != counter)
    removed = sorted(old.keys() - new.keys())
    update = f"SET #{counter} = #{counter} + :one" + "".join(f", #{name} = :{name}" for name in changed)
    if removed:
        update += " REMOVE " + ", ".join(f"#{name}" for name in removed)
    conditions = [
        f"#{name} = :old_{name}" if name in old else f"attribute_not_exists(#{name})" for name in sorted(same)
    ]
    if other:
        conditions.append(f"NOT ({' AND '.join(f'#{name} = :{name}' for name in sorted(other))})")
    return {
        "UpdateExpression": update,
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in {counter, *changed, *removed, *same}},
        "ExpressionAttributeValues": {
            ":one": {"N": "1"},
            **{f":{name}": new[name] for name in changed},
            **{f":old_{name}": old[name] for name in same if name in old},
        },
    }


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
