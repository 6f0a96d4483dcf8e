"""The driver's state: a JSON file, saved after every step so that an interrupted run loses nothing."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from local.machine.errors import LocalError
from local.machine.files import PRIVATE, write_atomically
from provider.base import Properties

VERSION = 1
UNKNOWN = "unknown"
"""An endpoint that no cloud has: the next run reads every resource again."""


class StateError(LocalError):
    """The state file is invalid."""


@dataclass
class Resource:
    """One resource as it was last applied.

    Attributes:
        type: Pulumi's type token.
        name: the logical name.
        id: the provider's id; empty while the resource is being created.
        inputs: the checked inputs.
        outputs: the properties that the provider read.
        dependencies: the URNs of the resources that it depends on, including its parent.
        protect: whether Pulumi's `protect` option forbids its deletion.
        retain: whether Pulumi's `retain_on_delete` option keeps it in the cloud when it is deleted.
    """

    type: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties
    dependencies: list[str] = field(default_factory=list[str])
    protect: bool = False
    retain: bool = False


class State:
    """The state of a stack on one embedded cloud.

    Attributes:
        endpoint: the cloud's address when the outputs were read.
        resources: the existing resources, by URN.
        pending: the resources whose creation has started and not finished, by URN.
        pending_delete: replaced resources that are not deleted yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        data = _load(path)
        try:
            self.endpoint: str = data.get("endpoint", "")
            self.resources = _resources(data.get("resources", {}))
            self.pending = _resources(data.get("pending", {}))
            self.pending_delete = [Resource(**item) for item in data.get("pending_delete", [])]
        except (TypeError, AttributeError) as error:
            raise _unreadable(path, error) from error
        self._saved = self._text()

    def begin(self, urn: str, resource: Resource) -> None:
        """Record that the creation of a resource starts."""
        with self._lock:
            self.pending[urn] = resource
            self._save()

    def finish(self, urn: str, resource: Resource, replaced: Resource | None = None) -> None:
        """Record that a resource exists, and that the one it replaced must be deleted."""
        with self._lock:
            self.pending.pop(urn, None)
            self.resources[urn] = resource
            if replaced:
                self.pending_delete.append(replaced)
            self._save()

    def abandon(self, urn: str) -> None:
        """Record that a started creation left no resource."""
        with self._lock:
            self.pending.pop(urn, None)
            self._save()

    def remove(self, urn: str) -> None:
        """Record that a resource is deleted."""
        with self._lock:
            self.resources.pop(urn, None)
            self._save()

    def rename(self, old: str, new: str) -> None:
        """Record that a resource has another URN; the next step saves it."""
        with self._lock:
            self.resources[new] = self.resources.pop(old)

    def finish_delete(self, resource: Resource) -> None:
        """Record that a replaced resource is deleted."""
        with self._lock:
            self.pending_delete.remove(resource)
            self._save()

    def save(self) -> None:
        """Write the file if the state has changed."""
        with self._lock:
            self._save()

    def _save(self) -> None:
        text = self._text()
        if text == self._saved:
            return
        # Outputs may contain a client's secret: readable by this user only.
        write_atomically(self._path, text, PRIVATE)
        self._saved = text

    def _text(self) -> str:
        data = {
            "version": VERSION,
            "endpoint": self.endpoint,
            "resources": {urn: vars(resource) for urn, resource in self.resources.items()},
            "pending": {urn: vars(resource) for urn, resource in self.pending.items()},
            "pending_delete": [vars(resource) for resource in self.pending_delete],
        }
        return json.dumps(data)


def _load(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        data: Any = json.loads(path.read_text())
    except (ValueError, OSError) as error:
        raise _damaged(path, error) from error
    if not isinstance(data, dict):
        raise _damaged(path, "not a JSON object")
    data = cast("dict[str, Any]", data)
    if data.get("version") != VERSION:
        raise StateError(f"{path}: was written by another version of Strata: run make reset to start over")
    return data


def _damaged(path: Path, why: object) -> StateError:
    return StateError(f"{path}: is damaged ({why}): run make up to restore the last saved state")


def _unreadable(path: Path, why: object) -> StateError:
    return StateError(f"{path}: is invalid ({why}): run make reset to start over")


def _resources(data: dict[str, Any]) -> dict[str, Resource]:
    return {urn: Resource(**item) for urn, item in data.items()}


def read_again(path: Path) -> None:
    """Let the next run read every resource from the cloud, and create those that do not exist."""
    if path.exists():
        state = State(path)
        state.endpoint = UNKNOWN
        state.save()
