"""Commands that a signal ends, each in a separate process."""

from __future__ import annotations

import signal
import time
from subprocess import Popen

import pytest

from local.commands.cli import main
from local.deployment.deployment import Deployment
from tests.local.commands.bucket_program import Ports, Program
from tests.local.commands.log_groups import write_log
from tests.unit.shell.processes import STATUS, End, python, redirected, stop, wait_for_line

COMMAND = """
import sys, time
from pathlib import Path
from local.commands.cli import main
from local.deployment.deployment import Deployment
from shell.command import run
from tests.local.commands.bucket_program import Program, seed_none

def wait():
    print("deploying", file=sys.stderr, flush=True)
    time.sleep(60)

root = Path({root!r})
deployment = Deployment(root, root / ".local", apply=Program({api_url!r}, wait), seed=seed_none)
run(lambda: main({arguments!r}, deployment))
"""

HINT = "interrupted: make up continues from here, make down stops the platform\n"


def command(deployment: Deployment, program: Program, *arguments: str) -> str:
    """Return the code of a process that runs a command on a deployment."""
    return COMMAND.format(root=str(deployment.root), api_url=program.api_url, arguments=arguments)


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
def test_interrupted_up_is_continued(
    deployment: Deployment, program: Program, ports: Ports, number: signal.Signals
) -> None:
    """The command prints a hint, and the next `up` completes the deployment."""
    process = python("-c", command(deployment, program, "up", *ports.options))
    wait_for_line(process, "deploying")

    assert stop(process, number) == End(STATUS[number], HINT)
    assert main(["up"], deployment) == 0


@pytest.mark.parametrize("number", STATUS, ids=lambda number: number.name)
def test_followed_logs_end_quietly(
    deployment: Deployment, program: Program, ports: Ports, number: signal.Signals
) -> None:
    """The entries that were printed before are complete."""
    deployment.emulator.start(ports.cloud)
    write_log(deployment.emulator.cloud, "/aws/lambda/users", "first")
    process: Popen[str] = python("-c", command(deployment, program, "logs", "--follow"))
    assert process.stdout is not None
    assert process.stdout.readline().endswith("first\n")

    assert stop(process, number) == End(STATUS[number], "")


def test_followed_logs_end_with_the_reader(deployment: Deployment, program: Program, ports: Ports) -> None:
    """The reader of the pipe ends after the first line; the command ends at its next one."""
    deployment.emulator.start(ports.cloud)
    write_log(deployment.emulator.cloud, "/aws/lambda/users", *map(str, range(5_000)))
    begin = time.monotonic()
    end = redirected("| head -n 1", "-c", command(deployment, program, "logs", "--follow"))

    assert end == End(141, "")
    assert time.monotonic() - begin < 60
