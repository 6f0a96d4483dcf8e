"""A deployed platform, used over HTTP through the front door, with real tokens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from local.deployment import images
from local.deployment.deployment import Deployment
from local.deployment.people import Renewed
from local.machine.ports import free_port
from operate.target import LOCAL, Target, find
from provider.cloud import Cloud

ROOT = Path(__file__).parents[2]
RUNNING = "STRATA_PLATFORM"
"""The environment variable with the path of a JSON file that contains a deployed platform's `facts`."""

SECONDS = 20.0
"""The timeout of `until`."""

OPERATE = """
import sys
from pathlib import Path
from operate.cli import main
from shell.command import run

run(lambda: main(sys.argv[2:], Path(sys.argv[1])))
"""
"""`python -m operate` for a platform in another folder than `.local`."""


@dataclass
class Platform:
    """One deployed platform.

    Attributes:
        url: the front door's address.
        cloud: the embedded cloud behind it.
        outputs: the stack's outputs.
        services: the folder of the data of the emulator's services.
    """

    url: str
    cloud: Cloud
    outputs: Mapping[str, Any]
    services: Path
    _tokens: dict[str, Renewed] = field(default_factory=dict)
    _trail: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """The folder of all files of the platform."""
        return self.services.parents[1]

    @cached_property
    def operated(self) -> Target:
        """The stack as the operator's commands find it."""
        return find(LOCAL, self.directory)

    @property
    def facts(self) -> dict[str, Any]:
        """The fields with which another process can use the platform."""
        return {
            "url": self.url,
            "endpoint": self.cloud.endpoint,
            "outputs": dict(self.outputs),
            "services": str(self.services),
        }

    @property
    def admin(self) -> str:
        """An access token of an administrator."""
        return self.person("admin")

    def person(self, name: str) -> str:
        """Return an access token of a seeded person."""
        return self._tokens.setdefault(name, Renewed(self.cloud, self.outputs, user=name))()

    def machine(self, name: str) -> str:
        """Return an access token of a machine client."""
        return self._tokens.setdefault(name, Renewed(self.cloud, self.outputs, client=name))()

    def ask(self, method: str, path: str, token: str | None = None, **how: Any) -> requests.Response:
        """Send a request to the API; `path` is relative to `/api`."""
        headers = dict(how.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(method, f"{self.url}/api{path}", headers=headers, timeout=60, **how)

    def create(self, token: str | None = None, **fields: Any) -> dict[str, Any]:
        """Create a user, with generated fields where none are given."""
        body = {"email": address(), "name": "Ada Lovelace", **fields}
        response = self.ask("POST", "/users", token or self.admin, json=body)
        assert response.status_code == 201, response.text
        return response.json()

    @cached_property
    def functions(self) -> dict[str, dict[str, Any]]:
        """The configuration of each function, by the name in the program."""
        pages = self.cloud.client("lambda").get_paginator("list_functions").paginate()
        return {
            function["Environment"]["Variables"]["AWS_SDK_UA_APP_ID"]: function
            for function in pages.build_full_result()["Functions"]
            if function["FunctionName"].startswith("strata-local-")
        }

    def invoke(self, function: str, event: Any) -> Any:
        """Invoke a function and return its result."""
        done = self.cloud.client("lambda").invoke(
            FunctionName=self.functions[function]["FunctionName"], Payload=json.dumps(event)
        )
        result = json.loads(done["Payload"].read())
        assert "FunctionError" not in done, result
        return result

    def operate(self, *arguments: str) -> Any:
        """Run an operator's command in a separate process, and return its JSON output."""
        done = subprocess.run(
            [sys.executable, "-c", OPERATE, str(self.directory), *arguments, "--json"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def mails(self, to: str) -> list[dict[str, Any]]:
        """Return the emails sent to an address, oldest first."""
        accounts: dict[str, list[dict[str, Any]]] = self._sent("ses/messages")["messages"]
        return [mail for mails in accounts.values() for mail in mails if mail["To"] == [to]]

    def texts(self, phone: str) -> list[str]:
        """Return the text messages sent to a phone number, oldest first."""
        return [text["Message"] for text in self._sent("sns/sms-messages")["sms_messages"].get(phone, [])]

    def trail(self, correlation_id: str) -> list[dict[str, Any]]:
        """Return the events of a request in the audit trail, in no order."""
        s3, bucket = self.cloud.client("s3"), self.outputs["auditBucket"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="events/")
        for found in (each["Key"] for page in pages for each in page.get("Contents", [])):
            if found not in self._trail:
                self._trail[found] = json.loads(s3.get_object(Bucket=bucket, Key=found)["Body"].read())
        return [event for event in self._trail.values() if _correlation_id(event) == correlation_id]

    def lines(self, function: str, text: str) -> list[dict[str, Any]]:
        """Return the log lines of a function that contain a text, oldest first."""
        group = self.outputs["logGroups"][function]
        pages = self.cloud.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=group, filterPattern=f'"{text}"').build_full_result()
        lines = [json.loads(entry["message"]) for entry in found["events"]]
        return sorted(lines, key=lambda line: line["timestamp"])

    def logged(self, function: str, event_id: str) -> list[dict[str, Any]]:
        """Return the log lines of a function about an event, oldest first."""
        lines = self.lines(function, event_id)
        return [line for line in lines if line["message"] == "event" and line["eventId"] == event_id]

    def outcomes(self, function: str, event_id: str) -> list[str]:
        """Return the outcome of each delivery of an event to a function."""
        return [line["outcome"] for line in self.logged(function, event_id)]

    def _sent(self, kind: str) -> Any:
        """Return the messages that the emulator keeps instead of sending them."""
        return requests.get(f"{self.cloud.endpoint}/_ministack/{kind}", timeout=10).json()


def until[Value](what: Callable[[], Value], expected: Value | None = None) -> Value:
    """Wait until a value equals the expected one, or is true if none is given."""
    deadline = time.monotonic() + SECONDS
    while True:
        value = what()
        if value if expected is None else value == expected:
            return value
        assert time.monotonic() < deadline, f"the value is still {value!r}, expected {expected!r}"
        time.sleep(0.05)


def _correlation_id(event: Mapping[str, Any]) -> str | None:
    return event["detail"].get("metadata", {}).get("correlationId")


def address() -> str:
    """Return an unused email address."""
    return f"{uuid4().hex}@example.com"


def running() -> Platform | None:
    """Return the platform in the environment variable, if it is set."""
    if RUNNING not in os.environ:
        return None
    facts = json.loads(Path(os.environ[RUNNING]).read_text())
    return Platform(facts["url"], Cloud(facts["endpoint"]), facts["outputs"], Path(facts["services"]))


def up(directory: Path, program: Path = ROOT) -> tuple[Deployment, Platform]:
    """Deploy the program, or a copy of it, in a folder, with a record of all API calls."""
    deployment = Deployment(program, directory, record_calls=True, images=images.shared())
    done = deployment.up(lambda _: None, lambda _: None, port=free_port(), cloud_port=free_port())
    cloud = deployment.emulator.cloud
    return deployment, Platform(done.url, cloud, deployment.outputs, directory / "cloud" / "services")
