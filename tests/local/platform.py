"""A running platform as its users see it: over HTTP, through the front door, with real tokens."""

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
from typing import Any, TypeVar
from uuid import uuid4

import requests

from local.deployment import people
from local.deployment.deployment import Deployment
from local.machine.ports import free_port
from operate.target import LOCAL, Target, find
from provider.cloud import Cloud

ROOT = Path(__file__).parents[2]
RUNNING = "STRATA_PLATFORM"
"""The environment variable that names a platform which runs already: a JSON file of its `Platform.facts`."""

SECONDS = 20.0
"""How long anything may take to come about."""

OPERATE = """
import sys
from pathlib import Path
from operate.cli import main

sys.exit(main(sys.argv[2:], Path(sys.argv[1])))
"""
"""`python -m operate` of a platform that stands elsewhere than in `.local`."""

Value = TypeVar("Value")


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
    _trail: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def directory(self) -> Path:
        """The folder where everything of the platform is kept."""
        return self.services.parents[1]

    @cached_property
    def operated(self) -> Target:
        """The stack as its operator's commands find it."""
        return find(LOCAL, self.directory)

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

    @cached_property
    def functions(self) -> dict[str, dict[str, Any]]:
        """The configuration of each function, by its name in the program."""
        pages = self.cloud.client("lambda").get_paginator("list_functions").paginate()
        return {
            function["Environment"]["Variables"]["AWS_SDK_UA_APP_ID"]: function
            for function in pages.build_full_result()["Functions"]
            if function["FunctionName"].startswith("strata-local-")
        }

    def invoke(self, function: str, event: Any) -> Any:
        """What a function answers to an event."""
        done = self.cloud.client("lambda").invoke(
            FunctionName=self.functions[function]["FunctionName"], Payload=json.dumps(event)
        )
        answer = json.loads(done["Payload"].read())
        assert "FunctionError" not in done, answer
        return answer

    def operate(self, *arguments: str) -> Any:
        """What a command of the operator's prints as JSON, run as a process of its own."""
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
        """The mails that were sent to an address, oldest first."""
        accounts: dict[str, list[dict[str, Any]]] = self._sent("ses/messages")["messages"]
        return [mail for mails in accounts.values() for mail in mails if mail["To"] == [to]]

    def texts(self, phone: str) -> list[str]:
        """The text messages that were sent to a telephone, oldest first."""
        return [text["Message"] for text in self._sent("sns/sms-messages")["sms_messages"].get(phone, [])]

    def trail(self, correlation_id: str) -> list[dict[str, Any]]:
        """The events that the audit trail has of a request, in no order."""
        s3, bucket = self.cloud.client("s3"), self.outputs["auditBucket"]
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="events/")
        for found in (each["Key"] for page in pages for each in page.get("Contents", [])):
            if found not in self._trail:
                self._trail[found] = json.loads(s3.get_object(Bucket=bucket, Key=found)["Body"].read())
        return [event for event in self._trail.values() if _correlation_id(event) == correlation_id]

    def logged(self, function: str, event_id: str) -> list[dict[str, Any]]:
        """What a function logged of its dealings with an event, in the order of time."""
        group = self.outputs["logGroups"][function]
        pages = self.cloud.client("logs").get_paginator("filter_log_events")
        found = pages.paginate(logGroupName=group, filterPattern=f'"{event_id}"').build_full_result()
        lines = [json.loads(entry["message"]) for entry in found["events"]]
        mine = [line for line in lines if line["message"] == "event" and line["eventId"] == event_id]
        return sorted(mine, key=lambda line: line["timestamp"])

    def outcomes(self, function: str, event_id: str) -> list[str]:
        """What came of an event in a function, once for each time that it came there."""
        return [line["outcome"] for line in self.logged(function, event_id)]

    def _sent(self, kind: str) -> Any:
        """What the embedded cloud keeps of the messages that would have left it."""
        return requests.get(f"{self.cloud.endpoint}/_ministack/{kind}", timeout=10).json()


def until(what: Callable[[], Value], expected: Value | None = None) -> Value:
    """Wait until something is as expected; until it is true where nothing is."""
    deadline = time.monotonic() + SECONDS
    while True:
        value = what()
        if value if expected is None else value == expected:
            return value
        assert time.monotonic() < deadline, f"it is {value!r} still, and not {expected!r}"
        time.sleep(0.05)


def _correlation_id(event: Mapping[str, Any]) -> str | None:
    return event["detail"].get("metadata", {}).get("correlationId")


def address() -> str:
    """An e-mail address that nobody has."""
    return f"{uuid4().hex}@example.com"


def running() -> Platform | None:
    """The platform that the environment names, if it names one."""
    if RUNNING not in os.environ:
        return None
    facts = json.loads(Path(os.environ[RUNNING]).read_text())
    return Platform(facts["url"], Cloud(facts["endpoint"]), facts["outputs"], Path(facts["services"]))


def up(directory: Path, program: Path = ROOT) -> tuple[Deployment, Platform]:
    """Bring the real program, or a copy of it, up in a folder of its own, with every API call on record."""
    deployment = Deployment(program, directory, record_calls=True)
    done = deployment.up(lambda _: None, lambda _: None, port=free_port(), cloud_port=free_port())
    cloud = deployment.emulator.cloud
    return deployment, Platform(done.url, cloud, deployment.outputs, directory / "cloud" / "services")
