"""A small program in place of the platform's own, and the state of its deployment."""

from __future__ import annotations

import http.client
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.deployment.deployment import Deployment
from local.driver.changes import Change, Result
from local.machine.ports import free_port
from local.machine.processes import Process
from provider.cloud import Cloud
from tests.unit.front_door import distribution

URN = "urn:pulumi:local::strata::aws:s3/bucket:Bucket::things"


class Stage(BaseHTTPRequestHandler):
    """An API stage that serves only a health check."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/stage/api/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Log nothing."""


@dataclass
class Program:
    """Deploys one bucket and records it, as the driver does.

    Attributes:
        api_url: the URL of the API's stage.
        before_apply: runs before each deployment; raises an error, or waits.
        urls: the front door's URL of each deployment.
    """

    api_url: str
    before_apply: Callable[[], None] = lambda: None
    urls: list[Any] = field(default_factory=list)

    def __call__(
        self,
        root: Path,
        cloud: Cloud,
        state: Path,
        overrides: Mapping[str, Any],
        report: Callable[[Change], None],
    ) -> Result:
        self.urls.append(overrides["strata:url"])
        self.before_apply()
        change = Change(URN, "same" if state.exists() else "create", 0.5, ())
        if change.kind == "create":
            cloud.client("s3").create_bucket(Bucket="things")
            state.write_text('{"version": 1}')
        report(change)
        outputs = {"distributionId": distribution_id(cloud, self.api_url), "nested": {"a": [1]}}
        return Result(outputs, [change], 0.5)


def distribution_id(cloud: Cloud, api_url: str) -> str:
    """Return the id of the distribution before the API's stage, which is created once."""
    client, url = cloud.client("cloudfront"), urlsplit(api_url)
    existing = client.list_distributions()["DistributionList"].get("Items")
    if existing:
        return existing[0]["Id"]
    path = url.path.removesuffix("/api")
    stage = distribution.origin("api", "localhost", port=url.port, OriginPath=path)
    config = distribution.config([stage], [distribution.behavior("api")])
    return client.create_distribution(DistributionConfig=config)["Distribution"]["Id"]


@dataclass
class Ports:
    """Free ports for a deployment."""

    front_door: int = field(default_factory=free_port)
    cloud: int = field(default_factory=free_port)

    @property
    def options(self) -> list[str]:
        return ["--port", str(self.front_door), "--cloud-port", str(self.cloud)]


def seed_none(cloud: Cloud, outputs: Mapping[str, Any]) -> list[str]:
    """Create no people: the program has no user pool."""
    return []


def health(port: int) -> int:
    """Return the status of the health check at the front door."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/health")
        return connection.getresponse().status
    finally:
        connection.close()


def running(deployment: Deployment) -> tuple[Process | None, Process | None]:
    """Return the processes of the emulator and the front door."""
    return deployment.emulator.process, deployment.front_door.process


def kill(process: Process | None) -> None:
    """Kill a process and wait for its end."""
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    while process.alive:
        time.sleep(0.01)
