"""The DynamoDB client and its errors."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber

from handlers.kit import dynamodb
from handlers.kit.errors import Unavailable

WRITES: Any = {"user": {"Delete": {"TableName": "users", "Key": {"id": {"S": "x"}}}}}


@pytest.mark.parametrize("error", [EndpointConnectionError, ReadTimeoutError])
def test_unreachable_store_is_unavailable(error: type[Exception]) -> None:
    """Network errors are temporary failures."""

    def method() -> None:
        raise error(endpoint_url="https://dynamodb.us-east-1.amazonaws.com")

    with pytest.raises(Unavailable, match="does not respond"):
        dynamodb.call(method)


def test_transaction_with_an_invalid_write_raises_client_error(stubbed: Stubber) -> None:
    """An invalid transaction is an error of the program, not a refusal."""
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": "ValidationError", "Message": "bad key"}]},
    )

    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb.transact(WRITES)


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"])
def test_transaction_with_a_temporary_failure_is_retried(stubbed: Stubber, code: str) -> None:
    """Cancellation reasons that do not concern the conditions are retried."""
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code}]},
    )
    stubbed.add_response("transact_write_items", {})

    dynamodb.transact(WRITES)


@pytest.mark.parametrize(
    "code",
    [
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TransactionConflictException",
    ],
)
def test_call_that_contends_with_others_is_retried(stubbed: Stubber, code: str) -> None:
    """The client's own retries do not wait until the others have finished."""
    for _ in range(3):
        stubbed.add_client_error("get_item", code)
    stubbed.add_response("get_item", {})

    assert dynamodb.call(stubbed.client.get_item, TableName="users", Key={"id": {"S": "x"}}) == {}


@pytest.mark.usefixtures("no_time_for_retries")
def test_call_that_contends_until_the_time_ends_is_unavailable(stubbed: Stubber) -> None:
    """The last attempt leaves time for the response."""
    stubbed.add_client_error("get_item", "TransactionConflictException")

    with pytest.raises(Unavailable, match="the data store is busy; try again"):
        dynamodb.call(stubbed.client.get_item, TableName="users", Key={"id": {"S": "x"}})


@pytest.mark.parametrize(("returned", "item"), [({}, {}), ({"Item": {"id": {"S": "x"}}}, {"id": {"S": "x"}})])
def test_failed_condition_has_the_existing_item(
    stubbed: Stubber, returned: dict[str, Any], item: dict[str, Any]
) -> None:
    """DynamoDB returns the item if the write requests it."""
    stubbed.add_client_error("put_item", "ConditionalCheckFailedException", modeled_fields=returned)

    with pytest.raises(dynamodb.ConditionFailedError) as failed:
        dynamodb.call(stubbed.client.put_item, TableName="users", Item={"id": {"S": "x"}})

    assert failed.value.item == item


def test_client_times_out_before_lambda(aws: Any) -> None:
    """The client's attempts, timeouts and waits fit into a function's 10 seconds."""
    config = aws.meta.config
    attempts = config.retries["total_max_attempts"]
    longest_waits = sum(2**attempt for attempt in range(attempts - 1))

    assert attempts * config.read_timeout + longest_waits < 10


@pytest.mark.parametrize(("initialization", "loaded"), [("on-demand", "True"), ("", "False")])
def test_client_is_created_at_import_only_on_lambda(initialization: str, loaded: str) -> None:
    """Lambda's init phase has full CPU; elsewhere the client is created on first use."""
    code = "import sys, handlers.users.read; print('botocore' in sys.modules)"
    environment = {
        **os.environ,
        "AWS_LAMBDA_INITIALIZATION_TYPE": initialization,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == loaded
