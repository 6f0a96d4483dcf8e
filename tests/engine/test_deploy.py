"""A deployment of the engine's through an emulator's life: stopped, moved, killed, and removed."""

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


def test_a_deployment_outlives_its_emulator(command: Path, tmp_path: Path) -> None:
    """Stopped and moved to another port, or killed: the next up ends with a platform that answers."""
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


def test_a_persons_own_pulumi_sees_the_same_stack(
    command: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With nothing but what `make engine-env` prints: no difference, and then nothing is left."""
    deployment = Deployment(ROOT, tmp_path, apply=Deploy(command).apply)
    up(deployment, cloud_port=free_port())
    try:
        capsys.readouterr()
        assert main(["env"], tmp_path) == 0
        exports = capsys.readouterr().out
        run = f"{command} -C {tmp_path}/engine/work --non-interactive"
        script = f"{exports}{run} refresh -s local --yes --expect-no-changes && {run} destroy -s local --yes"
        person = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)

        assert person.returncode == 0, person.stdout + person.stderr
        assert [names for names in inventory(deployment.emulator.cloud).values() if names] == []
    finally:
        deployment.reset()


def up(deployment: Deployment, cloud_port: int | None = None) -> Up:
    """Bring it up; it answers only once the API does."""
    port = None if deployment.front_door.daemon.port else free_port()
    return deployment.up(lambda _: None, lambda _: None, port=port, cloud_port=cloud_port)


def kinds(done: Up) -> Counter[str]:
    """How many resources became what."""
    return Counter(change.kind for change in done.result.changes)
