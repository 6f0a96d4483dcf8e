"""Copies of the program that tests edit and deploy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import requests

from local.deployment.deployment import Deployment
from local.driver.changes import Change
from local.machine.ports import free_port


@dataclass
class Checkout:
    """A copy of the program that tests edit, with a separate deployment."""

    root: Path
    port: int = field(default_factory=free_port)
    cloud_port: int = field(default_factory=free_port)

    @property
    def deployment(self) -> Deployment:
        """The deployment."""
        return Deployment(self.root, self.root / ".local")

    def up(self) -> list[Change]:
        """Deploy, check the fingerprint, and return the changes except for unchanged resources."""
        done = self.deployment.up(lambda _: None, lambda _: None, self.port, self.cloud_port, verify=True)
        return [change for change in done.result.changes if change.kind != "same"]

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text in a file, which must contain it."""
        path = self.root / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def health(self) -> int:
        """Return the status of the health check."""
        return requests.get(f"http://localhost:{self.port}/api/health", timeout=30).status_code


def changed_resources(changes: list[Change]) -> set[tuple[str, str]]:
    """Return the kind, and the type and name, of each change."""
    return {
        (change.kind, change.urn.partition("::")[2].partition("::")[2].rpartition("$")[2])
        for change in changes
    }
