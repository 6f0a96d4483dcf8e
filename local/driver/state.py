"""What the driver made: one JSON file, saved after every step, so that a run cut off loses nothing."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from local.machine.errors import LocalError
from provider.base import Properties

VERSION = 1


class StateError(LocalError):
    """The state file cannot be used; the text says why and what to do."""


@dataclass
class Resource:
    """One resource as it was last made.

    Attributes:
        type: Pulumi's type token.
        name: the logical name.
        id: the id that the provider gave; empty while it is being made.
        inputs: the checked inputs; outputs: what the provider read.
        dependencies: URNs that must outlive it, its parent among them.
        protect: whether Pulumi's protection forbids to delete it.
    """

    type: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties
    dependencies: list[str] = field(default_factory=list[str])
    protect: bool = False


class State:
    """The record of a stack on one embedded cloud.

    Attributes:
        endpoint: the cloud's address when the outputs were read.
        resources: what is there, by URN.
        pending: what was being made when the record was last saved, by URN.
        doomed: replaced resources that still have to go.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        data = _load(path)
        try:
            self.endpoint: str = data.get("endpoint", "")
            self.resources = _resources(data.get("resources", {}))
            self.pending = _resources(data.get("pending", {}))
            self.doomed = [Resource(**item) for item in data.get("doomed", [])]
        except (TypeError, AttributeError) as error:
            raise _unreadable(path, error) from error
        self._saved = self._text()

    def begin(self, urn: str, resource: Resource) -> None:
        """Note that the resource is about to be made."""
        with self._lock:
            self.pending[urn] = resource
            self._save()

    def finish(self, urn: str, resource: Resource, replaced: Resource | None = None) -> None:
        """Note that the resource is there now, and what it replaced is to go."""
        with self._lock:
            self.pending.pop(urn, None)
            self.resources[urn] = resource
            if replaced:
                self.doomed.append(replaced)
            self._save()

    def abandon(self, urn: str) -> None:
        """Note that what was being made is not there."""
        with self._lock:
            self.pending.pop(urn, None)
            self._save()

    def forget(self, urn: str) -> None:
        """Note that the resource is gone."""
        with self._lock:
            self.resources.pop(urn, None)
            self._save()

    def buried(self, resource: Resource) -> None:
        """Note that a replaced resource is gone."""
        with self._lock:
            self.doomed.remove(resource)
            self._save()

    def save(self) -> None:
        """Write what changed, if anything did."""
        with self._lock:
            self._save()

    def _save(self) -> None:
        text = self._text()
        if text == self._saved:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        # Outputs may hold a client's secret: for this user's eyes alone.
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        temporary.replace(self._path)
        self._saved = text

    def _text(self) -> str:
        data = {
            "version": VERSION,
            "endpoint": self.endpoint,
            "resources": {urn: vars(resource) for urn, resource in self.resources.items()},
            "pending": {urn: vars(resource) for urn, resource in self.pending.items()},
            "doomed": [vars(resource) for resource in self.doomed],
        }
        return json.dumps(data)


def _load(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        data: Any = json.loads(path.read_text())
    except ValueError as error:
        raise _unreadable(path, error) from error
    if not isinstance(data, dict):
        raise _unreadable(path, "no object")
    data = cast("dict[str, Any]", data)
    if data.get("version") != VERSION:
        raise StateError(f"{path}: written by another version of Strata: `make reset` starts again")
    return data


def _unreadable(path: Path, why: object) -> StateError:
    return StateError(f"{path}: cannot be read ({why}): `make reset` starts again")


def _resources(data: dict[str, Any]) -> dict[str, Resource]:
    return {urn: Resource(**item) for urn, item in data.items()}
