"""The engine's file backend: what a run that was cut off left there, and how to go on from it."""

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
    """The states of one project's stacks in one folder.

    Attributes:
        folder: where the engine keeps them.
        project: the project's name.
        stack: the stack's name.
    """

    folder: Path
    project: str
    stack: str

    @property
    def url(self) -> str:
        """How the engine calls it.

        Without files of metadata: they are not replaced whole, and one that a killed engine left half
        written makes the state beside it unreadable.
        """
        return f"{self.folder.as_uri()}?metadata=skip"

    @property
    def state(self) -> dict[str, Any]:
        """The stack's last state; empty where it has none."""
        file = self.folder / ".pulumi" / "stacks" / self.project / f"{self.stack}.json"
        try:
            return json.loads(file.read_bytes())["checkpoint"].get("latest") or {}
        except FileNotFoundError:
            return {}

    def unlock(self) -> None:
        """Remove the locks and drafts of engines that were killed.

        Raises:
            LocalError: for the lock of one that runs.
        """
        for file in (self.folder / ".pulumi" / "locks").rglob(f"{self.project}/{self.stack}/*.json"):
            holder = json.loads(file.read_bytes())
            if start_time(holder["pid"]) is not None:
                raise LocalError(
                    f"the Pulumi engine is at work here (process {holder['pid']}): wait until it has "
                    f"finished; should that be another program, remove {file}"
                )
            file.unlink()
        for draft in self.folder.rglob("*.tmp"):
            draft.unlink()


def recovered(state: dict[str, Any], provider: Provider, old: str) -> dict[str, Any]:
    """The state without what was only begun, which is removed from the cloud too.

    Args:
        state: an exported state, secrets in plain.
        provider: of the cloud that holds the resources.
        old: the address of the cloud when the state was written: it stands in outputs and ids.
    """
    moved: dict[str, Any] = json.loads(json.dumps(state).replace(old, provider.cloud.endpoint))
    for begun in _begun(moved):
        token, name = begun["type"], begun["urn"].rpartition("::")[2]
        inputs = saved(begun["inputs"])
        inputs.pop(DEFAULTS, None)
        made = provider.find(token, name, inputs)
        if made:
            provider.delete(token, name, made, inputs)
    moved.pop("pending_operations", None)
    return moved


def _begun(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    operations: list[dict[str, Any]] = state.get("pending_operations") or []
    for operation in operations:
        # A component is nothing in the cloud.
        if operation["type"] == "creating" and operation["resource"]["custom"]:
            yield operation["resource"]
