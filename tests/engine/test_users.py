"""The engine's deployment passes the tests of the driver's deployment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from local.deployment.deployment import Deployment
from local.engine.deploy import Deploy
from local.machine.ports import free_port
from tests.checkout import ROOT
from tests.local.platform import RUNNING, Platform

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def test_users_api_passes_its_tests_on_the_engine_s_deployment(command: Path, tmp_path: Path) -> None:
    """The same tests run over HTTP against the deployment that `make engine-up` creates."""
    deployment = Deployment(ROOT, tmp_path, record_calls=True, apply=Deploy(command).apply)
    ports = {"port": free_port(), "cloud_port": free_port()}
    done = deployment.up(lambda _: None, lambda _: None, **ports)
    try:
        platform = Platform(
            done.url, deployment.emulator.cloud, deployment.outputs, tmp_path / "cloud" / "services"
        )
        facts = tmp_path / "platform.json"
        facts.write_text(json.dumps(platform.facts))
        tests = subprocess.run(
            [*PYTEST, "-m", "not exclusive", "tests/local/users"],
            cwd=ROOT,
            env={**os.environ, RUNNING: str(facts)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        deployment.reset()

    assert tests.returncode == 0, tests.stdout[-5000:]
