"""Clients of the embedded cloud ignore the user's AWS configuration and proxies."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, DEFAULT_S3_CONFIG_VARS

from operate.target import LOCAL, find
from provider.cloud import Cloud

NOWHERE = "http://127.0.0.1:9"


class Queues(BaseHTTPRequestHandler):
    """Returns no queues, and the credentials of the request as the name of one."""

    def do_POST(self) -> None:
        """Handle ListQueues."""
        self.rfile.read(int(self.headers["Content-Length"]))
        scope = self.headers["Authorization"].split("Credential=")[1].split(",")[0].split("/")
        body = json.dumps({"QueueUrls": [scope[0], scope[2]]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Print nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Queues)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set every environment variable of botocore, broken files, and proxies to a closed port."""
    (tmp_path / "broken").write_text("[profile\nnot a config file")
    tables = (*BOTOCORE_DEFAUT_SESSION_VARIABLES.values(), *DEFAULT_S3_CONFIG_VARS.values())
    for _, names, _, _ in tables:
        for name in [names] if isinstance(names, str) else names or []:
            monkeypatch.setenv(name, "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "broken"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.setenv(name, "not-there")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_SQS"):
        monkeypatch.setenv(name, NOWHERE)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, NOWHERE)
        monkeypatch.setenv(name.upper(), NOWHERE)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_cloud_ignores_the_users_configuration(port: int) -> None:
    """A call reaches the emulator with the root credentials and the emulator's region."""
    cloud = Cloud(f"http://127.0.0.1:{port}", "eu-west-1")

    assert cloud.client("sqs").list_queues()["QueueUrls"] == ["local", "eu-west-1"]


@pytest.mark.parametrize("service", ["s3", "dynamodb", "apigatewaymanagementapi", "kms", "events"])
def test_client_of_each_service_can_be_created(port: int, service: str) -> None:
    """Options such as FIPS endpoints, which exclude an endpoint, do not reach it."""
    endpoint = f"http://127.0.0.1:{port}"

    assert Cloud(endpoint).client(service).meta.endpoint_url == endpoint


def test_operators_of_the_local_stack_ignore_it_too(port: int, tmp_path: Path) -> None:
    """The commands for operators call the emulator as the driver does."""
    archive = "arn:aws:events:eu-west-1:000000000000:archive/a"
    (tmp_path / "outputs.json").write_text(json.dumps({"eventArchive": archive}))
    (tmp_path / "emulator.json").write_text(json.dumps({"pid": 1, "port": port}))

    queues = find(LOCAL, tmp_path).client("sqs").list_queues()["QueueUrls"]
    assert queues == ["local", "eu-west-1"]
