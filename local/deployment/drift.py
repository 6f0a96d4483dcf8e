"""Changes of the embedded cloud that were made outside these commands."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.machine.ports import LOOPBACK
from provider.cloud import Cloud

HEALTH_PATH = "/api/health"
SECONDS = 10.0


def problem(cloud: Cloud, outputs: Mapping[str, Any], port: int) -> str | None:
    """Return what the stack's outputs name and the cloud does not have, or None.

    Args:
        cloud: the running embedded cloud.
        outputs: the stack's outputs.
        port: the front door's port.
    """
    pool = outputs.get("userPoolId")
    if pool and not _has_pool(cloud, pool):
        return f"the user pool {pool} does not exist"
    if _status(port) == http.HTTPStatus.NOT_FOUND:
        return f"the API does not exist: GET {HEALTH_PATH} returns 404"
    return None


def _has_pool(cloud: Cloud, pool: str) -> bool:
    try:
        cloud.client("cognito-idp").describe_user_pool(UserPoolId=pool)
    except ClientError as error:
        return error.response.get("Error", {}).get("Code") != "ResourceNotFoundException"
    except BotoCoreError:
        return True  # The emulator does not respond: nothing is known.
    return True


def _status(port: int) -> int | None:
    """Return the status of the API's health check, or None without a response."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=SECONDS)
    try:
        connection.request("GET", HEALTH_PATH)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
