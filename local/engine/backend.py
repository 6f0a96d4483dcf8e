"""The engine's file backend, and its recovery after an interrupted run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.machine.errors import LocalError
from local.machine.processes import start_time
from local.plugin.properties import saved
from local.plugin.servicer import DEFAULTS
from provider.provider import Provider


@dataclass(frozen=True)
class Backend:
    """The state of one stack in a folder.

    Attributes:
        folder: the folder of the backend.
        project: the project's name.
        stack: the stack's name.
    """

    folder: Path
    project: str
    stack: str

    @property
    def url(self) -> str:
        """The backend's URL for the engine.

        The engine writes no metadata files. It does not write them atomically, and a partial one, left by a
        killed engine, would make the state unreadable.
        """
        return f"{self.folder.as_uri()}?metadata=skip"

    @property
    def state(self) -> dict[str, Any]:
        """The stack's last state; empty if it has none.

        Raises:
            LocalError: if its file is damaged.
        """
        file = self.folder / ".pulumi" / "stacks" / self.project / f"{self.stack}.json"
        try:
            return json.loads(file.read_bytes())["checkpoint"].get("latest") or {}
        except FileNotFoundError:
            return {}
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise LocalError(
                f"{file}: is damaged: restore it from {file.name}.bak, or run make reset to start over"
            ) from error

    def unlock(self) -> None:
        """Remove the locks and temporary files of killed engines.

        Raises:
            LocalError: if the engine that holds the lock runs.
        """
        for file in (self.folder / ".pulumi" / "locks").rglob(f"{self.project}/{self.stack}/*.json"):
            holder = _holder(file)
            if holder is not None and start_time(holder) is not None:
                raise LocalError(
                    f"the Pulumi engine is running (process {holder}): wait until it has finished; "
                    f"if that process is another program, remove {file}"
                )
            file.unlink()
        for draft in self.folder.rglob("*.tmp"):
            draft.unlink()


def _holder(lock: Path) -> int | None:
    """Return the id of the process that holds a lock, or None if the file is damaged."""
    try:
        return int(json.loads(lock.read_bytes())["pid"])
    except (ValueError, LookupError, TypeError):
        return None


def recover_state(state: dict[str, Any], provider: Provider, old: str) -> dict[str, Any]:
    """Return the state without pending operations, and delete their resources from the cloud.

    Args:
        state: an exported state with secrets in plain text.
        provider: the provider of the cloud with the resources.
        old: the cloud's address when the state was written, which outputs and ids contain.
    """
    recovered: dict[str, Any] = json.loads(json.dumps(state).replace(old, provider.cloud.endpoint))
    for resource in _pending_creations(recovered):
        token, name = resource["type"], resource["urn"].rpartition("::")[2]
        inputs = saved(resource["inputs"])
        inputs.pop(DEFAULTS, None)
        created = provider.find(token, name, inputs)
        if created:
            provider.delete(token, name, created, inputs)
    recovered.pop("pending_operations", None)
    return recovered


def _pending_creations(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    operations: list[dict[str, Any]] = state.get("pending_operations") or []
    for operation in operations:
        # Components do not exist in the cloud.
        if operation["type"] == "creating" and operation["resource"]["custom"]:
            yield operation["resource"]
