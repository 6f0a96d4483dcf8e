"""Whether the deployed platform is there and responds."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from local.machine.errors import LocalError
from local.machine.ports import LOOPBACK
from local.machine.processes import POLL_SECONDS
from provider.cloud import Cloud

HEALTH_PATH = "/api/health"
KEYS_PATH = "/.well-known/jwks.json"
"""The path of a user pool's public keys, below the pool's id."""

SECONDS = 30.0


def missing(cloud: Cloud, outputs: Mapping[str, Any], port: int) -> str | None:
    """Return what the stack's outputs name and the cloud does not have, or None.

    Args:
        cloud: the running embedded cloud.
        outputs: the stack's outputs.
        port: the front door's port.
    """
    if found := _missing_pool(cloud, outputs):
        return found
    if _get(port, HEALTH_PATH)[0] == http.HTTPStatus.NOT_FOUND:
        return f"the API does not exist: GET {HEALTH_PATH} returns 404"
    return None


def problem(port: int) -> str | None:
    """Return why the API behind the front door's port is not healthy, or None if it returns 200."""
    status, text = _get(port, HEALTH_PATH)
    if status == http.HTTPStatus.OK:
        return None
    return f"{status}: {text}" if status else f"no response ({text})"


def require(cloud: Cloud, outputs: Mapping[str, Any], port: int) -> None:
    """Check once that the user pool exists and the API is healthy; the parameters are those of `missing`.

    Raises:
        LocalError: if one of them is not.
    """
    if found := _missing_pool(cloud, outputs) or problem(port):
        raise LocalError(found)


def wait(port: int) -> None:
    """Wait until the API is healthy.

    Raises:
        LocalError: if it is not within 30 seconds.
    """
    deadline = time.monotonic() + SECONDS
    while (found := problem(port)) is not None:
        if time.monotonic() > deadline:
            raise LocalError(f"GET {HEALTH_PATH} failed: {found}; make logs shows the functions' logs")
        time.sleep(POLL_SECONDS)


def _missing_pool(cloud: Cloud, outputs: Mapping[str, Any]) -> str | None:
    pool = outputs.get("userPoolId")
    cloud_port = urlsplit(cloud.endpoint).port or 0
    if pool and _get(cloud_port, f"/{pool}{KEYS_PATH}")[0] == http.HTTPStatus.NOT_FOUND:
        return f"the user pool {pool} does not exist"
    return None


def _get(port: int, path: str) -> tuple[int | None, str]:
    """Return status and body of a GET request; without a response, None and the reason."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")[:500]
    except (OSError, http.client.HTTPException) as error:
        return None, str(error)
    finally:
        connection.close()
