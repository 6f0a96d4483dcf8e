"""An `up` that fails at a resource, and one that is killed: the next completes, and nothing is left over."""

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
from tests.engine.conftest import STATE_AT_THE_END, MakeEngine
from tests.engine.project import declared, inventory, kinds

FAULTY = (*PLUGIN[:-1], "tests.engine.faulty")


@pytest.mark.parametrize(("name", "when"), [("users-read", "before"), ("api-get-health", "after")])
def test_an_up_that_failed_at_a_resource_is_completed_by_the_next(
    engine: MakeEngine, cloud: Cloud, name: str, when: str
) -> None:
    """The error names the resource and AWS's word, and whether AWS had made it or not, it is there once."""
    empty = inventory(cloud)
    with pytest.raises(EngineError, match=rf"aws:\S+ {name}: InternalFailure: injected"):
        engine(plugin=(*FAULTY, name, when)).up()

    assert_completes(engine(), cloud, empty)


@pytest.mark.parametrize(("whom", "after"), [("all", 40), ("engine", 20), ("program", 20)])
def test_an_up_that_was_killed_is_completed_by_the_next(
    engine: MakeEngine, cloud: Cloud, whom: str, after: int
) -> None:
    """Whoever dies, program, engine or both: what was begun is cleared away, and the rest goes on."""
    empty = inventory(cloud)
    local = engine()
    kill_midway(local, whom, after)

    local.recover(cloud.endpoint)
    assert_completes(local, cloud, empty)


def assert_completes(local: Engine, cloud: Cloud, empty: dict[str, list[str]]) -> None:
    """Bring the stack up as if nothing had happened, and remove it without a remainder."""
    completed = local.up(refresh=True)
    assert completed.events.diagnostics == []
    assert kinds(local.up()) == {"same": len(declared("local"))}
    local.destroy()
    assert inventory(cloud) == empty


def kill_midway(local: Engine, whom: str, after: int) -> None:
    """Start an `up` and kill it after so many resources."""
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
        if whom == "engine":
            os.kill(engines[-1], signal.SIGKILL)
        elif whom == "program":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    wait_until_gone(engines)


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until_gone(pids: list[int]) -> None:
    """Wait for an engine that lost its program to end."""
    deadline = time.monotonic() + 60
    while any(start_time(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)
