"""Posts messages to connections through API Gateway's management API."""

from __future__ import annotations

import os
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable

GONE = 410


def client() -> Any:
    """Return the process's client for the stage of the WebSocket API."""
    return aws.client("apigatewaymanagementapi", variable("WEBSOCKET_ENDPOINT"))


def post(connection_id: str, message: bytes) -> bool:
    """Post a message to a connection.

    Returns:
        Whether the connection exists; False if it is gone.

    Raises:
        Unavailable: API Gateway is throttled or out of reach; a retry may succeed.
        ClientError: API Gateway rejected the message permanently.
    """
    from botocore.exceptions import ClientError

    try:
        # An error message about too little remaining time must still be posted.
        with aws.calling("the gateway", needs_seconds=0):
            client().post_to_connection(ConnectionId=connection_id, Data=message)
    except ClientError as error:
        if aws.status_of(error) == GONE:
            return False
        raise
    return True


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE"):
    # Lambda initializes at full CPU regardless of the memory size, so the client costs least here.
    client()
