"""An `up` that fails or is killed: the next one completes the deployment and leaves no orphan."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from local.engine.engine import PLUGIN, Engine, EngineError
from local.machine.processes import start_time
from provider.cloud import Cloud
from tests.checkout import ROOT
from tests.engine.conftest import MakeEngine
from tests.engine.project import STATE_AT_THE_END, declared, inventory, kinds

FAULTY = (*PLUGIN[:-1], "tests.engine.faulty")


@pytest.mark.parametrize(("name", "when"), [("users-read", "before"), ("api-get-health", "after")])
def test_next_up_completes_a_failed_one(engine: MakeEngine, cloud: Cloud, name: str, when: str) -> None:
    """The error names the resource and AWS's error code; the resource exists once afterwards."""
    empty = inventory(cloud)
    with pytest.raises(EngineError, match=rf"aws:\S+ {name}: InternalFailure: injected"):
        engine(plugin=(*FAULTY, name, when)).up()

    assert_completes(engine(), cloud, empty)


@pytest.mark.parametrize(("killed", "after"), [("all", 40), ("engine", 20), ("program", 20)])
def test_next_up_completes_a_killed_one(engine: MakeEngine, cloud: Cloud, killed: str, after: int) -> None:
    """After a kill of program, engine or both, pending creations are removed and the rest is created."""
    empty = inventory(cloud)
    local = engine()
    kill_midway(local, killed, after)

    local.recover(cloud.endpoint)
    assert_completes(local, cloud, empty)


def assert_completes(local: Engine, cloud: Cloud, empty: dict[str, list[str]]) -> None:
    """Deploy the stack without a warning, then destroy it without leaving a resource."""
    completed = local.up(refresh=True)
    assert completed.events.diagnostics == []
    assert kinds(local.up()) == {"same": len(declared("local"))}
    local.destroy()
    assert inventory(cloud) == empty


def kill_midway(local: Engine, killed: str, after: int) -> None:
    """Start an `up` and kill it after a number of resources."""
    arguments = [str(local.folder), local.cloud.endpoint, str(local.command)]
    kept = {name: value for name, value in os.environ.items() if name not in STATE_AT_THE_END}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.engine.child", *arguments],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout
        for _ in range(after):
            assert child.stdout.readline()
        engines = children(child.pid)
        if killed == "engine":
            os.kill(engines[-1], signal.SIGKILL)
        elif killed == "program":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    wait_until_gone(engines)


def children(pid: int) -> list[int]:
    """Return the child processes of a process."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until_gone(pids: list[int]) -> None:
    """Wait until processes have ended, such as an engine that lost its program."""
    deadline = time.monotonic() + 60
    while any(start_time(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
