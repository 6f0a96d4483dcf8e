"""A running platform as its users see it: over HTTP, through the front door, with real tokens."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from local import people
from local.deployment import Deployment
from local.ports import free_port
from local.provider.cloud import Cloud

ROOT = Path(__file__).parents[2]
RUNNING = "STRATA_PLATFORM"
"""The environment variable that names a platform which runs already: a JSON file of its `Platform.facts`."""


@dataclass
class Platform:
    """One deployed platform.

    Attributes:
        url: the front door's address.
        cloud: the embedded cloud behind it.
        outputs: the stack's outputs.
        services: the folder where the emulator keeps its services' data.
    """

    url: str
    cloud: Cloud
    outputs: Mapping[str, Any]
    services: Path
    _tokens: dict[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, Any]:
        """What another process needs to find it."""
        return {
            "url": self.url,
            "endpoint": self.cloud.endpoint,
            "outputs": dict(self.outputs),
            "services": str(self.services),
        }

    @property
    def admin(self) -> str:
        """An administrator's access token."""
        return self.person("admin")

    def person(self, name: str) -> str:
        """A seeded person's access token."""
        if name not in self._tokens:
            self._tokens[name] = people.token(self.cloud, self.outputs, user=name)
        return self._tokens[name]

    def machine(self, name: str) -> str:
        """A machine client's access token."""
        if name not in self._tokens:
            self._tokens[name] = people.token(self.cloud, self.outputs, client=name)
        return self._tokens[name]

    def ask(self, method: str, path: str, token: str | None = None, **how: Any) -> requests.Response:
        """Send a request to the API; `path` begins below `/api`."""
        headers = dict(how.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(method, f"{self.url}/api{path}", headers=headers, timeout=60, **how)

    def create(self, token: str | None = None, **fields: Any) -> dict[str, Any]:
        """A new user, with fields of its own where none are given."""
        body = {"email": address(), "name": "Ada Lovelace", **fields}
        answer = self.ask("POST", "/users", token or self.admin, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()


def address() -> str:
    """An e-mail address that nobody has."""
    return f"{uuid4().hex}@example.com"


def running() -> Platform | None:
    """The platform that the environment names, if it names one."""
    if RUNNING not in os.environ:
        return None
    facts = json.loads(Path(os.environ[RUNNING]).read_text())
    return Platform(facts["url"], Cloud(facts["endpoint"]), facts["outputs"], Path(facts["services"]))


def up(directory: Path) -> tuple[Deployment, Platform]:
    """Bring the real program up in a folder of its own, with every API call on record."""
    deployment = Deployment(ROOT, directory, record_calls=True)
    done = deployment.up(lambda _: None, lambda _: None, port=free_port(), cloud_port=free_port())
    cloud = deployment.emulator.cloud
    return deployment, Platform(done.url, cloud, deployment.outputs, directory / "cloud" / "services")
