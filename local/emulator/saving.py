"""Requests to a running emulator to save its data."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any

from local.machine.errors import LocalError
from local.machine.ports import LOOPBACK

PATH = "/_strata/save"
"""`POST` saves and returns the outcome, `GET` returns the last one."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of the last save.

    Attributes:
        folder: the name of the saved state's folder, or None.
        error: why nothing could be saved, or None.
        skipped: why the data of a service could not be saved, by service.
        at: when it was saved, in seconds since the epoch.
    """

    folder: str | None
    error: str | None
    skipped: dict[str, str]
    at: float


def save(port: int, seconds: float) -> str:
    """Save now, and return the name of the saved state's folder.

    Raises:
        LocalError: if the data could not be saved within `seconds`.
    """
    try:
        outcome = _request("POST", port, seconds)
    except (OSError, http.client.HTTPException) as error:
        raise LocalError(f"the emulator could not save its data: {error}") from error
    except ValueError:  # It was started before it had this request.
        raise LocalError("the emulator runs with another version of Strata: run make reset") from None
    if outcome is None or outcome.folder is None:
        problem = outcome.error if outcome else "no response"
        raise LocalError(
            f"the emulator could not save its data: {problem}: "
            "correct that and run the command again, or run make reset to delete the data"
        )
    return outcome.folder


def last(port: int) -> Outcome | None:
    """Return the outcome of the last save, or None if nothing was saved since the start."""
    try:
        return _request("GET", port, seconds=2.0)
    except (OSError, http.client.HTTPException, ValueError):
        return None


def _request(method: str, port: int, seconds: float) -> Outcome | None:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=seconds)
    try:
        connection.request(method, PATH)
        fields: dict[str, Any] = json.loads(connection.getresponse().read())
        return Outcome(**fields) if fields else None
    finally:
        connection.close()
