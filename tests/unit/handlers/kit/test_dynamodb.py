"""DynamoDB's client and its errors."""

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
def test_store_out_of_reach_is_unavailable(error: type[Exception]) -> None:
    """What the network does is told as something that passes."""

    def method() -> None:
        raise error(endpoint_url="https://dynamodb.us-east-1.amazonaws.com")

    with pytest.raises(Unavailable, match="does not respond"):
        dynamodb.call(method)


def test_transaction_cancelled_for_another_reason_is_an_error_of_ours(stubbed: Stubber) -> None:
    """A transaction that is itself wrong is no refusal of the caller's."""
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": "ValidationError", "Message": "bad key"}]},
    )

    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb.transact(WRITES)


@pytest.mark.parametrize("code", ["ThrottlingError", "ProvisionedThroughputExceeded", "TransactionConflict"])
def test_transaction_cancelled_in_passing_is_tried_again(stubbed: Stubber, code: str) -> None:
    """What says nothing of the conditions is not told as if it did."""
    stubbed.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code}]},
    )
    stubbed.add_response("transact_write_items", {})

    dynamodb.transact(WRITES)


def test_client_gives_up_before_lambda_does(aws: Any) -> None:
    """The client's attempts, timeouts and waits together fit into a function's 10 seconds."""
    config = aws.meta.config
    attempts = config.retries["total_max_attempts"]
    longest_waits = sum(2**attempt for attempt in range(attempts - 1))

    assert attempts * config.read_timeout + longest_waits < 10


@pytest.mark.parametrize(("initialization", "loaded"), [("on-demand", "True"), ("", "False")])
def test_client_is_made_at_import_on_lambda_alone(initialization: str, loaded: str) -> None:
    """Lambda's init phase has the whole CPU; anywhere else a client is made when it is asked for."""
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
