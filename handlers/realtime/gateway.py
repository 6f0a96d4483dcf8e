"""Connections as the WebSocket API holds them: the one way to say something to a browser."""

from __future__ import annotations

import os
from typing import Any

from handlers.kit import aws
from handlers.kit.environment import variable
from handlers.kit.errors import Unavailable


def client() -> Any:
    """The process's client of the WebSocket API's stage."""
    return aws.client("apigatewaymanagementapi", variable("WEBSOCKET_ENDPOINT"))


def post(connection_id: str, message: bytes) -> bool:
    """Send a message to a connection; whether it is still there.

    Raises:
        Unavailable: where the gateway does not take it now.
        ClientError: where it never will.
    """
    from botocore.exceptions import ClientError, HTTPClientError
    from botocore.exceptions import ConnectionError as NoConnectionError

    try:
        client().post_to_connection(ConnectionId=connection_id, Data=message)
    except (HTTPClientError, NoConnectionError) as error:
        raise Unavailable("the gateway does not answer; try again") from error
    except ClientError as error:
        answer: Any = error.response
        if answer["ResponseMetadata"]["HTTPStatusCode"] == 410:
            return False
        if _is_busy(answer["ResponseMetadata"]["HTTPStatusCode"]):
            raise Unavailable("the gateway is busy; try again") from error
        raise
    return True


def _is_busy(status: int) -> bool:
    return status == 429 or status >= 500


if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE"):
    # Lambda initialises at full CPU whatever the function's memory: the client costs least there.
    client()
