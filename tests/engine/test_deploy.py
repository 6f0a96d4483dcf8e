"""The engine's deployment when the emulator is stopped, moved to another port, killed or removed."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from local.commands.engine import main
from local.deployment.deployment import Deployment, Up
from local.emulator.owner import Owner, claim
from local.engine.deploy import Deploy
from local.machine.ports import free_port
from tests.checkout import ROOT
from tests.engine.project import declared, inventory


def test_up_restores_the_deployment_after_the_emulator_ended(command: Path, tmp_path: Path) -> None:
    """After a stop, a move to another port or a kill, the next up ends with a platform that responds."""
    deployment = Deployment(ROOT, tmp_path, apply=Deploy(command).apply)
    resources = len(declared("local"))
    try:
        assert kinds(up(deployment, cloud_port=free_port())) == {"create": resources}
        assert kinds(up(deployment)) == {"same": resources}

        deployment.down()
        moved = up(deployment, cloud_port=free_port())
        assert "create" not in kinds(moved)
        assert kinds(up(deployment)) == {"same": resources}

        emulator = deployment.emulator.process
        assert emulator
        emulator.signal(signal.SIGKILL)
        up(deployment)
        assert kinds(up(deployment)) == {"same": resources}

        assert main(["down"], tmp_path) == 0
        assert (deployment.emulator.process, deployment.front_door.process) == (None, None)
        assert not deployment.outputs_file.exists()
        claim(tmp_path, Owner.DRIVER)
    finally:
        deployment.reset()


def test_pulumi_with_engine_env_sees_the_same_stack(
    command: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the variables of `make engine-env`, Pulumi finds no difference and destroys every resource."""
    deployment = Deployment(ROOT, tmp_path, apply=Deploy(command).apply)
    up(deployment, cloud_port=free_port())
    try:
        capsys.readouterr()
        assert main(["env"], tmp_path) == 0
        exports = capsys.readouterr().out
        run = f"{command} -C {tmp_path}/engine/work --non-interactive"
        script = f"{exports}{run} refresh -s local --yes --expect-no-changes && {run} destroy -s local --yes"
        pulumi = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)

        assert pulumi.returncode == 0, pulumi.stdout + pulumi.stderr
        assert [names for names in inventory(deployment.emulator.cloud).values() if names] == []
    finally:
        deployment.reset()


def up(deployment: Deployment, cloud_port: int | None = None) -> Up:
    """Deploy; the call returns when the API responds."""
    port = None if deployment.front_door.daemon.port else free_port()
    return deployment.up(lambda _: None, lambda _: None, port=port, cloud_port=cloud_port)


def kinds(done: Up) -> Counter[str]:
    """Return the number of resources by the kind of their change."""
    return Counter(change.kind for change in done.result.changes)
