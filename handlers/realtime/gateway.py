"""Posts messages to connections, and closes them, through API Gateway's management API."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.kit.retry import ATTEMPT_SECONDS

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
    # An error message about too little remaining time must still be posted.
    return _reached(client().post_to_connection, 0, ConnectionId=connection_id, Data=message)


def close(connection_id: str) -> bool:
    """Close a connection; API Gateway then calls the route `$disconnect`.

    Returns:
        Whether the connection existed; False if it is gone, or not open yet.

    Raises:
        Unavailable, ClientError: like `post`.
    """
    return _reached(client().delete_connection, ATTEMPT_SECONDS, ConnectionId=connection_id)


def _reached(method: Callable[..., object], needs_seconds: float, **arguments: object) -> bool:
    from botocore.exceptions import ClientError

    try:
        with aws.calling("the gateway", needs_seconds=needs_seconds):
            method(**arguments)
    except ClientError as error:
        if aws.status_of(error) == GONE:
            return False
        raise
    return True


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE"):
    # Lambda initializes at full CPU regardless of the memory size, so the client costs least here.
    client()
