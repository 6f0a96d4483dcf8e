"""The engine on the embedded cloud with the settings of a user who also deploys to AWS."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from local.engine.engine import PASSPHRASE, Engine
from local.machine.environment import isolated
from provider.cloud import Cloud
from tests.checkout import copy
from tests.engine.conftest import MakeEngine

NOWHERE = "http://127.0.0.1:9"

SETTINGS = {
    "PULUMI_CONFIG_PASSPHRASE": "",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/nonexistent",
    "PULUMI_ACCESS_TOKEN": "not-a-token",
    "PULUMI_BACKEND_URL": "s3://state",
    "PULUMI_DIY_BACKEND_GZIP": "true",
    "PULUMI_STACK": "prod",
    "AWS_PROFILE": "not-there",
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "PYTHONOPTIMIZE": "2",
    "PYTHONWARNINGS": "error",
}

PROGRAM = """
import pulumi, pulumi_aws as aws
config = pulumi.Config("strata")
pulumi.export("config", [config.require_object("auth"), config.require("version")])
pulumi.export("secret", pulumi.Output.secret("hidden"))
aws.sqs.Queue("queue")
"""

STACK = """
config:
  aws:region: us-east-1
  aws:endpoints: [{sqs: http://127.0.0.1:4566}]
  strata:auth: {mfa: off, no: 0o17}
  strata:version: 2026-01-31
"""


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the user's environment variables."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = copy(tmp_path / "program", "local")
    (root / "__main__.py").write_text(PROGRAM)
    (root / "Pulumi.local.yaml").write_text(STACK)
    return root


def test_engine_ignores_the_users_settings(
    settings: None, root: Path, engine: MakeEngine, cloud: Cloud
) -> None:
    """A stack with a secret is deployed to the emulator, without a proxy, with the state of its own."""
    local: Engine = engine(root)
    outputs = local.up().outputs
    before = dict(os.environ)

    assert outputs == {
        "config": [{"mfa": "off", "no": 15}, "2026-01-31 00:00:00 +0000 UTC"],
        "secret": "hidden",
    }
    assert len(cloud.client("sqs").list_queues()["QueueUrls"]) == 1
    assert local.backend.state["resources"]
    assert {name: before[name] for name in SETTINGS} == SETTINGS


def test_variables_for_the_users_pulumi_are_the_local_stacks(settings: None, engine: MakeEngine) -> None:
    """`engine-env` sets them in place of the user's own."""
    variables: dict[str, Any] = engine().variables

    assert variables["PULUMI_CONFIG_PASSPHRASE"] == PASSPHRASE
    assert variables["no_grpc_proxy"] == "localhost,127.0.0.1,::1"


def test_settings_are_back_after_an_error(settings: None) -> None:
    """The user's variables are missing only while the engine runs."""
    with suppress(KeyError), isolated():
        assert [name for name in SETTINGS if name in os.environ and name.startswith("PULUMI")] == []
        raise KeyError
    assert {name: os.environ[name] for name in SETTINGS} == SETTINGS
    assert "no_grpc_proxy" not in os.environ
