"""Connections as the WebSocket API holds them: the one way to say something to a browser."""

from __future__ import annotations

import os
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable

GONE = 410


def client() -> Any:
    """The process's client of the WebSocket API's stage."""
    return aws.client("apigatewaymanagementapi", variable("WEBSOCKET_ENDPOINT"))


def post(connection_id: str, message: bytes) -> bool:
    """Send a message to a connection; whether it is still there.

    Raises:
        Unavailable: where the gateway does not take it now.
        ClientError: where it never will.
    """
    from botocore.exceptions import ClientError

    try:
        # A refusal for want of time must still be posted.
        with aws.calling("the gateway", needs_seconds=0):
            client().post_to_connection(ConnectionId=connection_id, Data=message)
    except ClientError as error:
        if aws.status_of(error) == GONE:
            return False
        raise
    return True


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE"):
    # Lambda initialises at full CPU whatever the function's memory: the client costs least there.
    client()
